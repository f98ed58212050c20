// The index of a shard: open addressing inside two windows of 16 buckets, each at a place that follows from
// the key's hash. A new key goes into the first unless that is full. A lookup scans the whole of a window, so
// a delete just clears its bucket: no tombstones, no rehash. A bucket is one word, a 12-bit tag over a 20-bit
// address; 0 is empty. Knows nothing of eviction. index_growth.ts adds windows where these do not suffice.
//
// Two windows to choose from level out how full they are (Azar, Broder, Karlin and Upfal, "Balanced
// allocations", 1994), so four fifths of the buckets can be in use before both are full.

import * as layout from "./layout.ts";
import { segmentWindowWord } from "./index_growth.ts";
import { keyEquals } from "./item.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  SECOND_WINDOW_FACTOR,
  SHARD_SEGMENTS,
  TAG_HASH_SHIFT,
  TAG_MASK,
  TAG_SHIFT,
  WINDOW_BUCKETS,
} = layout;

/** Word of the first bucket of the first window of `hash`. */
export function windowWord(memory: ShardMemory, hash: number): number {
  return memory.bucketsWord + ((hash >>> 0) * memory.bucketScale | 0);
}

/** Word of the first bucket of its second window, which may overlap with the first. */
export function secondWindowWord(memory: ShardMemory, hash: number): number {
  return windowWord(memory, Math.imul(hash, SECOND_WINDOW_FACTOR));
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
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  const likely = memory.likelyBucket;
  if (likely !== 0) {
    memory.likelyBucket = 0;
    const bucket = memory.words[likely]!;
    // In a shard the same key with the same tag is the same item, wherever somebody expected it.
    if (
      bucket >>> TAG_SHIFT === tag && bucket !== 0 &&
      keyEquals(memory, bucket & ADDRESS_MASK, key, keyStart, keyBytes)
    ) return likely;
  }
  const start = windowWord(memory, hash);
  const found = findInWindow(memory, start, tag, key, keyStart, keyBytes);
  if (found !== 0) return found;
  const second = secondWindowWord(memory, hash);
  const foundThere = findInWindow(memory, second, tag, key, keyStart, keyBytes);
  if (foundThere !== 0) return foundThere;
  for (let segment = 0; segment < memory.words[SHARD_SEGMENTS]!; segment++) {
    const start = segmentWindowWord(memory, segment, hash);
    const foundLater = findInWindow(memory, start, tag, key, keyStart, keyBytes);
    if (foundLater !== 0) return foundLater;
  }
  return 0;
}

function findInWindow(
  memory: ShardMemory,
  start: number,
  tag: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
): number {
  const words = memory.words;
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    const bucket = words[at]!;
    if (bucket >>> TAG_SHIFT !== tag || bucket === 0) continue;
    if (keyEquals(memory, bucket & ADDRESS_MASK, key, keyStart, keyBytes)) return at;
  }
  return 0;
}

/**
 * Word of the first bucket in the two windows of `hash` whose tag matches, or 0: mostly that of the item with
 * this hash. Can be asked without the lock, by who only wants to read ahead.
 */
export function bucketOfTag(memory: ShardMemory, hash: number): number {
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  return findTag(memory, windowWord(memory, hash), tag) ||
    findTag(memory, secondWindowWord(memory, hash), tag);
}

function findTag(memory: ShardMemory, start: number, tag: number): number {
  const words = memory.words;
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    const bucket = words[at]!;
    if (bucket >>> TAG_SHIFT === tag && bucket !== 0) return at;
  }
  return 0;
}

/** Word of an empty bucket in the windows of `hash`, or 0 when all are full. */
export function emptyBucketLocked(memory: ShardMemory, hash: number): number {
  return findWord(memory, hash, 0);
}

/** Word of the bucket that holds `address`, whose item has this hash. Throws Error if there is none. */
export function bucketOfItemLocked(memory: ShardMemory, hash: number, address: number): number {
  const found = findWord(memory, hash, bucketOf(hash, address));
  if (found !== 0) return found;
  throw new Error(`Cannot find the bucket of the item at ${address}: the index is broken`);
}

/** Word of the first bucket in the windows of `hash` that has this content, or 0. */
function findWord(memory: ShardMemory, hash: number, content: number): number {
  const found = findInBuckets(memory.words, windowWord(memory, hash), content) ||
    findInBuckets(memory.words, secondWindowWord(memory, hash), content);
  if (found !== 0) return found;
  for (let segment = 0; segment < memory.words[SHARD_SEGMENTS]!; segment++) {
    const start = segmentWindowWord(memory, segment, hash);
    const foundLater = findInBuckets(memory.words, start, content);
    if (foundLater !== 0) return foundLater;
  }
  return 0;
}

function findInBuckets(words: Int32Array, start: number, content: number): number {
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    if (words[at] === content) return at;
  }
  return 0;
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
