// Plans where the parts of a region and of its shards lie, given how much memory there is. The maker
// of a region follows the plan; a thread that attaches computes the same plan. Touches no memory.

import {
  BUCKET_BYTES,
  EIGHTH_BYTES,
  GHOST_BYTES,
  GHOST_SET_ENTRIES,
  GHOST_SET_WORDS,
  GHOSTS_PER_SLOT,
  INDEX_LOAD,
  LINE_WORDS,
  MAX_SHARD_BYTES,
  MAX_STRIPES,
  MIN_SHARD_BYTES,
  SEGMENT_SHARE,
  SHARD_HEADER_BYTES,
  SLOT_BYTES,
  SLOT_EIGHTHS,
  SLOT_MAP_BYTES,
  STRIPE_BYTES,
  STRIPE_SHARE,
  WINDOW_BUCKETS,
  WORD_BITS,
  WORD_BYTES,
} from "./layout.ts";
import {
  ACTOR_BLOCK_BYTES,
  MAX_ACTORS,
  MIN_SHARDS,
  PAGE_BYTES,
  REGION_HEADER_BYTES,
} from "./region_layout.ts";

/** Where a shard's parts lie and how large they are. */
export interface ShardGeometry {
  /** Whole shard. */
  readonly shardBytes: number;
  /** Slots of the slab. */
  readonly slotCount: number;
  /** Home buckets; WINDOW_BUCKETS - 1 more follow as padding in place of a wrap. */
  readonly bucketCount: number;
  /** First word of the stripes. */
  readonly stripesWord: number;
  /** Stripes, a power of two. */
  readonly stripeCount: number;
  /** Right shift from an unsigned hash to the number of its stripe. */
  readonly stripeShift: number;
  /** First byte of the map of eighths in use. */
  readonly mapByte: number;
  /** First word of the buckets. */
  readonly bucketsWord: number;
  /** First word of the ghost table. */
  readonly ghostWord: number;
  /** Words of the ghost table. */
  readonly ghostCount: number;
  /** Address of the slab's first eighth. */
  readonly slabAddress: number;
  /** Address just past the slab as long as the index has not grown. */
  readonly endAddress: number;
  /** Eighths that the index takes each time it grows. */
  readonly segmentEighths: number;
  /** Buckets that it gets then; WINDOW_BUCKETS - 1 are padding. */
  readonly segmentBuckets: number;
}

function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/**
 * Places the parts of a shard of `shardBytes` bytes whose items are expected to average
 * `averageItemBytes` (header, key and value): as many buckets as such items fill to INDEX_LOAD.
 * Throws RangeError when the shard is too small or too large to be addressed.
 */
export function planShard(shardBytes: number, averageItemBytes: number): ShardGeometry {
  if (shardBytes < MIN_SHARD_BYTES || shardBytes > MAX_SHARD_BYTES) {
    throw new RangeError(
      `Cannot lay out a shard of ${shardBytes} bytes: it must be ${MIN_SHARD_BYTES} to ${MAX_SHARD_BYTES}`,
    );
  }
  const bucketsPerSlot = SLOT_BYTES / averageItemBytes / INDEX_LOAD;
  // For the buckets behind the last home bucket, and for what alignment may cost.
  const padding = BUCKET_BYTES * (WINDOW_BUCKETS - 1) + 2 * SLOT_BYTES;
  const perSlot = SLOT_BYTES + SLOT_MAP_BYTES + BUCKET_BYTES * bucketsPerSlot +
    GHOST_BYTES * GHOSTS_PER_SLOT;
  const stripeBits = Math.floor(Math.log2(shardBytes / STRIPE_SHARE / STRIPE_BYTES));
  const stripeCount = Math.min(MAX_STRIPES, 2 ** stripeBits);
  const mapByte = SHARD_HEADER_BYTES + STRIPE_BYTES * stripeCount;
  const slotCount = Math.floor((shardBytes - mapByte - padding) / perSlot);
  const bucketCount = Math.max(WINDOW_BUCKETS, Math.floor(slotCount * bucketsPerSlot));
  const ghostSets = Math.ceil(slotCount * GHOSTS_PER_SLOT / GHOST_SET_ENTRIES);
  const ghostCount = ghostSets * GHOST_SET_WORDS;
  const bucketsByte = alignUp(mapByte + SLOT_MAP_BYTES * slotCount, LINE_WORDS * WORD_BYTES);
  const ghostByte = bucketsByte + BUCKET_BYTES * (bucketCount + WINDOW_BUCKETS - 1);
  const slabByte = alignUp(ghostByte + WORD_BYTES * ghostCount, SLOT_BYTES);
  const endByte = slabByte + slotCount * SLOT_BYTES;
  if (endByte > shardBytes || slotCount < SLOT_EIGHTHS) {
    throw new RangeError(`Cannot lay out a shard of ${shardBytes} bytes: its parts do not fit`);
  }
  const segmentSlots = Math.ceil(slotCount / SEGMENT_SHARE);
  return {
    shardBytes,
    slotCount,
    bucketCount,
    stripesWord: SHARD_HEADER_BYTES / WORD_BYTES,
    stripeCount,
    stripeShift: WORD_BITS - Math.log2(stripeCount),
    mapByte,
    bucketsWord: bucketsByte / WORD_BYTES,
    ghostWord: ghostByte / WORD_BYTES,
    ghostCount,
    slabAddress: slabByte / EIGHTH_BYTES,
    endAddress: endByte / EIGHTH_BYTES,
    segmentEighths: segmentSlots * SLOT_EIGHTHS,
    segmentBuckets: segmentSlots * SLOT_BYTES / BUCKET_BYTES,
  };
}

