// The background sweep for expired items that nobody asks for any more. It walks the buckets a few at
// a time, and only when the shard holds a deadline that is due. Access and eviction find expired items
// on their own; the sweep only gives memory back sooner.

import * as layout from "./layout.ts";
import { ChangeKind } from "./event_ring.ts";
import { deadlineOf } from "./item_header.ts";
import { earliestMemberDeadline, hasMemberDeadlines, isExpired } from "./member_deadlines.ts";
import { MAX_DEADLINE_MS } from "./outcome.ts";
import { removeLocked } from "./removal.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { bucketTotal, bucketWord } from "./index_growth.ts";
import { freshenLocked } from "./stale_buckets.ts";

const {
  ADDRESS_MASK,
  SHARD_NEXT_DEADLINE_S,
  SHARD_SWEEP_BUCKET,
  SHARD_SWEEP_EARLIEST_S,
  WORD_RANGE,
} = layout;

/** Means "no deadline" where a time in whole seconds stands. */
const NONE_S = WORD_RANGE - 1;
const SECOND_MS = 1000;

/**
 * The deadline that is stored for one that is asked for. What is too far away becomes the farthest
 * that an item can hold, and what is before 1970, or no number, a deadline that has passed. Else its
 * low bits alone would be stored, or none: then the item would never expire, or too soon.
 */
export function storedDeadline(deadlineMs: number): number {
  if (deadlineMs >= 0 && deadlineMs <= MAX_DEADLINE_MS) return Math.ceil(deadlineMs);
  return deadlineMs > 0 ? MAX_DEADLINE_MS : 1;
}

/** Makes sure that a sweep runs once `deadlineMs` is due. */
export function noteDeadlineLocked(memory: ShardMemory, deadlineMs: number): void {
  const seconds = Math.min(NONE_S - 1, Math.floor(deadlineMs / SECOND_MS));
  lower(memory.words, SHARD_NEXT_DEADLINE_S, seconds);
  lower(memory.words, SHARD_SWEEP_EARLIEST_S, seconds);
}

function lower(words: Int32Array, at: number, seconds: number): void {
  const old = words[at]! >>> 0;
  if (old === 0 || seconds < old) words[at] = seconds | 0;
}

/** Whether the shard's earliest deadline is due, so that a sweep may find expired items. */
export function isSweepDueLocked(memory: ShardMemory): boolean {
  const next = memory.words[SHARD_NEXT_DEADLINE_S]! >>> 0;
  return next !== 0 && next * SECOND_MS <= memory.now();
}

/**
 * Looks at up to `buckets` buckets, from where the last call stopped, and removes what has expired.
 * Returns whether the pass over the shard is complete (or none is due). It stops at a hash of which fields have
 * expired: that is `memory.dueItem` then, else 0.
 */
export function sweepExpiredLocked(memory: ShardMemory, buckets: number): boolean {
  const words = memory.words;
  memory.dueItem = 0;
  if (!isSweepDueLocked(memory)) return true;
  const total = bucketTotal(memory);
  const from = words[SHARD_SWEEP_BUCKET]!;
  const to = Math.min(total, from + buckets);
  let earliestS = words[SHARD_SWEEP_EARLIEST_S]! >>> 0;
  if (from === 0 || earliestS === 0) earliestS = NONE_S;
  freshenLocked(memory, from, to);
  for (let i = from; i < to; i++) {
    const at = bucketWord(memory, i);
    const address = words[at]! & ADDRESS_MASK;
    if (address === 0) continue;
    if (isExpired(memory, address)) {
      removeLocked(memory, at, ChangeKind.expired);
      continue;
    }
    const deadlineMs = deadlineOf(memory, address);
    if (deadlineMs !== 0) earliestS = Math.min(earliestS, Math.floor(deadlineMs / SECOND_MS));
    if (!hasMemberDeadlines(memory, address)) continue;
    const earliestMs = earliestMemberDeadline(memory, address);
    if (earliestMs > memory.now()) {
      earliestS = Math.min(earliestS, Math.floor(earliestMs / SECOND_MS));
      continue;
    }
    // It goes on with this bucket when somebody has removed the fields.
    memory.dueItem = address;
    words[SHARD_SWEEP_EARLIEST_S] = earliestS | 0;
    words[SHARD_SWEEP_BUCKET] = i;
    return false;
  }
  words[SHARD_SWEEP_EARLIEST_S] = earliestS | 0;
  words[SHARD_SWEEP_BUCKET] = to === total ? 0 : to;
  if (to < total) return false;
  words[SHARD_NEXT_DEADLINE_S] = earliestS | 0;
  return true;
}
