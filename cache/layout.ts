// Every offset, width and size of the shared memory stands here and nowhere else.
// The picture: region = header page, one block per actor, then the shards, all of one size.
// Offsets are in 32-bit words where the name ends in _WORD(S), in bytes where it ends in _BYTES.
// Nothing here touches memory; region.ts and the shard parts do.
//
// A shard, from its first byte ("address" = number of the 64-byte quarter from there, 19 bits, 0 is nil):
//
//   | header 512 | states 1/slot | buckets 4 each | ghost 8/slot | slab 256/slot |
//
// An item's first piece (eight words, then the key, then the value, packed):
//
//   0 hash
//   1 newer address 19 | key bytes 11
//   2 older address 19 | count 2 | ring 1 | own length 2 | type 4
//   3 next piece: address 19 | length 2
//   4 value bytes
//   5 version, low 32
//   6 deadline, low 32
//   7 version, high 16 | deadline, high 16
//
// A further piece starts with one word of the shape of word 3; in the last one it holds the
// address of the item's first piece and LINK_LAST. Lengths are in quarters, stored minus one.

/** Bytes of a slot, the unit of large items. */
export const SLOT_BYTES = 256;
/** Bytes of a quarter, the unit of small items and of addresses. */
export const QUARTER_BYTES = 64;
/** Left shift from a quarter's address to its first byte. */
export const QUARTER_BYTE_SHIFT = 6;
/** Left shift from a quarter's address to its first word. */
export const QUARTER_WORD_SHIFT = 4;
/** Quarters in a slot; also the longest piece. */
export const SLOT_QUARTERS = 4;

/** Bits of an address in links and buckets. */
export const ADDRESS_BITS = 19;
/** Mask of an address. */
export const ADDRESS_MASK = (1 << ADDRESS_BITS) - 1;
/** Largest shard: every quarter has an address. */
export const MAX_SHARD_BYTES = 1 << (ADDRESS_BITS + QUARTER_BYTE_SHIFT);
/** Smallest shard that still holds items of a useful size. */
export const MIN_SHARD_BYTES = 16 * 1024;
/** Fewest shards a region has. */
export const MIN_SHARDS = 8;

/** Where a link keeps the piece's length minus one. */
export const LINK_LENGTH_SHIFT = ADDRESS_BITS;
/** Mask of that length once shifted down. */
export const LINK_LENGTH_MASK = 3;
/** Set in the last piece's link, whose address is then that of the item's first piece. */
export const LINK_LAST = 1 << (ADDRESS_BITS + 2);
/** Bytes of the link at the start of a further piece. */
export const LINK_BYTES = 4;

/** Bytes of an item's header. */
export const ITEM_HEADER_BYTES = 32;
export const ITEM_HASH = 0;
export const ITEM_NEWER = 1;
export const ITEM_OLDER = 2;
export const ITEM_NEXT = 3;
export const ITEM_VALUE_BYTES = 4;
export const ITEM_VERSION_LOW = 5;
export const ITEM_DEADLINE_LOW = 6;
export const ITEM_HIGHS = 7;
/** In ITEM_NEWER: key bytes. */
export const KEY_BYTES_SHIFT = ADDRESS_BITS;
/** Longest key the header can describe, in bytes. */
export const MAX_KEY_BYTES = (1 << 11) - 1;
/** In ITEM_OLDER: the 2-bit reference count, the ring, the own length, the type. */
export const COUNT_SHIFT = ADDRESS_BITS;
export const MAX_COUNT = 3;
export const COUNT_ONE = 1 << COUNT_SHIFT;
export const COUNT_MASK = MAX_COUNT << COUNT_SHIFT;
export const RING_SHIFT = COUNT_SHIFT + 2;
export const RING_MASK = 1 << RING_SHIFT;
export const OWN_LENGTH_SHIFT = RING_SHIFT + 1;
export const OWN_LENGTH_MASK = 3 << OWN_LENGTH_SHIFT;

/** Two bits of state per quarter, one byte per slot. */
export const STATE_FREE = 0;
export const STATE_INNER = 1;
export const STATE_FIRST = 2;
export const STATE_FURTHER = 3;

/** Buckets a key may be in. */
export const WINDOW_BUCKETS = 16;
/** In a bucket: the tag above the address. */
export const TAG_SHIFT = ADDRESS_BITS;
/** The tag's place in the hash; the shard takes the bits below. */
export const TAG_HASH_SHIFT = 6;
export const TAG_MASK = (1 << (32 - ADDRESS_BITS)) - 1;
/** Ghost fingerprints per slot. */
export const GHOSTS_PER_SLOT = 2;

