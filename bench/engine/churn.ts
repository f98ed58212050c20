// Churn: what a long time of puts and deletes of mixed sizes does to the slab. Reports how many
// pieces items have beside the fewest possible, and how much of the slab no item can use.

import { type Cache, checkShardLocked, readStats } from "../../cache/mod.ts";
import { Random } from "../workload.ts";
import { makeCache, makeValue, mustPut, NumberedKey } from "./fill.ts";
import { atMost, plain, type Row } from "../report.ts";

/** What a churn is made of. */
export interface ChurnOptions {
  readonly operations: number;
  readonly memoryBytes: number;
  /** Distinct keys, as a multiple of what the region holds: fewer keys, more overwrites. */
  readonly keysPerItem: number;
  /** How many operations in a hundred are deletes. */
  readonly deletePercent: number;
  readonly maxValueBytes: number;
  readonly seed: number;
}

/** What was found at the end. */
export interface ChurnResult {
  readonly pieceRatio: number;
  /** Share of the slab that goes to eighths which items would not need in the fewest pieces. */
  readonly unusableShare: number;
  readonly overwriteShare: number;
  readonly microsPerOperation: number;
  readonly items: number;
}

/** Runs one churn in a region of its own, and checks every invariant at its end. */
export function churn(options: ChurnOptions): ChurnResult {
  const { operations, memoryBytes, keysPerItem, deletePercent, maxValueBytes, seed } = options;
  const cache = makeCache(memoryBytes);
  const random = new Random(seed);
  const key = new NumberedKey(16);
  const value = makeValue(maxValueBytes);
  const keys = Math.floor(keysPerItem * memoryBytes / (maxValueBytes / 2 + 120));
  let overwrites = 0;
  let puts = 0;
  const startMs = performance.now();
  for (let i = 0; i < operations; i++) {
    const bytes = key.set(random.below(keys));
    if (random.below(100) < deletePercent) {
      cache.delete(bytes);
      continue;
    }
    const length = 1 + random.below(maxValueBytes);
    const hash = cache.hash(bytes, 0, bytes.length);
    if (cache.shardOf(hash).peekLocked(hash, bytes, 0, bytes.length) !== 0) overwrites++;
    mustPut(cache, bytes, value.subarray(0, length));
    puts++;
  }
  const micros = (performance.now() - startMs) * 1000 / operations;
  const { pieceRatio, lostShare } = fragmentationOf(cache);
  return {
    pieceRatio,
    unusableShare: lostShare,
    overwriteShare: overwrites / puts,
    microsPerOperation: micros,
    items: readStats(cache).items,
  };
}

/** How fragmented a cache is. */
export interface Fragmentation {
  /** Pieces of all items beside the fewest possible. */
  readonly pieceRatio: number;
  /** Share of the slab's eighths that items would not need in the fewest pieces. */
  readonly lostShare: number;
}

/** Throws when an eighth is lost or owned twice, so all that no item has are free for use. */
export function fragmentationOf(cache: Cache): Fragmentation {
  let pieces = 0;
  let idealPieces = 0;
  let lost = 0;
  let total = 0;
  for (const shard of cache.shards) {
    const check = checkShardLocked(shard.memory);
    pieces += check.pieces;
    idealPieces += check.idealPieces;
    lost += check.usedEighths - check.idealEighths;
    total += check.totalEighths;
  }
  return { pieceRatio: pieces / idealPieces, lostShare: lost / total };
}

/** The mixes of the report: the same sizes with few, some and mostly overwrites. */
export const CHURN_MIXES = [
  { name: "new keys mostly", keysPerItem: 10, deletePercent: 10 },
  { name: "half overwrites", keysPerItem: 1.5, deletePercent: 10 },
  { name: "overwrites mostly", keysPerItem: 1.02, deletePercent: 2 },
] as const;

/** All mixes at one size. */
export function churnRows(operations: number, memoryBytes: number, seed: number): Row[] {
  const rows: Row[] = [];
  for (const { name, keysPerItem, deletePercent } of CHURN_MIXES) {
    const options = { operations, memoryBytes, keysPerItem, deletePercent, maxValueBytes: 2000 };
    const result = churn({ ...options, seed });
    const share = `${(100 * result.overwriteShare).toFixed(0)} % of puts overwrite`;
    rows.push(atMost(`${name} (${share}): pieces / fewest`, result.pieceRatio, 1.6, ""));
    rows.push(atMost(`${name}: slab that broken chains take`, 100 * result.unusableShare, 1, "%"));
    rows.push(plain(`${name}: an operation`, result.microsPerOperation, "µs"));
  }
  return rows;
}
