/**
 * Attacks with commands that are long work each, sent one after the other without a pause: large values, many keys, many
 * words. A few connections each read all their answers; others must have their turns.
 */

import type { Assault } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { command, numbered, post, restPipeline, times, utf8 } from "../messages.ts";
import { storeBig, storeKeys } from "./stored_values.ts";

const BIG_COUNT = 8;
const BIG_KEYS = numbered("big", BIG_COUNT);
const MANY = 29_000;
const CLIENTS = 3;
/** Least bytes of a write, so that short commands are pipelined. */
const BATCH_BYTES = 65_536;
const HALF_MEGABYTE = "x".repeat(500_000);
const MEGABYTE = "x".repeat(1_000_000);

/** A name, what it says, and the words of each command of the pipeline. */
type PipelineRow = readonly [name: string, sends: string, ...commands: (readonly string[])[]];

/** Pipelines over RESP. */
const PIPELINES: readonly PipelineRow[] = [
  ["setrange", "SETRANGE of a byte of 1 MB", ["SETRANGE", "big0", "0", "x"]],
  ["append", "APPEND and SETRANGE of 1 MB", ["SETRANGE", "grow", "999999", "x"], [
    "APPEND",
    "grow",
    "x",
  ]],
  ["getrange", "GETRANGE of 1 MB", ["GETRANGE", "big0", "0", "-1"]],
  ["mget", "MGET of 8 values of 1 MB", ["MGET", ...BIG_KEYS]],
  ["mset", "MSET of 2 values of 0.5 MB", ["MSET", "set0", HALF_MEGABYTE, "set1", HALF_MEGABYTE]],
  ["copy", "COPY and RENAME of 1 MB", ["COPY", "big0", "big1", "REPLACE"], [
    "RENAME",
    "big1",
    "big2",
  ]],
  ["getset", "GETSET of 1 MB", ["GETSET", "big0", MEGABYTE]],
  ["echo", "ECHO of 1 MB", ["ECHO", MEGABYTE]],
  ["del", "DEL of 29,000 keys", ["DEL", ...numbered("key", MANY)]],
  ["exists", "EXISTS of 29,000 keys", ["EXISTS", ...numbered("key", MANY)]],
  ["mset-many", "MSET of 14,500 keys", ["MSET", ...numbered("key", MANY)]],
  ["getkeys", "COMMAND GETKEYS of 29,000 words", [
    "COMMAND",
    "GETKEYS",
    "DEL",
    ...numbered("key", MANY),
  ]],
  ["command-info", "COMMAND INFO of 29,000 names", ["COMMAND", "INFO", ...numbered("get", MANY)]],
  ["command", "COMMAND and INFO", ["COMMAND"], ["INFO", "everything"]],
  ["client-list", "CLIENT LIST and CLIENT INFO", ["CLIENT", "LIST"], ["CLIENT", "INFO"]],
  ["eval", "EVAL of 1 MB that is no known script", ["EVAL", MEGABYTE, "1", "k", "v"]],
  ["incrbyfloat", "INCRBYFLOAT by numbers of 1 MB", ["INCRBYFLOAT", "n", "1".repeat(1_000_000)]],
  ["unknown", "SUBSCRIBE and unknown commands with 1 MB and with 29,000 words", ...unknowns()],
  ["flushall", "FLUSHALL and RANDOMKEY", ["FLUSHALL"], ["RANDOMKEY"]],
];

function unknowns(): (readonly string[])[] {
  return [["SUBSCRIBE", MEGABYTE], [MEGABYTE, "x"], ["PSUBSCRIBE", ...numbered("p", MANY)]];
}

async function prepare(assault: Assault): Promise<void> {
  await storeBig(assault, BIG_COUNT);
  await storeKeys(assault, "key", assault.pick(MANY, 1000));
}

/** Commands as one pipeline, repeated until it is worth a write. */
function pipelineOf(commands: readonly (readonly string[])[]): Uint8Array {
  const text = commands.map((words) => command(...words)).join("");
  return times(text, Math.ceil(BATCH_BYTES / text.length));
}

const RESP_ROWS: readonly Attack[] = PIPELINES.map(([name, what, ...commands]) => ({
  name: `pipelined-${name}`,
  sends: `${CLIENTS} clients that pipeline ${what}`,
  isAboutTurns: true,
  prepare,
  run: (assault) => assault.flood(CLIENTS, "resp", pipelineOf(commands)),
}));

/** Requests to REST and JSON routes that are long work each. */
const HTTP_ROWS: readonly Attack[] = [
  {
    name: "rest-setrange",
    sends: "3 clients with 10,000 SETRANGEs of 1 MB in a /pipeline, again and again",
    isAboutTurns: true,
    prepare,
    run: (assault) => {
      const row = ["SETRANGE", "big0", "0", "x"];
      const commands = Array.from({ length: assault.pick(10_000, 500) }, () => row);
      return assault.flood(CLIENTS, "http", utf8(restPipeline(commands)));
    },
  },
  {
    name: "rest-transactions",
    sends: "3 clients with a /multi-exec of 1,000 SETRANGEs of 1 MB, again and again",
    isAboutTurns: true,
    prepare,
    run: (assault) => {
      const commands = Array.from({ length: 1000 }, () => ["SETRANGE", "big0", "0", "x"]);
      return assault.flood(CLIENTS, "http", utf8(post("/multi-exec", JSON.stringify(commands))));
    },
  },
  {
    name: "json-batches",
    sends: "3 clients with /mget and /mput of thousands of keys, again and again",
    isAboutTurns: true,
    prepare,
    run: (assault) => {
      const keys = numbered("k", 6500);
      const items = numbered("k", 1400).map((key) => ({ key, value: "v", ttl: 1 }));
      const both = post("/mget", JSON.stringify({ keys })) +
        post("/mput", JSON.stringify({ items }));
      return assault.flood(CLIENTS, "http", utf8(both));
    },
  },
  {
    name: "resp-transactions",
    sends: "3 clients with transactions of 998 SETRANGEs of 1 MB, again and again",
    isAboutTurns: true,
    prepare,
    run: (assault) => {
      const writes = command("SETRANGE", "big0", "0", "x").repeat(998);
      return assault.flood(CLIENTS, "resp", utf8(command("MULTI") + writes + command("EXEC")));
    },
  },
];

/** Attacks with long commands. */
export const LONG_COMMAND_ATTACKS: readonly Attack[] = [...RESP_ROWS, ...HTTP_ROWS];
