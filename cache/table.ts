// The index of a shard: open addressing inside a window of 16 buckets from a key's home bucket.
// A lookup scans the whole window, so a delete just clears its bucket: no tombstones, no rehash.
// A bucket is one word, a 12-bit tag over a 20-bit address; 0 is empty. Knows nothing of eviction.

import * as layout from "./layout.ts";
import { keyEquals } from "./item.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  ITEM_HASH,
  EIGHTH_WORD_SHIFT,
  TAG_HASH_SHIFT,
  TAG_MASK,
  TAG_SHIFT,
  WINDOW_BUCKETS,
} = layout;

/** Word of the first bucket of the window of `hash`. */
export function windowWord(memory: ShardMemory, hash: number): number {
  return memory.bucketsWord + ((hash >>> 0) * memory.bucketScale | 0);
}

/** Buckets of a shard, padding included: where a walk ends. */
export function bucketTotal(memory: ShardMemory): number {
  return memory.bucketCount + WINDOW_BUCKETS - 1;
}

/** The word of a bucket that holds the item at `address`, whose hash is `hash`. */
function bucketOf(hash: number, address: number): number {
  return (((hash >>> TAG_HASH_SHIFT) & TAG_MASK) << TAG_SHIFT) | address;
}

/**
 * Finds the item with this hash and key. Returns the word of its bucket, or 0.
 * The item's address is that word's value `& ADDRESS_MASK`.
 */
export function findLocked(
  memory: ShardMemory,
  hash: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
): number {
  const words = memory.words;
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  const start = windowWord(memory, hash);
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    const bucket = words[at]!;
    if (bucket >>> TAG_SHIFT !== tag || bucket === 0) continue;
    const address = bucket & ADDRESS_MASK;
    if (
      words[(address << EIGHTH_WORD_SHIFT) + ITEM_HASH] === hash &&
      keyEquals(memory, address, key, keyStart, keyBytes)
    ) return at;
  }
  return 0;
}

/**
 * Address of the first item in the window of `hash` whose tag matches, or 0: nearly always that of the item
 * with this hash. Can be asked without the lock, by who only wants to read ahead.
 */
export function addressOfTag(memory: ShardMemory, hash: number): number {
  const words = memory.words;
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  const start = windowWord(memory, hash);
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    const bucket = words[at]!;
    if (bucket >>> TAG_SHIFT === tag && bucket !== 0) return bucket & ADDRESS_MASK;
  }
  return 0;
}

/** Word of an empty bucket in the window of `hash`, or 0 when the window is full. */
export function emptyBucketLocked(memory: ShardMemory, hash: number): number {
  const words = memory.words;
  const start = windowWord(memory, hash);
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    if (words[at] === 0) return at;
  }
  return 0;
}

/** Word of the bucket that holds `address`, whose item has this hash. Throws Error if there is none. */
export function bucketOfItemLocked(memory: ShardMemory, hash: number, address: number): number {
  const words = memory.words;
  const wanted = bucketOf(hash, address);
  const start = windowWord(memory, hash);
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    if (words[at] === wanted) return at;
  }
  throw new Error(`Cannot find the bucket of the item at ${address}: the index is broken`);
}

/** Enters `address` in the bucket at word `at`. */
export function fillBucketLocked(
  memory: ShardMemory,
  at: number,
  hash: number,
  address: number,
): void {
  memory.words[at] = bucketOf(hash, address);
}
