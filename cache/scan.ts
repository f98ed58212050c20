// Walks over a shard's items: a few buckets under each lock, whose keys it copies into a batch. An
// item never changes its bucket while it exists. So a walk from the first bucket to the last meets
// every item that was there all the time, whatever others do meanwhile. Changes nothing.

import * as layout from "./layout.ts";
import { databaseItems, databaseOf } from "./databases.ts";
import { isExpired, itemQuarters, keyBytesOf, readKey } from "./item.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { bucketTotal } from "./table.ts";

const {
  ADDRESS_MASK,
  BUCKET_BYTES,
  COUNT_MASK,
  COUNT_SHIFT,
  ITEM_OLDER,
  MAX_KEY_BYTES,
  QUARTER_BYTES,
  QUARTER_WORD_SHIFT,
} = layout;

const BATCH_KEYS = 512;
const BATCH_BYTES = 64 * 1024;

/** Keys that a walk has copied out of a shard. */
export class KeyBatch {
  /** The keys, one after the other. */
  readonly bytes: Uint8Array = new Uint8Array(BATCH_BYTES);
  /** Where each key begins. */
  readonly starts: Int32Array = new Int32Array(BATCH_KEYS);
  /** The length of each key. */
  readonly lengths: Int32Array = new Int32Array(BATCH_KEYS);
  /** How many keys there are. */
  count = 0;
  /** Bytes of all of them. */
  used = 0;

  /** Forgets all keys. */
  reset(): void {
    this.count = 0;
    this.used = 0;
  }
}

/**
 * Adds to `batch` the keys of live items of stored database `database` in buckets `from` to `to` (not
 * included), until it holds `most` keys or is full. Returns the first bucket that was not looked at.
 */
export function scanBucketsLocked(
  memory: ShardMemory,
  from: number,
  to: number,
  batch: KeyBatch,
  most: number,
  database: number,
): number {
  const words = memory.words;
  const end = Math.min(to, bucketTotal(memory));
  if (databaseItems(memory, database) === 0) return bucketTotal(memory);
  const limit = Math.min(most, BATCH_KEYS);
  for (let i = from; i < end; i++) {
    const address = words[memory.bucketsWord + i]! & ADDRESS_MASK;
    if (address === 0 || databaseOf(memory, address) !== database) continue;
    if (isExpired(memory, address)) continue;
    if (batch.count === limit || batch.used + MAX_KEY_BYTES > BATCH_BYTES) return i;
    const length = keyBytesOf(memory, address);
    readKey(memory, address, batch.bytes, batch.used);
    batch.starts[batch.count] = batch.used;
    batch.lengths[batch.count++] = length;
    batch.used += length;
  }
  return end;
}

/** Bytes of memory that the item at `address` takes: its quarters and its bucket. */
export function itemMemoryLocked(memory: ShardMemory, address: number): number {
  return itemQuarters(memory, address) * QUARTER_BYTES + BUCKET_BYTES;
}

/** Reference count of the item at `address`: 0 to 3. */
export function hitCountLocked(memory: ShardMemory, address: number): number {
  const word = memory.words[(address << QUARTER_WORD_SHIFT) + ITEM_OLDER]!;
  return (word & COUNT_MASK) >>> COUNT_SHIFT;
}
