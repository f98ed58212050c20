// The numbers of a whole cache: sums over shards and actors, read without a lock. Each number is
// exact when it is read; numbers of different shards are from slightly different moments.

import { readCounter } from "./counters.ts";
import {
  EIGHTH_BYTES,
  INDEX_LOAD,
  MAX_INDEX_LOAD,
  PROBATION_UNIT,
  SHARD_BUMP,
  SHARD_DEADLINE_ITEMS,
  SHARD_EVICTIONS,
  SHARD_EXPIRATIONS,
  SHARD_FREE_EIGHTHS,
  SHARD_GHOST_HITS,
  SHARD_ITEMS,
  SHARD_PROBATION,
  SHARD_SEGMENTS,
  SHARD_WINDOW_EVICTIONS,
  SLOT_BYTES,
  SLOT_EIGHTHS,
} from "./layout.ts";
import { REGION_SHARDS_CLEARED } from "./region_layout.ts";
import type { Cache } from "./cache.ts";
import { DATABASE_COUNT } from "./database_layout.ts";
import { addDatabaseLocked, databaseItems, type DatabaseStats } from "./databases.ts";

/** Sizes, occupancy and evictions of a whole cache. */
export interface CacheStats {
  /** Items held. */
  readonly items: number;
  /** Those of them that have a deadline. */
  readonly itemsWithDeadline: number;
  /** Slots in all shards, but those that the index has taken. */
  readonly slots: number;
  /** Eighths in use, counted in slots and rounded up. */
  readonly slotsUsed: number;
  /** Bytes of the region. */
  readonly memoryBytes: number;
  /** Bytes of slab that items may use. */
  readonly slabBytes: number;
  /** Bytes of slab that items use. */
  readonly usedBytes: number;
  /** Buckets of the index as it is now. */
  readonly buckets: number;
  /** Items that the index holds at its design load, four buckets in five. */
  readonly indexCapacity: number;
  /** Items that were evicted. */
  readonly evictions: number;
  /** Those evictions that were due to a full window, not to lack of memory. */
  readonly windowEvictions: number;
  /** Items that were removed because their deadline had passed. */
  readonly expirations: number;
  /** New items whose key had left probation a little earlier. */
  readonly ghostHits: number;
  /** Shards of the region. */
  readonly shards: number;
  /** Shards that were cleared because they may have been broken. */
  readonly shardsCleared: number;
  /** What stops the cache from holding more items: nothing now, its slab, or its index. */
  readonly limitedBy: "nothing" | "memory" | "index";
}

/** Reads the numbers of `cache` as they are now. */
export function readStats(cache: Cache): CacheStats {
  const { geometry, words: regionWords } = cache.region;
  let items = 0;
  let itemsWithDeadline = 0;
  let freeEighths = 0;
  let segments = 0;
  let evictions = 0;
  let windowEvictions = 0;
  let expirations = 0;
  let ghostHits = 0;
  for (const { memory: { words } } of cache.shards) {
    items += Atomics.load(words, SHARD_ITEMS);
    itemsWithDeadline += Atomics.load(words, SHARD_DEADLINE_ITEMS);
    freeEighths += Atomics.load(words, SHARD_FREE_EIGHTHS);
    segments += Atomics.load(words, SHARD_SEGMENTS);
    evictions += readCounter(words, SHARD_EVICTIONS);
    windowEvictions += readCounter(words, SHARD_WINDOW_EVICTIONS);
    expirations += readCounter(words, SHARD_EXPIRATIONS);
    ghostHits += readCounter(words, SHARD_GHOST_HITS);
  }
  const { slotCount, bucketCount, segmentEighths, segmentBuckets } = geometry.shard;
  const slots = geometry.shardCount * slotCount - segments * segmentEighths / SLOT_EIGHTHS;
  const usedEighths = slots * SLOT_EIGHTHS - freeEighths;
  const buckets = geometry.shardCount * bucketCount + segments * segmentBuckets;
  return {
    items,
    itemsWithDeadline,
    slots,
    slotsUsed: Math.ceil(usedEighths / SLOT_EIGHTHS),
    memoryBytes: geometry.regionBytes,
    slabBytes: slots * SLOT_BYTES,
    usedBytes: usedEighths * EIGHTH_BYTES,
    buckets,
    indexCapacity: Math.floor(buckets * INDEX_LOAD),
    evictions,
    windowEvictions,
    expirations,
    ghostHits,
    shards: geometry.shardCount,
    shardsCleared: Atomics.load(regionWords, REGION_SHARDS_CLEARED),
    limitedBy: limit({
      evictions,
      windowEvictions,
      items,
      buckets,
      usedShare: usedEighths / (slots * SLOT_EIGHTHS),
    }),
  };
}

