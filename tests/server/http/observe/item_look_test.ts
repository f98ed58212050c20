// What is shown of single items and of the largest ones: what is true of them, with nothing counted or moved.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { readStats } from "../../../../cache/mod.ts";
import { TimeSlices } from "../../../../server/contract/time_slices.ts";
import { ItemLook } from "../../../../server/http/observe/item_look.ts";
import { BigKeys } from "../../../../server/observe/keys/big_keys.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";
import { Speaker } from "../../commands/speaker.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";

const encoder = new TextEncoder();

/** A cache with an item of each type, what tells of it, and a client. */
async function filled() {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const list = Array.from({ length: 600 }, (_, i) => `element:${i}`).join(" ");
  for (
    const line of [
      "SET int 12345",
      "SET text some\\x20text\\x20that\\x20is\\x20longer\\x20than\\x20forty-four\\x20bytes EX 90",
      `SET long ${"x".repeat(100_000)}`,
      `RPUSH list ${list}`,
      "SADD set 1 2 3",
      "HSET hash f v g w",
      `ZADD zset 1 a 2 ${"z".repeat(100)}`,
      "XADD stream 1-1 f v",
      "XADD stream 2-1 f v",
      "XGROUP CREATE stream g 0",
      "BF.ADD bloom x",
      "SELECT 3",
      "SET \\xff\\x00 other",
      "SELECT 0",
    ]
  ) await speaker.say(line);
  return { cache, speaker, look: new ItemLook(cache) };
}

Deno.test("ItemLook.item() says what OBJECT, TYPE, TTL and STRLEN or its like say, for each type", async () => {
  const { cache, speaker, look } = await filled();
  const counts = ["STRLEN", "LLEN", "SCARD", "HLEN", "ZCARD", "XLEN"];
  for (const key of ["int", "text", "long", "list", "set", "hash", "zset", "stream", "bloom"]) {
    const item = look.item(encoder.encode(key), 0);
    assert(item !== null && item !== "busy", key);
    assertEquals(`+${item.type}`, await speaker.say(`TYPE ${key}`), key);
    assertEquals(JSON.stringify(item.encoding), await speaker.say(`OBJECT ENCODING ${key}`), key);
    assertEquals(`:${item.count}`, await speaker.say(`OBJECT FREQ ${key}`), key);
    // What MEMORY USAGE says besides is its bucket.
    assertEquals(`:${item.slabBytes + 4}`, await speaker.say(`MEMORY USAGE ${key}`), key);
    assertEquals(item.slots, Math.ceil(item.slabBytes / 256));
    const answers: string[] = [];
    for (const count of counts) answers.push(await speaker.say(`${count} ${key}`));
    const size = answers.find((answer) => answer.startsWith(":"));
    if (key !== "bloom") assertEquals(`:${item.members ?? item.valueBytes}`, size, key);
    assert(item.window >= 0 && item.window < 6 && item.probe >= 0 && item.probe < 16, key);
    assertEquals(item.shard, cache.hash(encoder.encode(key), 0, key.length) & 7);
  }
  const text = look.item(encoder.encode("text"), 0);
  assert(text !== null && text !== "busy");
  assertEquals([text.ttlSeconds, text.isCut, text.members], [90, false, null]);
  assertEquals(atob(text.value!), "some text that is longer than forty-four bytes");
  const long = look.item(encoder.encode("long"), 0);
  assert(long !== null && long !== "busy");
  assertEquals([long.valueBytes, long.isCut], [100_000, true]);
  assertEquals(atob(long.value!), "x".repeat(64 * 1024));
  const other = look.item(Uint8Array.of(0xff, 0), 3);
  assert(other !== null && other !== "busy");
  assertEquals([other.base64, other.database, other.key], ["/wA=", 3, undefined]);
});

Deno.test("ItemLook.item() counts no hit, no miss and no use, and finds nothing where nothing is", async () => {
  const { cache, look } = await filled();
  const { region } = cache;
  const key = encoder.encode("int");
  const before = look.item(key, 0);
  const counters = () => ["hits", "misses", "puts"].map((name) => region.total(name as "hits"));
  const [first, samples] = [counters(), JSON.stringify(readStats(cache))];
  for (let i = 0; i < 5; i++) assertEquals(look.item(key, 0), before);
  assertEquals(look.item(encoder.encode("none"), 0), null);
  assertEquals(look.item(key, 1), null);
  assertEquals(counters(), first);
  assertEquals(JSON.stringify(readStats(cache)), samples);
});

