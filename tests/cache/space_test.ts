// What the region's bytes are for, and how its free space is cut up: against what the free lists say, and against
// the sum of all.

import { assert, assertEquals } from "@std/assert";
import { Cache, readStats, Region, regionParts, sampleFreeRuns } from "../../cache/mod.ts";
import {
  ADDRESS_MASK,
  EIGHTH_WORD_SHIFT,
  FREE_NEXT,
  SHARD_BUMP,
  SHARD_END,
  SHARD_FREE_RUNS,
  SLOT_EIGHTHS,
} from "../../cache/layout.ts";

const MIB = 2 ** 20;

/** A cache with items of many sizes, of which some are gone. */
function usedCache(memoryBytes: number): Cache {
  const cache = new Cache(Region.create({ memoryBytes, logBytes: 64 * 1024 }), 0);
  for (let i = 0; i < 6000; i++) {
    const key = new TextEncoder().encode(`key${i}`);
    cache.put(key, new Uint8Array(i * 37 % 700));
    if (i % 3 === 0) cache.delete(new TextEncoder().encode(`key${i >> 1}`));
  }
  return cache;
}

/** Free runs by length, as the lists of all shards have them, and slots that were never used. */
function listedRuns({ shards }: Cache): number[] {
  const runs = new Array<number>(SLOT_EIGHTHS + 1).fill(0);
  for (const { memory } of shards) {
    const { words } = memory;
    for (let length = 1; length <= SLOT_EIGHTHS; length++) {
      let at = words[SHARD_FREE_RUNS + length]!;
      while (at !== 0) {
        runs[length]!++;
        at = words[(at << EIGHTH_WORD_SHIFT) + FREE_NEXT]! & ADDRESS_MASK;
      }
    }
    runs[SLOT_EIGHTHS]! += (words[SHARD_END]! - words[SHARD_BUMP]!) / SLOT_EIGHTHS;
  }
  return runs;
}

Deno.test("sampleFreeRuns() counts what the free lists have, where it may look at all slots", () => {
  const cache = usedCache(4 * MIB);
  const runs = sampleFreeRuns(cache, 1 << 20);
  assertEquals(runs, listedRuns(cache));
  const { slots, usedBytes } = readStats(cache);
  const free = runs.reduce((sum, count, length) => sum + count * length, 0);
  assertEquals(free, slots * SLOT_EIGHTHS - usedBytes / 32);
  assert(runs.filter((count) => count > 0).length > 5, `${runs}`);
});

Deno.test("sampleFreeRuns() comes near to that where it looks at one slot in several", () => {
  const cache = usedCache(4 * MIB);
  const exact = listedRuns(cache);
  const near = sampleFreeRuns(cache, 4000);
  for (let length = 1; length <= SLOT_EIGHTHS; length++) {
    const most = 0.2 * exact[length]! + 60;
    assert(Math.abs(near[length]! - exact[length]!) < most, `${length}: ${near} ${exact}`);
  }
});

Deno.test("regionParts() divides all bytes of a region", () => {
  const cache = usedCache(4 * MIB);
  const { slab, index, tables, threads, log } = regionParts(cache);
  assertEquals(slab + index + tables + threads + log, cache.region.geometry.regionBytes);
  assertEquals([slab, log], [readStats(cache).slabBytes, 64 * 1024]);
  assert(index >= 4 * readStats(cache).buckets && tables > 0 && threads > 4096);
});