/** Beyond this share of its slab a cache is full: some shards are before others. */
const FULL_SHARE = 0.9;
/** Full windows that evict one item in more than this many held are no chance. */
const CHANCE_SHARE = 1000;

/** What is used up where items have been evicted. A full slab counts first: more buckets would not help. */
function limit(
  { evictions, windowEvictions, items, buckets, usedShare }: Record<
    "evictions" | "windowEvictions" | "items" | "buckets" | "usedShare",
    number
  >,
): CacheStats["limitedBy"] {
  if (evictions === 0) return "nothing";
  if (usedShare > FULL_SHARE) return "memory";
  // The clock keeps items just at that share, each shard by itself.
  const isFull = items > buckets * 0.99 * MAX_INDEX_LOAD;
  const isOften = 2 * windowEvictions > evictions && windowEvictions * CHANCE_SHARE > items;
  return isFull || isOften && items > 0 ? "index" : "nothing";
}

/** What probation has of all items above its least share; see clock.ts. */
export function probationShare({ shards }: Cache): number {
  let items = 0;
  let units = 0;
  for (const { memory: { words } } of shards) {
    items += Atomics.load(words, SHARD_ITEMS);
    units += Atomics.load(words, SHARD_PROBATION);
  }
  return units / (PROBATION_UNIT * items + 1);
}

/** Systems with huge pages make so much resident at a time. */
const HUGE_PAGE_BYTES = 2 * 1024 * 1024;

/**
 * At most how many bytes of the region are resident: all that was ever used of each shard.
 *
 * @param touched of each shard, the most eighths that it was seen to have used; all 0 at first
 */
export function regionTouched({ region, shards }: Cache, touched: Int32Array): number {
  const { shardsByte, shard: { shardBytes, slabAddress, segmentEighths } } = region.geometry;
  let bytes = shardsByte;
  for (const [i, { memory: { words } }] of shards.entries()) {
    const bump = Atomics.load(words, SHARD_BUMP);
    // Before it has an item, its index is not written to.
    if (bump > slabAddress) touched[i] = Math.max(touched[i]!, bump);
    const grown = Atomics.load(words, SHARD_SEGMENTS) * segmentEighths;
    bytes += Math.min(shardBytes, (touched[i]! + grown) * EIGHTH_BYTES + HUGE_PAGE_BYTES);
  }
  return bytes;
}

/** How many items stored database `database` has. */
export function countItems(cache: Cache, database: number): number {
  return cache.shards.reduce((sum, { memory }) => sum + databaseItems(memory, database), 0);
}

/**
 * What each stored database holds, by its number. Locks one shard after the other, since the numbers of a
 * shard belong together. A shard whose lock cannot be had in time is left out.
 */
export function readDatabases(cache: Cache): readonly DatabaseStats[] {
  const all = Array.from(
    { length: DATABASE_COUNT },
    (): DatabaseStats => ({ items: 0, itemsWithDeadline: 0, deadlineSumMs: 0 }),
  );
  for (const { index, memory } of cache.shards) {
    cache.withShard(index, {
      runLocked() {
        for (const [database, stats] of all.entries()) addDatabaseLocked(memory, database, stats);
      },
    });
  }
  return all;
}
