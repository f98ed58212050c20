// Streams where no redis-server is asked: ids made by the clock, what is too much for one answer, who else may use the
// key, and that an empty stream stays.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cache } from "../../../../cache/mod.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const MEMORY_BYTES = 256 * 2 ** 20;

/** Adds entries with ids 1-0 and so on until `count`, or until a refusal, which is returned. */
async function fill(speaker: Speaker, key: string, count: number, value: string): Promise<string> {
  for (let i = 1; i <= count; i++) {
    const answer = await speaker.say(`XADD ${key} ${i}-0 f ${value}`);
    if (answer.startsWith("-")) return answer;
  }
  return "";
}

Deno.test("XADD makes ids by the clock, which never go back", async () => {
  let nowMs = NOW_MS;
  const region = newRegion();
  const speaker = new Speaker(new Cache(region, 1, () => nowMs));
  assertEquals(await speaker.say("XADD s * f v"), `"${NOW_MS}-0"`);
  assertEquals(await speaker.say("XADD s * f v"), `"${NOW_MS}-1"`);
  nowMs -= 1000;
  assertEquals(await speaker.say("XADD s * f v"), `"${NOW_MS}-2"`);
  nowMs += 1001;
  assertEquals(await speaker.say("XADD s MAXLEN 2 * f v"), `"${NOW_MS + 1}-0"`);
  assertEquals(await speaker.say("XADD s 99999999999999-5 f v"), '"99999999999999-5"');
  assertEquals(await speaker.say("XADD s * f v"), '"99999999999999-6"');
  assertEquals(
    await speaker.say("XADD s 99999999999999-18446744073709551615 f v"),
    '"99999999999999-18446744073709551615"',
  );
  assertEquals(await speaker.say("XADD s * f v"), '"100000000000000-0"');
  assertEquals(await speaker.say("XLEN s"), ":6");
});

Deno.test("a stream of which all is gone stays, and remembers its last id", async () => {
  const speaker = new Speaker(newCache());
  await fill(speaker, "s", 300, "v".repeat(40));
  assertEquals(await speaker.say("XTRIM s MAXLEN 1"), ":299");
  assertEquals(await speaker.say("XDEL s 300-0"), ":1");
  assertEquals(await speaker.say("XLEN s"), ":0");
  assertEquals(await speaker.say("TYPE s"), "+stream");
  assertEquals(await speaker.say("OBJECT ENCODING s"), '"stream"');
  assertEquals(
    await speaker.say("XADD s 300-0 f v"),
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
  );
  assertEquals(await speaker.say("XADD s 300-* f v"), '"300-1"');
  assertEquals(await speaker.say("SCAN 0 TYPE stream COUNT 100"), '["0", ["s"]]');
  assertEquals(await speaker.say("DEL s"), ":1");
  assertEquals(await speaker.say("EXISTS s"), ":0");
});

Deno.test("what is too much for one answer is refused by XRANGE, and cut by XREAD", async () => {
  const speaker = new Speaker(newCache(newRegion(MEMORY_BYTES)));
  assertEquals(
    await fill(speaker, "s", 40, "x".repeat(600_000)),
    "-OOM command not allowed when used memory > 'maxmemory'.",
  );
  const length = Number((await speaker.say("XLEN s")).slice(1));
  assert(length > 15 && length < 40, `${length} entries`);
  assertEquals(await speaker.say("COPY s t"), ":1");
  await speaker.say("XTRIM t MAXLEN 1");
  const tooLarge = "-ERR answer would be too large, ask for less at a time";
  const many = await speaker.say("XRANGE s - + COUNT 3");
  assertEquals(many.length > 1_800_000, true);
  const wide = new Speaker(newCache(newRegion(MEMORY_BYTES)));
  assertEquals(await fill(wide, "s", 6000, "y".repeat(1600)), "");
  for (const line of ["XRANGE s - +", "XREVRANGE s + -", "XINFO STREAM s FULL COUNT 0"]) {
    assertEquals(await wide.say(line), tooLarge, line);
  }
  assertEquals((await wide.say("XRANGE s - + COUNT 4000")).split("y".repeat(1600)).length, 4001);
  const read = (await wide.say("XREAD STREAMS s 0")).split("y".repeat(1600)).length - 1;
  assert(read > 4000 && read < 6000, `${read} entries`);
  const rest = await wide.say(`XREAD STREAMS s s 0 ${read}`);
  // Both have the same key: the first takes the space.
  assert(rest.split("y".repeat(1600)).length - 1 >= read);
  assertEquals(
    (await wide.say(`XREAD STREAMS s ${read}-0`)).split("y".repeat(1600)).length - 1,
    6000 - read,
  );
});

Deno.test("streams are refused by commands on other types, and take none of theirs", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("XADD s 1-1 f v");
  const lines = ["GET s", "APPEND s x", "LPUSH s x", "HGETALL s", "ZCARD s", "SADD s x", "INCR s"];
  for (const line of [...lines, "GETRANGE s 0 1", "SETBIT s 1 1", "PFADD s x", "ZADD s 1 x"]) {
    assertMatch(await speaker.say(line), /^-WRONGTYPE/, line);
  }
  await speaker.say("RPUSH l x");
  for (
    const line of [
      ...["XADD l * f v", "XLEN l", "XRANGE l - +", "XDEL l 1-1", "XTRIM l MAXLEN 1"],
      ...["XREAD STREAMS l 0", "XSETID l 1-1", "XINFO STREAM l", "XREVRANGE l + -"],
    ]
  ) assertMatch(await speaker.say(line), /^-WRONGTYPE/, line);
  assertEquals(await speaker.say("XLEN s"), ":1");
  assertEquals(await speaker.say("SET s x"), "+OK");
  assertEquals(
    await speaker.say("XADD s * f v"),
    "-WRONGTYPE Operation against a key holding the wrong kind of value",
  );
});

Deno.test("XTRIM with ~ leaves a few more, so that it does not trim each time", async () => {
  const speaker = new Speaker(newCache());
  let longest = 0;
  for (let i = 1; i <= 2000; i++) {
    await speaker.say(`XADD s MAXLEN ~ 500 ${i}-0 f v`);
    longest = Math.max(longest, Number((await speaker.say("XLEN s")).slice(1)));
  }
  assertEquals(longest, 599);
  // Large ones do not pile up.
  for (let i = 1; i <= 100; i++) {
    await speaker.say(`XADD t MAXLEN ~ 5 ${i}-0 f ${"v".repeat(5000)}`);
  }
  assertEquals(await speaker.say("XLEN t"), ":5");
});