/** A shard's header, in words. The lock has a cache line of its own. */
export const SHARD_LOCK = 0;
export const SHARD_BUMP = 16;
/** Heads of the lists of free runs of 1 to 4 quarters: SHARD_FREE_RUNS + length. */
export const SHARD_FREE_RUNS = 16;
export const SHARD_FREE_QUARTERS = 21;
export const SHARD_ITEMS = 22;
export const SHARD_DEADLINE_ITEMS = 23;
/** Per ring (0 probation, 1 main): its hand, then its quarters. */
export const SHARD_RINGS = 24;
export const RING_WORDS = 2;
export const SHARD_VERSION_LOW = 28;
export const SHARD_VERSION_HIGH = 29;
export const SHARD_SWEEP_BUCKET = 30;
/** Earliest deadline the shard may hold, in whole seconds, rounded down (0: none). */
export const SHARD_NEXT_DEADLINE_S = 31;
/** Earliest deadline that the sweep now under way has left standing. */
export const SHARD_SWEEP_EARLIEST_S = 32;
/** 64-bit counters (counters.ts), four words each. */
export const SHARD_EVICTIONS = 36;
export const SHARD_EXPIRATIONS = 40;
export const SHARD_WINDOW_EVICTIONS = 44;
export const SHARD_HEADER_BYTES = 512;

export const RING_PROBATION = 0;
export const RING_MAIN = 1;

/** Lock word: owner (actor + 1), somebody waits, contents may be broken. */
export const LOCK_OWNER_MASK = 0xff;
export const LOCK_WAITERS = 1 << 8;
export const LOCK_DIRTY = 1 << 9;

/** The region's header page, in words. */
export const REGION_MAGIC = 0;
export const REGION_LAYOUT = 1;
export const REGION_SHARD_COUNT = 2;
export const REGION_SHARD_BYTES = 3;
export const REGION_AVERAGE_ITEM = 4;
export const REGION_ACTORS = 5;
export const REGION_STATE = 6;
export const REGION_SHARDS_CLEARED = 7;
/** Hash of the names of counters and gauges. */
export const REGION_NAMES = 8;
export const REGION_WATCHERS = 9;
/** The latest number that was given out. */
export const REGION_NUMBERS = 10;
export const REGION_HEADER_BYTES = 4096;
export const MAGIC = 0x534c_4142;
export const LAYOUT_VERSION = 1;

/** Most actors (main and workers) a lock word can name. */
export const MAX_ACTORS = 65;
/** An actor's block, in words: gauges, counters, event filter, event ring. */
export const ACTOR_GAUGES = 0;
export const ACTOR_COUNTERS = 16;
export const COUNTER_WORDS = 4;
export const ACTOR_FILTER = 128;
/** What there is space for. */
export const MAX_ACTOR_GAUGES = ACTOR_COUNTERS - ACTOR_GAUGES;
export const MAX_ACTOR_COUNTERS = (ACTOR_FILTER - ACTOR_COUNTERS) / COUNTER_WORDS;
export const FILTER_BITS = 2048;
export const ACTOR_RING_HEAD = 192;
export const ACTOR_RING_TAIL = 208;
export const ACTOR_RING_SIGNAL = 224;
export const ACTOR_RING_OVERFLOW = 225;
/** Whether the actor watches anything, and how many of its watches are for every key. */
export const ACTOR_WATCHES = 226;
export const ACTOR_WATCHES_ALL = 227;
export const ACTOR_RING_ENTRIES = 240;
/** An event: stamp, hash, kind and length of the key, who changed it, the key's first bytes. */
export const EVENT_WORDS = 20;
export const EVENT_KEY_BYTES = 64;
export const RING_ENTRIES = 512;
export const ACTOR_BLOCK_BYTES = 4 * (ACTOR_RING_ENTRIES + RING_ENTRIES * EVENT_WORDS) + 64;

/** Share of the slab kept free on an insert, so that freed quarters can merge before they are reused. */
export const RESERVE_SHARE = 0.005;
/** Most steps of a clock hand for one eviction. */
export const MAX_SWEEP_STEPS = 64;
/** The probationary ring holds at most one quarter in this many of those in use. */
export const PROBATION_SHARE = 10;

