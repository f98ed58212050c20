/**
 * Attacks by clients that go on sending while they wait for an answer: what Deno reads ahead meanwhile is memory, and
 * no budget knows of it.
 */

import { type Attack, GUARDED_MIB } from "../attack.ts";
import { head, joined, post, restPipeline, times } from "../messages.ts";
import { storeBig, storeKeys } from "./stored_values.ts";

const CLIENTS = 400;
const SMALL_CLIENTS = 4;
const MANY_KEYS = 29_000;
const BIG_GET = head("GET /get/big0");
/** What comes behind the request that is answered late. */
const MORE = times(head("GET /get?key=k"), 5000);

/** Attacks by clients that do not wait. */
export const READ_AHEAD_ATTACKS: readonly Attack[] = [
  {
    name: "flooding-gets",
    sends: "400 clients that send GETs of 1 MB without end, and read slowly or not at all",
    isAboutTurns: false,
    prepare: (assault) => storeBig(assault, 1),
    run: (assault) => {
      const many = times(BIG_GET, 5000);
      return assault.crowd(
        assault.pick(CLIENTS, SMALL_CLIENTS),
        "http",
        async (connection, client) => {
          if (client % 2 === 0) return await connection.flood(many);
          for (;;) await connection.send(many);
        },
        true,
      );
    },
  },
  {
    name: "flooding-pipelines",
    sends:
      "400 clients with a /pipeline of 40 KEYS over 29,000 keys each, and small GETs without end behind it",
    isAboutTurns: false,
    prepare: (assault) => storeKeys(assault, "key", assault.pick(MANY_KEYS, 1000)),
    run: (assault) => {
      const commands = Array.from({ length: 40 }, () => ["KEYS", "none*x"]);
      const first = joined(restPipeline(commands));
      return assault.crowd(assault.pick(CLIENTS, SMALL_CLIENTS), "http", async (connection) => {
        await connection.send(first);
        await connection.flood(MORE);
      }, true);
    },
  },
  {
    name: "flooding-setranges",
    sends: "4 clients with a /pipeline of 40 SETRANGEs of 1 MB, again and again without waiting",
    isAboutTurns: false,
    maxGrowthMib: GUARDED_MIB,
    maxFailed: 10,
    seconds: 12,
    prepare: (assault) => storeBig(assault, 1),
    run: (assault) => {
      const commands = Array.from({ length: 40 }, () => ["SETRANGE", "big0", "0", "x"]);
      const many = times(restPipeline(commands), 100);
      return assault.flood(assault.pick(SMALL_CLIENTS, 2), "http", many);
    },
  },
  {
    name: "flooding-mgets",
    sends: "400 clients with an /mget of 6,500 keys and small GETs behind it, again and again",
    isAboutTurns: false,
    run: (assault) => {
      const keys = Array.from({ length: 6500 }, (_, i) => `k${i}`);
      const both = joined(
        post("/mget", JSON.stringify({ keys })),
        times(head("GET /get?key=k"), 1000),
      );
      return assault.flood(assault.pick(CLIENTS, SMALL_CLIENTS), "http", both);
    },
  },
];
