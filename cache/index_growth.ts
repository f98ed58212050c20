// The index of a shard can grow. It begins with buckets for items of --average-item. Where items are smaller,
// its windows fill up before the slab does; then it takes a part of the slab that was never used, a "segment",
// in which each key has one more window. Nothing moves: keys stay where they are, and a lookup goes on to the
// segments only where it has not found its key before. Segments stay until the shard is cleared.
//
// Buckets have numbers, so that walks can say where they are: first those from the shard's start, then those
// of each segment in turn.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  EIGHTH_WORD_SHIFT,
  GROWTH_LOAD,
  MAX_INDEX_LOAD,
  MAX_SEGMENTS,
  SEGMENT_FACTORS,
  SHARD_BUMP,
  SHARD_END,
  SHARD_FREE_EIGHTHS,
  SHARD_ITEMS,
  SHARD_SEGMENTS,
  WINDOW_BUCKETS,
} = layout;

/** Word of the first bucket of segment `segment`, counted from 0. The first lies at the slab's end. */
function segmentWord({ geometry }: ShardMemory, segment: number): number {
  const { endAddress, segmentEighths } = geometry;
  return (endAddress - (segment + 1) * segmentEighths) << EIGHTH_WORD_SHIFT;
}

/** Word of the first bucket of the window that `hash` has in a segment. */
export function segmentWindowWord(memory: ShardMemory, segment: number, hash: number): number {
  const own = Math.imul(hash, SEGMENT_FACTORS[segment]!) >>> 0;
  return segmentWord(memory, segment) + (own * memory.segmentScale | 0);
}

/** Buckets of a shard as they are now, those behind the last home bucket included: where a walk ends. */
export function bucketTotal(memory: ShardMemory): number {
  return baseTotal(memory) + memory.words[SHARD_SEGMENTS]! * memory.geometry.segmentBuckets;
}

/** The most buckets that any shard of its region will have. */
export function mostBuckets(memory: ShardMemory): number {
  return baseTotal(memory) + MAX_SEGMENTS * memory.geometry.segmentBuckets;
}

/** The buckets that a shard begins with, those behind the last home bucket included. */
export function baseTotal(memory: ShardMemory): number {
  return memory.bucketCount + WINDOW_BUCKETS - 1;
}

/** Items that the index takes as it is now: with more, many of them would meet full windows. */
export function indexLimit(memory: ShardMemory): number {
  return MAX_INDEX_LOAD * bucketTotal(memory);
}

/** Word of the bucket with this number. */
export function bucketWord(memory: ShardMemory, bucket: number): number {
  const over = bucket - baseTotal(memory);
  if (over < 0) return memory.bucketsWord + bucket;
  const { segmentBuckets } = memory.geometry;
  const segment = Math.floor(over / segmentBuckets);
  return segmentWord(memory, segment) + over - segment * segmentBuckets;
}

/** Number of the bucket at a word. */
export function bucketNumber(memory: ShardMemory, word: number): number {
  const first = word - memory.bucketsWord;
  if (first < baseTotal(memory)) return first;
  const { endAddress, segmentEighths, segmentBuckets } = memory.geometry;
  const fromEnd = (endAddress << EIGHTH_WORD_SHIFT) - word;
  const segment = Math.ceil(fromEnd / (segmentEighths << EIGHTH_WORD_SHIFT)) - 1;
  return baseTotal(memory) + segment * segmentBuckets + word - segmentWord(memory, segment);
}

/**
 * Grows the index by a segment, if it is short of buckets: more than half are in use, items as small as
 * those in the shard would fill it before they fill the slab, and there is a part of the slab that was never
 * used. Returns whether it has.
 */
export function growIndexLocked(memory: ShardMemory): boolean {
  const { words, geometry } = memory;
  const { segmentEighths, slabAddress } = geometry;
  const items = words[SHARD_ITEMS]!;
  const buckets = bucketTotal(memory);
  const segments = words[SHARD_SEGMENTS]!;
  const end = words[SHARD_END]! - segmentEighths;
  if (segments === MAX_SEGMENTS || end < words[SHARD_BUMP]!) return false;
  const slab = words[SHARD_END]! - slabAddress;
  const used = slab - words[SHARD_FREE_EIGHTHS]!;
  if (items < buckets * GROWTH_LOAD || items * slab < buckets * MAX_INDEX_LOAD * used) {
    return false;
  }
  words.fill(0, end << EIGHTH_WORD_SHIFT, words[SHARD_END]! << EIGHTH_WORD_SHIFT);
  words[SHARD_END] = end;
  words[SHARD_SEGMENTS] = segments + 1;
  words[SHARD_FREE_EIGHTHS]! -= segmentEighths;
  return true;
}
