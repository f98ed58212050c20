// What the region's bytes are for, and how what is free in the slabs is cut up. Read without a lock: who frees or
// takes something meanwhile makes it a little older than it looks.

import {
  BUCKET_BYTES,
  EIGHTH_BYTES,
  SHARD_BUMP,
  SHARD_END,
  SHARD_SEGMENTS,
  SLOT_EIGHTHS,
  SLOT_SHIFT,
  WINDOW_BUCKETS,
} from "./layout.ts";
import type { Cache } from "./cache.ts";

/** The bytes of a region by what they are for; together they are all. */
export interface RegionParts {
  /** For items. */
  readonly slab: number;
  /** Buckets, those included that the index has taken of the slab. */
  readonly index: number;
  /** Headers, stripes, maps and ghosts of the shards, and what alignment leaves over. */
  readonly tables: number;
  /** The region's header, and what each thread has for itself. */
  readonly threads: number;
  /** The log ring. */
  readonly log: number;
}

/** What the bytes of `region` are for. */
export function regionParts({ region, shards }: Cache): RegionParts {
  const { regionBytes, shardCount, logByte, logBytes, shard } = region.geometry;
  let segments = 0;
  for (const { memory: { words } } of shards) segments += Atomics.load(words, SHARD_SEGMENTS);
  const takenBytes = segments * shard.segmentEighths * EIGHTH_BYTES;
  const slabEighths = shard.endAddress - shard.slabAddress;
  const slab = shardCount * slabEighths * EIGHTH_BYTES - takenBytes;
  const bucketBytes = (shard.bucketCount + WINDOW_BUCKETS - 1) * BUCKET_BYTES;
  const index = shardCount * bucketBytes + takenBytes;
  const tables = regionBytes - logByte - logBytes - slab - index;
  return { slab, index, tables, threads: logByte, log: logBytes };
}

/** How many maps a slot may have: a bit for each eighth, set where it is in use. */
const MAPS = 1 << SLOT_EIGHTHS;

/**
 * How many free runs of 1 to 8 eighths there are in all slabs, by their length; slots that were never used are runs of
 * 8. Looks at no more than about `mostSlots` slots, evenly spread, and infers the others: their number is exact where
 * there are no more.
 */
export function sampleFreeRuns({ shards }: Cache, mostSlots: number): number[] {
  const runs = new Array<number>(SLOT_EIGHTHS + 1).fill(0);
  const slotsOfMap = new Float64Array(MAPS);
  for (const { index, memory: { words, bytes, mapBias, geometry } } of shards) {
    const first = geometry.slabAddress >> SLOT_SHIFT;
    const end = Atomics.load(words, SHARD_END) >> SLOT_SHIFT;
    const bump = Math.min(end, Atomics.load(words, SHARD_BUMP) >> SLOT_SHIFT);
    runs[SLOT_EIGHTHS]! += end - bump;
    const step = Math.max(1, Math.ceil((end - first) * shards.length / mostSlots));
    // Each shard begins elsewhere, so that no place in them is never looked at.
    for (let slot = first + index % step; slot < bump; slot += step) {
      slotsOfMap[bytes[mapBias + slot]!]! += step;
    }
  }
  for (const [map, slots] of slotsOfMap.entries()) {
    if (slots > 0) addRuns(runs, map, slots);
  }
  return runs;
}

/** Adds the free runs of slots with this map. */
function addRuns(runs: number[], map: number, slots: number): void {
  let length = 0;
  for (let place = 0; place <= SLOT_EIGHTHS; place++) {
    const isFree = place < SLOT_EIGHTHS && (map >> place & 1) === 0;
    if (isFree) length++;
    else if (length > 0) {
      runs[length]! += slots;
      length = 0;
    }
  }
}
