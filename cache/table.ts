// The index of a shard: open addressing inside two windows of 16 buckets, each at a place that follows from
// the key's hash. A new key goes into the first unless that is full. A lookup scans the whole of a window, so
// a delete just clears its bucket: no tombstones, no rehash. A bucket is one word: a 10-bit tag over a 20-bit
// address, and above them how many items have strayed from the window that begins there. Where that is 0 a
// lookup ends with the first window. Knows nothing of eviction. index_growth.ts adds windows.
//
// Two windows to choose from level out how full they are (Azar, Broder, Karlin and Upfal, "Balanced
// allocations", 1994), so four fifths of the buckets can be in use before both are full.

import * as layout from "./layout.ts";
import { segmentWindowWord } from "./index_growth.ts";
import { keyEquals } from "./item.ts";
import { hashOfItem } from "./item_hash.ts";
import { versionOf } from "./item_header.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  BUCKET_CONTENT_MASK,
  EIGHTH_WORD_SHIFT,
  ITEM_NEWER,
  ITEM_STRAY,
  MAX_STRAYS,
  SECOND_WINDOW_FACTOR,
  SHARD_SEGMENTS,
  STRAYS_ONE,
  STRAYS_SHIFT,
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

/** Word of the first bucket of its windows but the first: number 0 is the second, then those of segments. */
function otherWindowWord(memory: ShardMemory, hash: number, other: number): number {
  return other === 0 ? secondWindowWord(memory, hash) : segmentWindowWord(memory, other - 1, hash);
}

/** What a bucket has that holds the item at `address`, whose hash is `hash`. */
function contentOf(hash: number, address: number): number {
  return (((hash >>> TAG_HASH_SHIFT) & TAG_MASK) << TAG_SHIFT) | address;
}

/** How many items have strayed from the window that begins at word `window`; MAX_STRAYS or more. */
function straysOf(words: Int32Array, window: number): number {
  return words[window]! >>> STRAYS_SHIFT;
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
    // In a shard the same key with the same tag is the same item, wherever somebody expected it.
    if (isAt(memory, likely, tag, key, keyStart, keyBytes)) return likely;
  }
  const start = windowWord(memory, hash);
  const found = findInWindow(memory, start, tag, key, keyStart, keyBytes);
  if (found !== 0 || straysOf(memory.words, start) === 0) return found;
  return findStray(memory, hash, key, keyStart, keyBytes);
}

/** Whether the bucket at word `at` has this tag, and its item this key. */
function isAt(
  memory: ShardMemory,
  at: number,
  tag: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
): boolean {
  const bucket = memory.words[at]!;
  if (((bucket >>> TAG_SHIFT) & TAG_MASK) !== tag) return false;
  const address = bucket & ADDRESS_MASK;
  return address !== 0 && keyEquals(memory, address, key, keyStart, keyBytes);
}

function findStray(
  memory: ShardMemory,
  hash: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
): number {
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  for (let other = 0; other <= memory.words[SHARD_SEGMENTS]!; other++) {
    const start = otherWindowWord(memory, hash, other);
    const found = findInWindow(memory, start, tag, key, keyStart, keyBytes);
    if (found !== 0) return found;
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
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    if (isAt(memory, at, tag, key, keyStart, keyBytes)) return at;
  }
  return 0;
}

/**
 * In which window of `hash` the bucket at word `at` is, from 0: the first, the second, those of segments; and how many
 * buckets into it. Null where it is in none.
 */
export function placeInWindows(
  memory: ShardMemory,
  hash: number,
  at: number,
): { readonly window: number; readonly probe: number } | null {
  for (let window = 0; window < 2 + memory.words[SHARD_SEGMENTS]!; window++) {
    const start = window === 0
      ? windowWord(memory, hash)
      : otherWindowWord(memory, hash, window - 1);
    if (at >= start && at < start + WINDOW_BUCKETS) return { window, probe: at - start };
  }
  return null;
}

