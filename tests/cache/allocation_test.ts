// Chains of pieces: an item's eighths are the fewest possible where there is space, overwriting
// spares everybody else, and growing items move without losing their place.

import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { Cache, checkShardLocked, readStats } from "../../cache/mod.ts";
import { itemEighths } from "../../cache/item_size.ts";
import { SHARD_FREE_EIGHTHS } from "../../cache/layout.ts";
import { idealEighths } from "../../cache/allocation.ts";
import { Random } from "../../bench/workload.ts";
import { churn } from "../../bench/engine/churn.ts";
import { bytesOf, find, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";

function piecesOf(cache: Cache): { pieces: number; fewest: number } {
  let pieces = 0;
  let fewest = 0;
  for (const shard of cache.shards) {
    const check = checkShardLocked(shard.memory);
    pieces += check.pieces;
    fewest += check.idealPieces;
  }
  return { pieces, fewest };
}

Deno.test("idealEighths() is the number a new item takes while there is space", () => {
  for (let length = 0; length < 1300; length += 3) {
    const { cache } = makeFixture();
    put(cache, "k", valueOf(length));
    const { shard, address } = find(cache, "k");
    assertEquals(itemEighths(shard.memory, address), idealEighths(21 + length));
  }
});

Deno.test("Shard.putLocked() leaves an overwritten item in the fewest pieces while there is space", () => {
  const length = fc.integer({ min: 0, max: 2000 });
  fc.assert(
    fc.property(fc.array(length, { minLength: 2, maxLength: 30 }), (lengths) => {
      const { cache } = makeFixture();
      lengths.forEach((bytes, i) => {
        put(cache, "key", valueOf(bytes, i));
        assertEquals(get(cache, "key"), valueOf(bytes, i));
        const { pieces, fewest } = piecesOf(cache);
        assertEquals(pieces, fewest);
      });
    }),
    { numRuns: 40, seed: 2 },
  );
});

Deno.test("Shard.putLocked() frees every eighth of deleted items, whatever their history", () => {
  const { cache } = makeFixture();
  const random = new Random(5);
  const freeEighths = () => cache.shards.map(({ memory }) => memory.words[SHARD_FREE_EIGHTHS]);
  const before = freeEighths();
  for (let i = 0; i < 3000; i++) put(cache, `k${random.below(50)}`, valueOf(random.below(3000)));
  for (let i = 0; i < 50; i++) cache.delete(bytesOf(`k${i}`));
  assertEquals(freeEighths(), before);
  piecesOf(cache);
});

Deno.test("Updating a key evicts nobody unless the value needs more than is free", () => {
  const { cache } = makeFixture(256 * 1024);
  const random = new Random(9);
  for (let i = 0; i < 4000; i++) put(cache, `k${i}`, valueOf(random.below(400)));
  for (let i = 0; i < 20_000; i++) {
    const key = `k${random.below(4000)}`;
    const { shard, address } = find(cache, key);
    if (address === 0) continue;
    const { memory } = shard;
    const old = itemEighths(memory, address);
    const length = random.below(900);
    const free = memory.words[SHARD_FREE_EIGHTHS]! + old;
    const { evictions } = readStats(cache);
    put(cache, key, valueOf(length, i));
    // In pieces of one eighth, the worst case, each holds 28 bytes.
    const maxEighths = Math.ceil((28 + key.length + length) / 28);
    if (maxEighths <= free) assertEquals(readStats(cache).evictions, evictions);
    assertEquals(get(cache, key), valueOf(length, i));
  }
  assert(readStats(cache).evictions > 0);
  piecesOf(cache);
});

Deno.test("Updating a key to the largest value in a full shard evicts others, never itself", () => {
  const { cache } = makeFixture(256 * 1024);
  const keys = keysOfShard(cache, 400);
  for (const key of keys) put(cache, key, valueOf(20));
  for (let round = 0; round < 20; round++) {
    const key = keys[399 - round]!;
    put(cache, key, valueOf(10, round));
    const length = cache.maxItemBytes - key.length;
    put(cache, key, valueOf(length, round));
    assertEquals(get(cache, key), valueOf(length, round));
    checkShardLocked(cache.shards[0]!.memory);
  }
});

Deno.test("An item that moves to a longer piece keeps its bucket, ring and version order", () => {
  const { cache } = makeFixture();
  const [key, mate, other] = keysOfShard(cache, 3);
  put(cache, key, valueOf(1));
  put(cache, mate, valueOf(1));
  put(cache, other, valueOf(1));
  const before = find(cache, key).address;
  put(cache, key, valueOf(200));
  const { shard, address } = find(cache, key);
  assert(before !== address && before >> 3 !== address >> 3, "the item has not moved");
  assertEquals(get(cache, key), valueOf(200));
  assertEquals(get(cache, mate), valueOf(1));
  const check = checkShardLocked(shard.memory);
  assertEquals([check.items, check.pieces], [3, 3]);
  // 20 + 2 or 3 bytes and a value of 1 fit an eighth; with a value of 200 it is seven.
  assertEquals(check.usedEighths, 7 + 2);
});

for (const keysPerItem of [10, 1.5, 1.02]) {
  Deno.test(`churn() over ${keysPerItem} keys per item breaks few items up and wastes under 1 %`, () => {
    const result = churn({
      operations: 250_000,
      memoryBytes: 4 * 2 ** 20,
      keysPerItem,
      deletePercent: 10,
      maxValueBytes: 2000,
      seed: 3,
    });
    assert(result.pieceRatio <= 1.6, `${result.pieceRatio} times the fewest pieces`);
    assert(result.unusableShare <= 0.01, `${result.unusableShare} of the slab is lost`);
  });
}
