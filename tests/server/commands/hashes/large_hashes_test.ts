// Answers about large hashes: refused as a whole where an answer could not hold them, else complete.
// A shard of the tests' cache is too small for them, so they have one of their own.

import { assert, assertEquals } from "@std/assert";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const TOO_LARGE = "-ERR answer would be too large, ask for less at a time";

Deno.test("a hash of more bytes than an answer holds is refused by what would answer all of it", async () => {
  const speaker = new Speaker(newCache(newRegion(512 * 2 ** 20)));
  const value = "v".repeat(500_000);
  for (let i = 0; i < 7; i++) assertEquals(await speaker.say(`HSET h f${i} ${value}`), ":1");
  assertEquals((await speaker.say("HGETALL h")).length > 3_500_000, true);
  assertEquals(await speaker.say(`HMGET h${" f1".repeat(17)}`), TOO_LARGE);
  assertEquals((await speaker.say(`HMGET h${" f1".repeat(16)}`)).length > 8_000_000, true);
  assertEquals(await speaker.say("HRANDFIELD h -20 WITHVALUES"), TOO_LARGE);
  for (const command of ["HGETALL h", "HVALS h", "HMGET h f0 f1", "HRANDFIELD h 5 WITHVALUES"]) {
    const answer = await speaker.say(command);
    assert(answer.startsWith("["), `${command}: ${answer.slice(0, 80)}`);
  }
});

Deno.test("growth beyond what a shard holds is refused as by a full Redis, and changes nothing", async () => {
  const speaker = new Speaker(newCache());
  const oom = "-OOM command not allowed when used memory > 'maxmemory'.";
  const value = "v".repeat(2000);
  let fields = 0;
  let answer = "";
  while ((answer = await speaker.say(`HSET h f${fields} ${value}`)) === ":1") fields++;
  assertEquals(answer, oom);
  assert(fields > 0);
  assertEquals(await speaker.say(`HSETNX h other ${value}`), oom);
  assertEquals(await speaker.say("HLEN h"), `:${fields}`);
  assertEquals(await speaker.say(`HGET h f${fields - 1}`), `"${value}"`);
});