/** Finds the item with this hash and version. Returns the word of its bucket, or 0. */
export function findVersionLocked(memory: ShardMemory, hash: number, version: number): number {
  const { words } = memory;
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  for (let other = -1; other <= words[SHARD_SEGMENTS]!; other++) {
    const start = other < 0 ? windowWord(memory, hash) : otherWindowWord(memory, hash, other);
    for (let at = start; at < start + WINDOW_BUCKETS; at++) {
      const bucket = words[at]!;
      const address = bucket & ADDRESS_MASK;
      if (address === 0 || ((bucket >>> TAG_SHIFT) & TAG_MASK) !== tag) continue;
      if (versionOf(memory, address) === version && hashOfItem(memory, address) === hash) return at;
    }
  }
  return 0;
}

/**
 * Word of the first bucket in the two windows of `hash` whose tag matches, or 0: mostly that of the item with
 * this hash. Can be asked without the lock, by who only wants to read ahead.
 */
export function bucketOfTag(memory: ShardMemory, hash: number): number {
  const start = windowWord(memory, hash);
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  const found = findTag(memory, start, tag);
  if (found !== 0 || straysOf(memory.words, start) === 0) return found;
  return findTag(memory, secondWindowWord(memory, hash), tag);
}

function findTag(memory: ShardMemory, start: number, tag: number): number {
  const words = memory.words;
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    const bucket = words[at]!;
    if (((bucket >>> TAG_SHIFT) & TAG_MASK) === tag && (bucket & ADDRESS_MASK) !== 0) return at;
  }
  return 0;
}

/** Word of an empty bucket in the windows of `hash`, or 0 when all are full. */
export function emptyBucketLocked(memory: ShardMemory, hash: number): number {
  return findContent(memory.words, windowWord(memory, hash), 0) || findElsewhere(memory, hash, 0);
}

/** Word of the bucket that holds `address`, whose item has this hash. Throws Error if there is none. */
export function bucketOfItemLocked(memory: ShardMemory, hash: number, address: number): number {
  const words = memory.words;
  const content = contentOf(hash, address);
  const isStray = (words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ITEM_STRAY) !== 0;
  const found = isStray
    ? findElsewhere(memory, hash, content)
    : findContent(words, windowWord(memory, hash), content);
  if (found !== 0) return found;
  throw new Error(`Cannot find the bucket of the item at ${address}: the index is broken`);
}

/** Word of a bucket with this content in the windows of `hash` but the first, or 0. */
function findElsewhere(memory: ShardMemory, hash: number, content: number): number {
  for (let other = 0; other <= memory.words[SHARD_SEGMENTS]!; other++) {
    const found = findContent(memory.words, otherWindowWord(memory, hash, other), content);
    if (found !== 0) return found;
  }
  return 0;
}

function findContent(words: Int32Array, start: number, content: number): number {
  const end = start + WINDOW_BUCKETS;
  for (let at = start; at < end; at++) {
    if ((words[at]! & BUCKET_CONTENT_MASK) === content) return at;
  }
  return 0;
}

/** Enters `address`, where the item of the bucket at word `at` is now. */
export function fillBucketLocked(
  memory: ShardMemory,
  at: number,
  hash: number,
  address: number,
): void {
  const words = memory.words;
  words[at] = (words[at]! & ~BUCKET_CONTENT_MASK) | contentOf(hash, address);
}

/** Enters a new item in the empty bucket at word `at`. Outside its first window it is a stray. */
export function enterBucketLocked(
  memory: ShardMemory,
  at: number,
  hash: number,
  address: number,
): void {
  const words = memory.words;
  const start = windowWord(memory, hash);
  fillBucketLocked(memory, at, hash, address);
  if (at >= start && at < start + WINDOW_BUCKETS) return;
  words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! |= ITEM_STRAY;
  // At the most it stays: nobody knows how many more there were.
  if (straysOf(words, start) < MAX_STRAYS) words[start]! += STRAYS_ONE;
}

/** Empties the bucket at word `at`, whose item still is whole. */
export function leaveBucketLocked(memory: ShardMemory, at: number): void {
  const words = memory.words;
  const address = words[at]! & ADDRESS_MASK;
  words[at]! &= ~BUCKET_CONTENT_MASK;
  if ((words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ITEM_STRAY) === 0) return;
  const start = windowWord(memory, hashOfItem(memory, address));
  if (straysOf(words, start) < MAX_STRAYS) words[start]! -= STRAYS_ONE;
}
