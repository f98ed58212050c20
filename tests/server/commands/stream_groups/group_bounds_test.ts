// What one command on groups does at most, since the shard is locked meanwhile: in itself, within a transaction, and in
// the bytes of an answer. What is left out comes with the next call.

import { assert, assertEquals } from "@std/assert";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

async function filled(entries: number, value = "v"): Promise<Speaker> {
  const speaker = new Speaker(newCache(newRegion(256 * 2 ** 20)));
  for (let i = 1; i <= entries; i++) await speaker.say(`XADD k 1-${i} f ${value}`);
  return speaker;
}

function countOf(answer: string): number {
  return answer.split('["f", ').length - 1;
}

Deno.test("XREADGROUP delivers 5,000 entries at once, then the rest; with NOACK all", async () => {
  const speaker = await filled(6000);
  for (const group of ["g", "h"]) await speaker.say(`XGROUP CREATE k ${group} 0`);
  const read = "XREADGROUP GROUP g c STREAMS k >";
  assertEquals(countOf(await speaker.say(read)), 5000);
  assertEquals(countOf(await speaker.say(read)), 1000);
  assertEquals(await speaker.say(read), "nil list");
  assertEquals(countOf(await speaker.say("XREADGROUP GROUP h c NOACK STREAMS k >")), 6000);
  assertEquals((await speaker.say("XPENDING k g")).slice(0, 6), "[:6000");
  assertEquals(countOf(await speaker.say("XREADGROUP GROUP g c STREAMS k 0")), 6000);
});

Deno.test("XREADGROUP delivers as many entries as an answer holds, and refuses what holds none of them", async () => {
  const speaker = await filled(20, "x".repeat(500_000));
  await speaker.say("XGROUP CREATE k g 0");
  const first = countOf(await speaker.say("XREADGROUP GROUP g c STREAMS k >"));
  assert(first > 10 && first < 17, String(first));
  assertEquals((await speaker.say("XPENDING k g")).slice(0, 4), `[:${first}`);
  const second = countOf(await speaker.say("XREADGROUP GROUP g c STREAMS k >"));
  // What is asked for by its id must not seem to be less than it is.
  assert(
    (await speaker.say("XREADGROUP GROUP g c STREAMS k 0")).startsWith("-ERR answer would be"),
  );
  assertEquals(countOf(await speaker.say("XREADGROUP GROUP g c COUNT 5 STREAMS k 0")), 5);
  assertEquals((await speaker.say("XPENDING k g")).slice(0, 4), `[:${first + second}`);
});

Deno.test("a transaction of commands on groups ends where it takes too long", async () => {
  const speaker = await filled(4000);
  for (let i = 0; i < 4; i++) await speaker.say(`XGROUP CREATE k g${i} 0`);
  await speaker.say("MULTI");
  for (let i = 0; i < 4; i++) await speaker.say(`XREADGROUP GROUP g${i} c STREAMS k >`);
  const answer = await speaker.say("EXEC");
  assertEquals(countOf(answer), 12_000);
  assert(/transaction takes too long/.test(answer));
});

Deno.test("XGROUP DELCONSUMER removes runs of what is pending, and refuses too many of them", async () => {
  const speaker = await filled(12_000);
  await speaker.say("XGROUP CREATE k g 0");
  for (let i = 0; i < 3; i++) await speaker.say("XREADGROUP GROUP g c STREAMS k >");
  // Every second one is another consumer's.
  for (let from = 1; from < 12_000; from += 2000) {
    const ids = Array.from({ length: 1000 }, (_, i) => `1-${from + 2 * i}`);
    await speaker.say(`XCLAIM k g d 0 ${ids.join(" ")} JUSTID`);
  }
  assert(
    (await speaker.say("XGROUP DELCONSUMER k g c")).startsWith("-ERR too many entries are pending"),
  );
  assertEquals((await speaker.say("XPENDING k g")).slice(0, 7), "[:12000");
  const ids = Array.from({ length: 4000 }, (_, i) => `1-${i + 1}`);
  assertEquals(await speaker.say(`XACK k g ${ids.join(" ")}`), ":4000");
  assertEquals(await speaker.say("XGROUP DELCONSUMER k g c"), ":4000");
  assertEquals(await speaker.say("XPENDING k g"), '[:4000, "1-4001", "1-11999", [["d", "4000"]]]');
  assertEquals(await speaker.say("XGROUP DESTROY k g"), ":1");
  assertEquals(await speaker.say("XLEN k"), ":12000");
});
