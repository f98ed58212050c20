// A shard's memory as one thread sees it: two views, and the numbers that say what lies where.
// All that threads share is in the views. The fields are constant, or scratch that is valid only
// while this thread holds the shard's lock.

import { FLOAT_BYTES } from "./database_layout.ts";
import type { ShardGeometry } from "./geometry.ts";
import {
  GHOST_SET_WORDS,
  MAX_HEADER_BYTES,
  MAX_ITEM_SHARE,
  MAX_SWEEP_STEPS,
  MEMBER_TAIL_BYTES,
  RESERVE_SHARE,
  SHARD_HEADER_BYTES,
  SLOT_BYTES,
  SLOT_EIGHTHS,
  SLOT_SHIFT,
  WINDOW_BUCKETS,
  WORD_BYTES,
  WORD_RANGE,
} from "./layout.ts";
import type { Region } from "./region.ts";

/** The views of one shard, and the numbers its parts work with. */
export class ShardMemory {
  /** The shard as 32-bit words, from its first byte. Signed, so that hot loads stay small integers. */
  readonly words: Int32Array;
  /** The same memory as bytes. */
  readonly bytes: Uint8Array;
  /** The same memory, for floats of 64 bits wherever they lie. */
  readonly view: DataView;
  /** The shard's header as floats of 64 bits, for the sums of database_layout.ts. */
  readonly floats: Float64Array;
  /** Where its parts lie. */
  readonly geometry: ShardGeometry;
  /** The region it is part of. */
  readonly region: Region;
  /** Which shard of the region this is. */
  readonly index: number;

  /** First word of the buckets. */
  readonly bucketsWord: number;
  /** Home buckets. */
  readonly bucketCount: number;
  /** Home buckets divided by 2^32: the product with an unsigned hash is the home bucket. */
  readonly bucketScale: number;
  /** First word of the stripes. */
  readonly stripesWord: number;
  /** Right shift from an unsigned hash to the number of its stripe. */
  readonly stripeShift: number;
  /** First word of the ghost table. */
  readonly ghostWord: number;
  /** Sets of ghosts divided by 2^32: the product with an unsigned hash is the set. */
  readonly ghostScale: number;
  /** The byte with a slot's map is this plus `address >> SLOT_SHIFT`. */
  readonly mapBias: number;
  /** Home buckets of a segment of the index divided by 2^32. */
  readonly segmentScale: number;
  /** Whether this thread restores the shard, so that nothing may be lost which fits. */
  isRestoring = false;
  /** Free eighths that an insert leaves behind. */
  reserveEighths: number;
  /** Largest item, header included, in bytes. */
  readonly maxItemBytes: number;

  /**
   * Milliseconds since 1970, as the engine sees them under the lock now held. It is 0 until an item
   * with a deadline needs it, since reading the clock costs as much as a short copy.
   */
  nowMs = 0;
  /** Whether the shard is marked as being changed, under the lock now held; see change_mark.ts. */
  isMarked = false;
  /** What was read to see how far readers are; means nothing, but has to be kept. */
  readsSeen = 0;
  /** Hash of the key that this thread has read last, as a hit or, all bits turned, a miss. */
  lastRead = 0;
  /** First piece of the item that is being overwritten, or 0. No eviction may take it. */
  pinned = 0;
  /** Steps that the clock's hands may still take for this operation. */
  sweepSteps = 0;
  /** Word of the bucket where the next lookup may find its item, as who has read ahead has seen it; or 0. */
  likelyBucket = 0;
  /** Of healing.ts, in this thread: after a vain attempt, how many operations do not try again. */
  healingPause = 0;
  /** How many of those are still to come. */
  healingRest = 0;
  /** Cursor of item.ts: the next byte. */
  cursorByte = 0;
  /** Cursor of item.ts: just past the piece. */
  cursorEnd = 0;
  /** Cursor of item.ts: the link to the piece after it. */
  cursorLink = 0;
  /** Of deadline_place.ts: bytes that had no space in one piece, and behind them those for the next. */
  readonly carried: Uint8Array = new Uint8Array(2 * MAX_HEADER_BYTES);
  /** Of member_deadlines.ts: what a hash with deadlines ends with, as it was read last. */
  readonly tail: Uint8Array = new Uint8Array(MEMBER_TAIL_BYTES);
  /** Of expiry.ts: the hash at which a sweep has stopped, since fields of it have expired; or 0. */
  dueItem = 0;

  readonly #clock: () => number;

  /** `clock` gives milliseconds since 1970. */
  constructor(region: Region, index: number, clock: () => number = Date.now) {
    this.#clock = clock;
    const geometry = region.geometry.shard;
    const start = region.shardByte(index);
    this.region = region;
    this.index = index;
    this.geometry = geometry;
    this.words = new Int32Array(region.buffer, start, geometry.shardBytes / WORD_BYTES);
    this.bytes = new Uint8Array(region.buffer, start, geometry.shardBytes);
    this.view = new DataView(region.buffer, start, geometry.shardBytes);
    this.floats = new Float64Array(region.buffer, start, SHARD_HEADER_BYTES / FLOAT_BYTES);
    this.bucketsWord = geometry.bucketsWord;
    this.bucketCount = geometry.bucketCount;
    this.bucketScale = geometry.bucketCount / WORD_RANGE;
    this.stripesWord = geometry.stripesWord;
    this.stripeShift = geometry.stripeShift;
    this.ghostWord = geometry.ghostWord;
    this.ghostScale = geometry.ghostCount / GHOST_SET_WORDS / WORD_RANGE;
    this.mapBias = geometry.mapByte - (geometry.slabAddress >> SLOT_SHIFT);
    this.segmentScale = (geometry.segmentBuckets - WINDOW_BUCKETS + 1) / WORD_RANGE;
    const eighths = geometry.slotCount * SLOT_EIGHTHS;
    this.reserveEighths = Math.ceil(eighths * RESERVE_SHARE);
    this.maxItemBytes = Math.floor(geometry.slotCount * SLOT_BYTES / MAX_ITEM_SHARE);
  }

  /** Something begins that may evict: no item is pinned, and the hands may take as many steps as at first. */
  beginOperation(): void {
    this.pinned = 0;
    this.sweepSteps = MAX_SWEEP_STEPS;
  }

  /** The engine's time under the lock now held. Reads the clock on the first call only. */
  now(): number {
    if (this.nowMs === 0) this.nowMs = this.#clock();
    return this.nowMs;
  }
}
