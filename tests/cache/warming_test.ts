// Reading ahead of lookups: which words are read, for how many keys, and what the lookups make of it.

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked, inDatabase, Outcome } from "../../cache/mod.ts";
import { ADDRESS_MASK, EIGHTH_WORD_SHIFT } from "../../cache/layout.ts";
import type { ShardMemory } from "../../cache/shard_memory.ts";
import { bucketOfTag, windowWord } from "../../cache/table.ts";
import { Warming } from "../../cache/warming.ts";
import { bytesOf, find, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";

/** A shard's memory up to word `end`, which notes which of its words are read. */
function watched(memory: ShardMemory, end: number, read: Set<number>): ShardMemory {
  const words = new Proxy(memory.words.subarray(0, end), {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) read.add(Number(name));
      return Reflect.get(target, name, target);
    },
  });
  return new Proxy(memory, {
    get: (target, name) => name === "words" ? words : Reflect.get(target, name, target),
  });
}

Deno.test("Warming.warm() reads window, header and the line after it of each key, and nothing outside", () => {
  const { cache } = makeFixture();
  const keys = Array.from({ length: 2000 }, (_, i) => `key${i}`);
  for (const key of keys) put(cache, key, valueOf(20));
  const items = keys.map((key) => find(cache, key)).filter(({ address }) => address !== 0);
  // As if the shards ended with the header of their last items.
  const ends = cache.shards.map(({ index }) => {
    const own = items.filter(({ shard }) => shard.index === index);
    return Math.max(...own.map(({ address }) => (address << EIGHTH_WORD_SHIFT) + 8));
  });
  for (const count of [0, 1, 64, 65, items.length]) {
    const reads = cache.shards.map(() => new Set<number>());
    const warming = new Warming(
      cache.shards.map(({ memory }, i) => ({ memory: watched(memory, ends[i]!, reads[i]!) })),
    );
    warming.warm(Int32Array.from(items, ({ hash }) => hash), count);
    for (const [i, { shard, address, hash }] of items.slice(0, count).entries()) {
      const { memory, index } = shard;
      const header = address << EIGHTH_WORD_SHIFT;
      assert(reads[index]!.has(windowWord(memory, hash)), `window of ${i} of ${count}`);
      assert(
        Array.from({ length: 16 }, (_, at) => header + at).some((at) => reads[index]!.has(at)),
      );
      const next = header + 16;
      assertEquals(reads[index]!.has(next) || next >= ends[index]!, true, `item ${i}`);
    }
    for (const [i, end] of ends.entries()) assert([...reads[i]!].every((at) => at < end));
    if (count === 0) assert(reads.every(({ size }) => size === 0));
  }
});

Deno.test("Warming.warm() says in which bucket each key is, and 0 where it is in none", () => {
  const { cache } = makeFixture();
  for (const key of ["a", "b", "c"]) put(cache, key, valueOf(20));
  const keys = ["a", "none", "c", "neither"].map((key) => find(cache, key));
  const buckets = new Int32Array(64).fill(-1);
  cache.warmMany(Int32Array.from(keys, ({ hash }) => hash), keys.length, buckets);
  const found = keys.map(({ shard }, i) => shard.memory.words[buckets[i]!]! & ADDRESS_MASK);
  assertEquals([buckets[1], buckets[3]], [0, 0]);
  assertEquals([found[0], found[2]], [keys[0]!.address, keys[2]!.address]);
});

Deno.test("findLocked() begins where an item is expected, and finds the right one wherever that is", () => {
  const { cache } = makeFixture();
  const keys = keysOfShard(cache, 6);
  const stored = keys.slice(0, 5);
  stored.forEach((key, i) => put(cache, key, valueOf(20, i)));
  // The same key in another database, which is in the same shard.
  const database = cache.shards.length;
  assertEquals(cache.put(bytesOf(keys[0]), valueOf(9), { database }), Outcome.stored);
  const { memory } = cache.shards[0]!;
  const places = stored.map((key) => bucketOfTag(memory, find(cache, key).hash));
  places.push(bucketOfTag(memory, inDatabase(find(cache, keys[0]).hash, database)));
  assertEquals([new Set(places).size, places.includes(0)], [6, false]);
  for (const at of [...places, ...places.map((place) => place + 1)]) {
    for (const [i, key] of stored.entries()) {
      memory.likelyBucket = at;
      assertEquals(get(cache, key), valueOf(20, i));
      assertEquals(memory.likelyBucket, 0);
    }
    memory.likelyBucket = at;
    assertEquals(get(cache, keys[5]!), null);
  }
  for (const [i, key] of stored.entries()) {
    const { hash } = find(cache, key);
    memory.likelyBucket = bucketOfTag(memory, hash);
    put(cache, key, valueOf(30, i));
    assertEquals(get(cache, key), valueOf(30, i));
    memory.likelyBucket = bucketOfTag(memory, hash);
    assertEquals(cache.delete(bytesOf(key)), Outcome.hit);
    assertEquals(get(cache, key), null);
  }
  checkShardLocked(memory);
});
