// Walks over a shard's items: a few buckets under each lock, whose keys it copies into a batch. An
// item never changes its bucket while it exists. So a walk from the first bucket to the last meets
// every item that was there all the time, whatever others do meanwhile. Changes nothing.

import * as layout from "./layout.ts";
import { databaseItems, databaseOf } from "./databases.ts";
import { readKey } from "./item.ts";
import { keyBytesOf } from "./item_header.ts";
import { itemEighths } from "./item_size.ts";
import { isExpired } from "./member_deadlines.ts";
import { typeOf } from "./item_types.ts";
import { hashOfItem } from "./item_hash.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { handWord, newerOf } from "./ring.ts";
import { bucketNumber, bucketTotal, bucketWord } from "./index_growth.ts";
import { bucketOfItemLocked } from "./table.ts";
import { freshenLocked } from "./stale_buckets.ts";

const {
  ADDRESS_MASK,
  BUCKET_BYTES,
  MAX_KEY_BYTES,
  EIGHTH_BYTES,
  RING_COUNT,
  SHARD_ITEMS,
} = layout;

const BATCH_KEYS = 512;
const BATCH_BYTES = 64 * 1024;
/** Up to so many items, and one in so many buckets, are found sooner by their rings than by buckets. */
const SPARSE_ITEMS = 256;
const SPARSE_BUCKETS = 32;

/** For a walk over the items of all databases. */
export const ANY_DATABASE: number = -1;

/** What a walk fills with what it finds. */
export interface ScanBatch {
  /** Buckets of the items of a sparse shard. */
  readonly buckets: Int32Array;
  /**
   * Adds the item at `address` if it is a live one of `database`, which is {@linkcode ANY_DATABASE} where its walk
   * is over all. Returns false if there is no place: the batch has `most` items, or is full.
   */
  addLocked(memory: ShardMemory, address: number, database: number, most: number): boolean;
}

/** Keys that a walk has copied out of a shard. */
export class KeyBatch implements ScanBatch {
  /** The keys, one after the other. */
  readonly bytes: Uint8Array = new Uint8Array(BATCH_BYTES);
  /** Where each key begins. */
  readonly starts: Int32Array = new Int32Array(BATCH_KEYS);
  /** The length of each key. */
  readonly lengths: Int32Array = new Int32Array(BATCH_KEYS);
  /** The type of each key's value. */
  readonly types: Uint8Array = new Uint8Array(BATCH_KEYS);
  readonly buckets: Int32Array = sparseBuckets();
  /** How many keys there are. */
  count = 0;
  /** Bytes of all of them. */
  used = 0;

  /** Forgets all keys. */
  reset(): void {
    this.count = 0;
    this.used = 0;
  }

  addLocked(memory: ShardMemory, address: number, database: number, most: number): boolean {
    if (databaseOf(memory, address) !== database || isExpired(memory, address)) return true;
    const { count, used } = this;
    if (count >= most || count === BATCH_KEYS || used + MAX_KEY_BYTES > BATCH_BYTES) return false;
    const length = keyBytesOf(memory, address);
    readKey(memory, address, this.bytes, used);
    this.starts[count] = used;
    this.lengths[count] = length;
    this.types[count] = typeOf(memory, address);
    this.count = count + 1;
    this.used = used + length;
    return true;
  }
}

/** Space for the buckets of a sparse shard. */
export function sparseBuckets(): Int32Array {
  return new Int32Array(SPARSE_ITEMS);
}

/**
 * Adds to `batch` the live items of stored database `database` in buckets `from` to `to` (not included),
 * until it has `most` of them or is full. Returns the first bucket that was not looked at.
 */
export function scanBucketsLocked(
  memory: ShardMemory,
  from: number,
  to: number,
  batch: ScanBatch,
  most: number,
  database: number,
): number {
  const words = memory.words;
  const end = Math.min(to, bucketTotal(memory));
  if (isBare(memory, database)) return bucketTotal(memory);
  freshenLocked(memory, from, end);
  for (let i = from; i < end; i++) {
    const address = words[bucketWord(memory, i)]! & ADDRESS_MASK;
    if (address !== 0 && !batch.addLocked(memory, address, database, most)) return i;
  }
  return end;
}

function isBare(memory: ShardMemory, database: number): boolean {
  if (database === ANY_DATABASE) return memory.words[SHARD_ITEMS] === 0;
  return databaseItems(memory, database) === 0;
}

/** Whether the shard has so few items for its buckets that {@linkcode scanSparseLocked} is quicker. */
export function isSparseLocked(memory: ShardMemory): boolean {
  const items = memory.words[SHARD_ITEMS]!;
  return items <= SPARSE_ITEMS && items * SPARSE_BUCKETS < bucketTotal(memory);
}

/**
 * What {@linkcode scanBucketsLocked} does, for all buckets of a sparse shard from `from` on: a few items
 * may lie in half a million buckets.
 */
export function scanSparseLocked(
  memory: ShardMemory,
  from: number,
  batch: ScanBatch,
  most: number,
  database: number,
): number {
  const { words } = memory;
  let count = 0;
  for (let ring = 0; ring < RING_COUNT; ring++) {
    const hand = words[handWord(ring)]!;
    for (let address = hand; address !== 0;) {
      const hash = hashOfItem(memory, address);
      batch.buckets[count++] = bucketNumber(memory, bucketOfItemLocked(memory, hash, address));
      address = newerOf(memory, address);
      if (address === hand) break;
    }
  }
  for (const bucket of batch.buckets.subarray(0, count).sort()) {
    if (bucket < from) continue;
    const address = words[bucketWord(memory, bucket)]! & ADDRESS_MASK;
    if (!batch.addLocked(memory, address, database, most)) return bucket;
  }
  return bucketTotal(memory);
}

/**
 * Adds to `batch` the live items of stored database `database` in the next `stride` buckets from `from` on, or in all of
 * them where that is quicker. Returns the first bucket that was not looked at.
 */
export function scanLocked(
  memory: ShardMemory,
  from: number,
  stride: number,
  batch: ScanBatch,
  most: number,
  database: number,
): number {
  if (isBare(memory, database)) return bucketTotal(memory);
  return isSparseLocked(memory)
    ? scanSparseLocked(memory, from, batch, most, database)
    : scanBucketsLocked(memory, from, from + stride, batch, most, database);
}

/** Bytes of memory that the item at `address` takes: its eighths and its bucket. */
export function itemMemoryLocked(memory: ShardMemory, address: number): number {
  return itemEighths(memory, address) * EIGHTH_BYTES + BUCKET_BYTES;
}
