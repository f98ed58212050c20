// Commands on strings, and scripts, that meet a value of another type: refused as Redis does it, and nothing
// changes. Those on any key take every type.

import { assertEquals } from "@std/assert";
import { HashView, ListView } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { newCache } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const encoder = new TextEncoder();

/** Stores a list of one element under "l", and a hash of one field under "h". */
export function storeCollections(cache: ServerCache): void {
  const element = encoder.encode("a");
  for (const name of ["l", "h"]) {
    const key = encoder.encode(name);
    const hash = cache.hash(key, 0, key.length);
    const view = name === "l" ? new ListView() : new HashView();
    cache.withShard(hash, {
      runLocked() {
        view.openEmpty(cache.shardOf(hash), 0, hash, key, 0, key.length);
        if (view instanceof ListView) view.insert(0, element, 0, 1);
        else view.put(element, 0, 1, element, 0, 1);
        view.close();
      },
    });
  }
}

const WRONG = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_STRINGS = "-ERR The specified keys must contain string values";
const FIXED_WINDOW = "472e55443b62f60d0991028456c57815a387066d";

/** As redis-server 7.0 answers; scripts, GETMETA and IFEQ aside, which it has not. */
const REFUSED: readonly (readonly [line: string, answer: string])[] = [
  ["GET l", WRONG],
  ["GETMETA l", WRONG],
  ["SET l x GET", WRONG],
  ["SET l x NX GET", WRONG],
  ["SET l x XX GET", WRONG],
  ["SET l x IFEQ y", WRONG],
  ["SET l x PX 0 GET", "-ERR invalid expire time in 'set' command"],
  ["GETSET l x", WRONG],
  ["GETDEL l", WRONG],
  ["GETEX l EX x", WRONG],
  ["GETEX l FOO", "-ERR syntax error"],
  ["GETEX l PERSIST", WRONG],
  ["APPEND l x", WRONG],
  ["STRLEN l", WRONG],
  ["GETRANGE l 0 x", "-ERR value is not an integer or out of range"],
  ["GETRANGE l 0 1", WRONG],
  ["SUBSTR l 0 1", WRONG],
  ["SETRANGE l -1 a", "-ERR offset is out of range"],
  ['SETRANGE l 0 ""', WRONG],
  ["SETRANGE l 0 x", WRONG],
  ["INCR l", WRONG],
  ["DECRBY l 2", WRONG],
  ["INCRBY l x", "-ERR value is not an integer or out of range"],
  ["INCRBYFLOAT l x", WRONG],
  ["LCS l h LEN IDX", NOT_STRINGS],
  ["LCS s l", NOT_STRINGS],
  [`EVALSHA ${FIXED_WINDOW} 1 l 10 1000 1`, WRONG],
  [`EVALSHA ${FIXED_WINDOW} 2 s l 10 1000 1`, WRONG],
];

const TAKEN: readonly (readonly [line: string, answer: string])[] = [
  ["MGET l s h nokey", '[nil, "v", nil, nil]'],
  ["SETNX l x", ":0"],
  ["SET l x NX", "nil"],
  ["MSETNX l x n y", ":0"],
  ["EXISTS l h s n", ":3"],
  ["TOUCH l h", ":2"],
  ["EXPIRE l 100", ":1"],
  ["TTL l", ":100"],
  ["PERSIST l", ":1"],
  ["DBSIZE", ":3"],
  ["MULTI", "+OK"],
  ["GET l", "+QUEUED"],
  ["STRLEN s", "+QUEUED"],
  ["EXEC", `[${WRONG}, :1]`],
  ["WATCH l", "+OK"],
  ["SET h x", "+OK"],
  ["GET h", '"x"'],
  ["MSET l x", "+OK"],
  ["GET l", '"x"'],
  ["DEL l h", ":2"],
];

Deno.test("commands on strings refuse other types, and change nothing", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  storeCollections(cache);
  await speaker.say("SET s v");
  const puts = cache.region.total("puts");
  for (const [line, answer] of REFUSED) assertEquals(await speaker.say(line), answer, line);
  assertEquals(cache.region.total("puts"), puts);
  for (const [line, answer] of TAKEN) assertEquals(await speaker.say(line), answer, line);
});