/** Where a shard's parts lie and how large they are. */
export interface ShardGeometry {
  /** Whole shard. */
  readonly shardBytes: number;
  /** Slots of the slab. */
  readonly slotCount: number;
  /** Home buckets; WINDOW_BUCKETS - 1 more follow as padding in place of a wrap. */
  readonly bucketCount: number;
  /** First byte of the quarters' states. */
  readonly statesByte: number;
  /** First word of the buckets. */
  readonly bucketsWord: number;
  /** First word of the ghost table. */
  readonly ghostWord: number;
  /** Words of the ghost table. */
  readonly ghostCount: number;
  /** Address of the slab's first quarter. */
  readonly slabAddress: number;
  /** Address just past the slab. */
  readonly endAddress: number;
}

function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/**
 * Places the parts of a shard of `shardBytes` bytes whose items are expected to average
 * `averageItemBytes` (header, key and value): twice as many buckets as such items fit.
 * Throws RangeError when the shard is too small or too large to be addressed.
 */
export function planShard(shardBytes: number, averageItemBytes: number): ShardGeometry {
  if (shardBytes < MIN_SHARD_BYTES || shardBytes > MAX_SHARD_BYTES) {
    throw new RangeError(
      `Cannot lay out a shard of ${shardBytes} bytes: it must be ${MIN_SHARD_BYTES} to ${MAX_SHARD_BYTES}`,
    );
  }
  const bucketsPerSlot = 2 * SLOT_BYTES / averageItemBytes;
  const padding = 4 * (WINDOW_BUCKETS - 1) + 2 * SLOT_BYTES;
  const perSlot = SLOT_BYTES + 1 + 4 * bucketsPerSlot + 4 * GHOSTS_PER_SLOT;
  const slotCount = Math.floor((shardBytes - SHARD_HEADER_BYTES - padding) / perSlot);
  const bucketCount = Math.max(WINDOW_BUCKETS, Math.floor(slotCount * bucketsPerSlot));
  const ghostCount = slotCount * GHOSTS_PER_SLOT;
  const statesByte = SHARD_HEADER_BYTES;
  const bucketsByte = alignUp(statesByte + slotCount, QUARTER_BYTES);
  const ghostByte = bucketsByte + 4 * (bucketCount + WINDOW_BUCKETS - 1);
  const slabByte = alignUp(ghostByte + 4 * ghostCount, SLOT_BYTES);
  const endByte = slabByte + slotCount * SLOT_BYTES;
  if (endByte > shardBytes || slotCount < SLOT_QUARTERS) {
    throw new RangeError(`Cannot lay out a shard of ${shardBytes} bytes: its parts do not fit`);
  }
  return {
    shardBytes,
    slotCount,
    bucketCount,
    statesByte,
    bucketsWord: bucketsByte / 4,
    ghostWord: ghostByte / 4,
    ghostCount,
    slabAddress: slabByte / QUARTER_BYTES,
    endAddress: endByte / QUARTER_BYTES,
  };
}

/** Sizes and places of everything in a region. */
export interface RegionGeometry {
  /** Bytes of the whole region. */
  readonly regionBytes: number;
  /** Shards, a power of two. */
  readonly shardCount: number;
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
 * Divides `regionBytes` among the header page, `actorCount` actor blocks and the shards: the
 * smallest power of two from 8 on that keeps a shard at 32 MiB or less.
 * Throws RangeError when that leaves a shard too small.
 */
export function planRegion(
  regionBytes: number,
  averageItemBytes: number,
  actorCount: number,
): RegionGeometry {
  if (actorCount < 1 || actorCount > MAX_ACTORS) {
    throw new RangeError(`Cannot plan a region for ${actorCount} actors: 1 to ${MAX_ACTORS}`);
  }
  // Whole pages first: who attaches has only the buffer's length to plan by.
  const pagedBytes = Math.floor(regionBytes / 4096) * 4096;
  const shardsByte = alignUp(REGION_HEADER_BYTES + actorCount * ACTOR_BLOCK_BYTES, 4096);
  let shardCount = MIN_SHARDS;
  while ((pagedBytes - shardsByte) / shardCount > MAX_SHARD_BYTES) shardCount *= 2;
  const share = (pagedBytes - shardsByte) / shardCount;
  const shardBytes = Math.floor(share / SLOT_BYTES) * SLOT_BYTES;
  return {
    regionBytes: pagedBytes,
    shardCount,
    shardsByte,
    actorCount,
    averageItemBytes,
    shard: planShard(shardBytes, averageItemBytes),
  };
}
