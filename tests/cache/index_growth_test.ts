// The index of a shard grows where items are small, keeps every key, and does not where it need not.

import { assert, assertEquals } from "@std/assert";
import {
  bucketTotal,
  type Cache,
  checkShardLocked,
  mostBuckets,
  readStats,
} from "../../cache/mod.ts";
import { bucketNumber, bucketWord } from "../../cache/index_growth.ts";
import { MAX_SEGMENTS, SHARD_SEGMENTS, SLOT_EIGHTHS } from "../../cache/layout.ts";
import { sameHashKeys } from "../../bench/engine/same_hash_keys.ts";
import { checkAll } from "./model.ts";
import { bytesOf, find, get, makeFixture, put, valueOf } from "./fixture.ts";

function segmentsOf(cache: Cache): number[] {
  return cache.shards.map(({ memory }) => memory.words[SHARD_SEGMENTS]!);
}

Deno.test("The index grows for small items, so that all of the slab is used and no key is lost", () => {
  const { cache } = makeFixture(2 ** 20, 512);
  const keys: string[] = [];
  while (readStats(cache).evictions === 0) {
    const key = `k${keys.length}`;
    put(cache, key, valueOf(20));
    keys.push(key);
  }
  const { items, slots, usedBytes, slabBytes, windowEvictions, buckets } = readStats(cache);
  assert(segmentsOf(cache).every((segments) => segments > 0), `${segmentsOf(cache)}`);
  // The first shard that is full evicts; others have some space left.
  assert(usedBytes > 0.9 * slabBytes, `${usedBytes} of ${slabBytes}`);
  assert(items > 0.9 * slots * SLOT_EIGHTHS / 2 && items === keys.length - 1);
  assertEquals(windowEvictions, 0);
  assertEquals(buckets > items, true);
  checkAll(cache);
  let missing = 0;
  for (const key of keys) if (get(cache, key) === null) missing++;
  assertEquals(missing, 1);
});

Deno.test("bucketNumber() and bucketWord() are each other's inverse, and name different words", () => {
  const { cache } = makeFixture(2 ** 20, 2048);
  for (let i = 0; i < 40_000; i++) put(cache, `${i}`, valueOf(4));
  assertEquals(segmentsOf(cache), cache.shards.map(() => MAX_SEGMENTS));
  const { memory } = cache.shards[0]!;
  assertEquals(bucketTotal(memory), mostBuckets(memory));
  const words = new Set<number>();
  for (let i = 0; i < bucketTotal(memory); i++) {
    words.add(bucketWord(memory, i));
    assertEquals(bucketNumber(memory, bucketWord(memory, i)), i);
  }
  assertEquals(words.size, bucketTotal(memory));
  checkAll(cache);
});

Deno.test("The index does not grow for items of the expected size, nor for a flood of one hash", () => {
  const { cache } = makeFixture(2 ** 20);
  for (let i = 0; i < 30_000; i++) put(cache, `k${i % 20_000}`, valueOf(130));
  assertEquals(segmentsOf(cache), cache.shards.map(() => 0));
  const flooded = makeFixture(2 ** 20).cache;
  for (const key of sameHashKeys(500)) flooded.put(key, valueOf(1));
  assertEquals(segmentsOf(flooded), flooded.shards.map(() => 0));
  assert(readStats(flooded).windowEvictions > 400);
});

Deno.test("Shard.clearLocked() gives the slab back what the index had taken", () => {
  const { cache } = makeFixture(2 ** 20, 512);
  const before = readStats(cache);
  for (let i = 0; i < 20_000; i++) put(cache, `k${i}`, valueOf(4));
  assert(readStats(cache).slots < before.slots);
  for (const shard of cache.shards) shard.clearLocked();
  const { slots, buckets, usedBytes } = readStats(cache);
  assertEquals([slots, buckets, usedBytes], [before.slots, before.buckets, 0]);
  for (let i = 0; i < 20_000; i++) put(cache, `l${i}`, valueOf(4));
  checkAll(cache);
  assertEquals(find(cache, "k1").address, 0);
  cache.delete(bytesOf("l19999"));
  for (const { memory } of cache.shards) checkShardLocked(memory);
});