/** Sizes and places of everything in a region. */
export interface RegionGeometry {
  /** Bytes of the whole region. */
  readonly regionBytes: number;
  /** Shards, a power of two. */
  readonly shardCount: number;
  /** First byte of the log ring. */
  readonly logByte: number;
  /** Its length: a power of two, or 0 where there is none. */
  readonly logBytes: number;
  /** First byte of the first shard. */
  readonly shardsByte: number;
  /** Actor blocks: main's and the workers'. */
  readonly actorCount: number;
  /** Item size that the index is laid out for, header included. */
  readonly averageItemBytes: number;
  /** The geometry that all shards have. */
  readonly shard: ShardGeometry;
}

/**
 * Divides `regionBytes` among the header page, `actorCount` actor blocks, a log ring of `logBytes` and the
 * shards: the smallest power of two from MIN_SHARDS on that keeps a shard at 32 MiB or less. A ring has at least a
 * page, and a power of two: what is over that is left to the shards. Throws RangeError when that leaves a shard too
 * small.
 */
export function planRegion(
  regionBytes: number,
  averageItemBytes: number,
  actorCount: number,
  logBytes = 0,
): RegionGeometry {
  if (actorCount < 1 || actorCount > MAX_ACTORS) {
    throw new RangeError(`Cannot plan a region for ${actorCount} actors: 1 to ${MAX_ACTORS}`);
  }
  // Whole pages, as in the buffer: a thread that attaches plans by the buffer's length.
  const pagedBytes = Math.floor(regionBytes / PAGE_BYTES) * PAGE_BYTES;
  const logByte = alignUp(REGION_HEADER_BYTES + actorCount * ACTOR_BLOCK_BYTES, PAGE_BYTES);
  const ringBytes = logBytes === 0 ? 0 : Math.max(PAGE_BYTES, 2 ** Math.floor(Math.log2(logBytes)));
  const shardsByte = logByte + ringBytes;
  let shardCount = MIN_SHARDS;
  while ((pagedBytes - shardsByte) / shardCount > MAX_SHARD_BYTES) shardCount *= 2;
  const share = (pagedBytes - shardsByte) / shardCount;
  const shardBytes = Math.floor(share / SLOT_BYTES) * SLOT_BYTES;
  if (shardBytes < MIN_SHARD_BYTES) {
    throw new RangeError(
      `Cannot plan a region of ${pagedBytes} bytes: ${shardsByte} of them are for ${actorCount} threads and the log, ` +
        `which leaves too little for ${MIN_SHARDS} shards`,
    );
  }
  return {
    regionBytes: pagedBytes,
    shardCount,
    logByte,
    logBytes: ringBytes,
    shardsByte,
    actorCount,
    averageItemBytes,
    shard: planShard(shardBytes, averageItemBytes),
  };
}
