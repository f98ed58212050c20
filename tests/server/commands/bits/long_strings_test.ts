// Strings that are changed in part: what that costs, how long they may be, and where a command would take too long.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../bench/workload.ts";
import { checkShardLocked } from "../../../../cache/mod.ts";
import { countBits, firstBit } from "../../../../server/commands/bits/bit_count.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const MIB = 2 ** 20;
const TOO_LONG = "-ERR string exceeds maximum allowed size (--max-value-bytes)";

/** A client of a cache whose shards have 8 MiB. */
function newSpeaker(logBytes = 0): Speaker {
  return new Speaker(newCache(newRegion(64 * MIB + logBytes, logBytes)));
}

Deno.test("a change of a part of a string of a MiB writes down that part, and counts as no copy of the rest", async () => {
  const speaker = newSpeaker(MIB);
  const { context } = speaker;
  const log = context.cache.region.log!;
  const space = new Uint8Array(2 * MIB);
  const drain = () => {
    while (log.read(space) > 0);
  };
  assertEquals(await speaker.say(`SETRANGE s ${MIB - 5000} x`), `:${MIB - 4999}`);
  drain();
  const lines = [
    "APPEND s 0123456789",
    "SETRANGE s 500000 0123456789",
    "SETBIT s 4100000 1",
    "BITFIELD s INCRBY u16 #20000 7",
  ];
  for (const line of lines) {
    context.copiedBytes = 0;
    const before = log.tail;
    await speaker.say(line);
    const bytes = 4 * (log.tail - before);
    assert(bytes > 0 && bytes < 100, `${line}: ${bytes} bytes in the log`);
    assert(context.copiedBytes < 100, `${line}: ${context.copiedBytes} bytes copied`);
    drain();
  }
  assertEquals(await speaker.say("BITCOUNT s 500000 500009"), await countOf(speaker, "0123456789"));
});

async function countOf(speaker: Speaker, text: string): Promise<string> {
  await speaker.say(`SET short ${text}`);
  return await speaker.say("BITCOUNT short");
}

Deno.test("a string that would become longer than --max-value-bytes is refused and stays as it is", async () => {
  const speaker = newSpeaker();
  assertEquals(await speaker.say(`SETBIT s ${8 * MIB - 1} 1`), ":0");
  assertEquals(await speaker.say(`STRLEN s`), `:${MIB}`);
  assertEquals(await speaker.say(`SETBIT s ${8 * MIB} 1`), TOO_LONG);
  assertEquals(await speaker.say(`GETBIT s ${8 * MIB}`), ":0");
  assertEquals(await speaker.say("APPEND s x"), TOO_LONG);
  assertEquals(await speaker.say(`SETRANGE s ${MIB - 1} xy`), TOO_LONG);
  assertEquals(await speaker.say("SETRANGE s 9223372036854775807 x"), TOO_LONG);
  assertEquals(await speaker.say(`BITFIELD s SET u8 ${8 * MIB - 7} 1`), TOO_LONG);
  assertEquals(await speaker.say(`BITFIELD new SET u8 ${8 * MIB - 7} 1`), TOO_LONG);
  assertEquals(await speaker.say("EXISTS new"), ":0");
  assertEquals(await speaker.say("BITCOUNT s"), ":1");
  assertEquals(await speaker.say(`BITPOS s 1`), `:${8 * MIB - 1}`);
});

Deno.test("BITOP refuses more than it can combine in about 2 ms, and names the limit", async () => {
  const speaker = newSpeaker();
  const keys = Array.from({ length: 5 }, (_, i) => `s${i}`);
  for (const key of keys) await speaker.say(`SETBIT ${key} ${8 * MIB - 1} 1`);
  assertEquals(await speaker.say(`BITOP AND d ${keys.slice(0, 4).join(" ")}`), `:${MIB}`);
  const refusal = await speaker.say(`BITOP OR d ${keys.join(" ")}`);
  assert(/^-ERR BITOP takes too long: .* 4194304 bytes in sum/.test(refusal), refusal);
  assertEquals(await speaker.say("BITCOUNT d"), ":1");
});

Deno.test("BITFIELD refuses more than 1000 operations, and has changed nothing then", async () => {
  const speaker = newSpeaker();
  const sets = (count: number) => `BITFIELD k${" SET u8 0 1".repeat(count)}`;
  assertEquals(
    await speaker.say(sets(1001)),
    "-ERR BITFIELD takes too long: it may have 1000 operations, use several commands",
  );
  assertEquals(await speaker.say("EXISTS k"), ":0");
  assert((await speaker.say(sets(1000))).startsWith("[:0, :1, :1"));
});

Deno.test("long strings that are changed while others are evicted break no invariant, and lose nothing by halves", async () => {
  const cache = newCache(newRegion(12 * MIB));
  const speaker = new Speaker(cache);
  const random = new Random(5);
  for (let i = 0; i < 3000; i++) {
    const key = `s${random.below(60)}`;
    const at = random.below(200_000);
    const before = await speaker.say(`STRLEN ${key}`);
    await speaker.say(`SETRANGE ${key} ${at} ${"x".repeat(1 + random.below(2000))}`);
    const length = Number((await speaker.say(`STRLEN ${key}`)).slice(1));
    assert(length > at && length >= Number(before.slice(1)));
    await speaker.say(`SET other${i} ${"y".repeat(random.below(5000))}`);
    if (i % 500 === 0) { for (const { memory } of cache.shards) checkShardLocked(memory); }
  }
  for (const { memory } of cache.shards) checkShardLocked(memory);
});

Deno.test("countBits() and firstBit() find what one bit after the other does", () => {
  const random = new Random(3);
  for (let round = 0; round < 500; round++) {
    const length = random.below(70);
    const fill = random.below(3) === 0 ? 0xff : 0;
    const bytes = new Uint8Array(length + 8).fill(fill);
    for (let i = random.below(4); i > 0 && length > 0; i--) {
      bytes[random.below(length)] = random.below(256);
    }
    const bits = Array.from({ length: 8 * length }, (_, i) => (bytes[i >> 3]! >> (7 - i % 8)) & 1);
    assertEquals(countBits(bytes, length), bits.filter((bit) => bit === 1).length);
    assertEquals(firstBit(bytes, length, 0), bits.indexOf(0));
    assertEquals(firstBit(bytes, length, 1), bits.indexOf(1));
  }
});