Deno.test("ItemLook.item() says so where the lock is not to be had, and forgets what has expired", () => {
  const region = newRegion();
  let nowMs = NOW_MS;
  const cache = newCache(region, () => nowMs);
  const key = encoder.encode("k");
  cache.put(key, key, { deadlineMs: nowMs + 1500 });
  const look = new ItemLook(cache);
  const held = holdShard(newCache(region), cache.hash(key, 0, 1))!;
  assertEquals(look.item(key, 0), "busy");
  letGo(held);
  const item = look.item(key, 0);
  assert(item !== null && item !== "busy");
  assertEquals(item.ttlSeconds, 1.5);
  nowMs += 2000;
  assertEquals(look.item(key, 0), null);
});

Deno.test("BigKeys find the largest items of all databases and what each type takes, and keep that for a while", async () => {
  const { cache, speaker, look } = await filled();
  let nowMs = 0;
  const big = new BigKeys(cache, new TimeSlices(), () => nowMs);
  const facts = look.big(await big.find(), 3);
  const names = facts.keys.map(({ key, type, members }) => [key, type, members].join(" "));
  assertEquals(names, ["long string ", "list list 600", "bloom MBbloom-- "]);
  assertEquals(look.big(await big.find(), 4).keys[3]!.members, 2, "entries of the stream");
  assertEquals([facts.looked, facts.items], [10, 10]);
  assertEquals(facts.types["string"]!.items, 4);
  const taken = Object.values(facts.types).reduce((sum, { slabBytes }) => sum + slabBytes, 0);
  assertEquals(taken, readStats(cache).usedBytes);
  const all = look.big(await big.find(), 100).keys;
  assertEquals(all.length, 10);
  assertEquals(all.find(({ base64 }) => base64 === "/wA=")!.database, 3);
  assertEquals(all.find(({ key }) => key === "text")!.ttlSeconds, 90);
  await speaker.say("DEL long");
  await speaker.say("SET short v");
  assertEquals(look.big(await big.find(), 100).keys.length, 9, "what is gone is not shown");
  assertEquals((await big.find()).items, 10, "kept");
  nowMs += 10_000;
  assertEquals((await big.find()).items, 10);
  assertEquals(look.big(await big.find(), 100).types["string"]!.items, 4);
});

Deno.test("BigKeys.find() walks again after a walk that failed", async () => {
  const { cache } = await filled();
  let calls = 0;
  class FailingOnce extends TimeSlices {
    override turn(): Promise<void> {
      return calls++ === 0 ? Promise.reject(new Error("first walk")) : super.turn();
    }
  }
  const big = new BigKeys(cache, new FailingOnce(), () => 0);
  await assertRejects(() => big.find(), Error, "first walk");
  assertEquals((await big.find()).items, 10);
});

Deno.test("BigKeys find the hundred largest of many, and pass over a shard that is locked for long", async () => {
  const region = newRegion();
  const cache = newCache(region);
  const sizes = Array.from({ length: 3000 }, (_, i) => 100 + (i * 7919) % 3000);
  for (const [i, size] of sizes.entries()) {
    cache.put(encoder.encode(`key:${i}`), new Uint8Array(size));
  }
  const find = () => new BigKeys(cache, new TimeSlices(), () => 0).find();
  const { largest, items } = await find();
  assertEquals(items, 3000);
  assertEquals(largest.length, 100);
  const wanted = sizes.toSorted((a, b) => b - a).slice(0, 100);
  for (const [i, { valueBytes, slabBytes }] of largest.entries()) {
    assert(Math.abs(valueBytes - wanted[i]!) <= 32 && slabBytes > valueBytes, `${i}`);
  }
  const held = holdShard(newCache(region), 2)!;
  const without = await find();
  letGo(held);
  const looked = without.itemsByType.reduce((sum, count) => sum + count);
  assert(looked > 2000 && looked < 3000 && without.items === 3000, `${looked}`);
});
