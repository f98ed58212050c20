// Eviction from full windows. A key may only be in the buckets of its windows. When all are taken, and
// the index cannot grow, an item of the first two has to go, wherever the hands of the rings are. So a
// flood of keys with one hash hurts nobody outside its windows.

import * as layout from "./layout.ts";
import { evictItemLocked } from "./clock.ts";
import { addCounter } from "./counters.ts";
import { growIndexLocked } from "./index_growth.ts";
import { versionOf } from "./item_header.ts";
import { isExpired } from "./member_deadlines.ts";
import { hitCountLocked } from "./ring.ts";
import { relocateLocked } from "./relocation.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { emptyBucketLocked, secondWindowWord, windowWord } from "./table.ts";

const {
  ADDRESS_MASK,
  COUNT_ONE,
  ITEM_NEWER,
  EIGHTH_WORD_SHIFT,
  SHARD_WINDOW_EVICTIONS,
  VERSION_RANGE,
  WINDOW_BUCKETS,
} = layout;

/**
 * Makes an empty bucket for `hash`, whose windows are full: in a longer index, else by an eviction. While data are
 * restored first of all by moving another item. Returns its word.
 */
export function makeBucketLocked(memory: ShardMemory, hash: number): number {
  const left = memory.isRestoring ? relocateLocked(memory, hash) : 0;
  if (left !== 0) return left;
  const grown = growIndexLocked(memory) ? emptyBucketLocked(memory, hash) : 0;
  return grown || evictFromWindowLocked(memory, hash);
}

/**
 * Empties one bucket of the two full windows of `hash`. An expired item goes first, then the one with the
 * lowest reference count, among equals the one with the oldest version. The victim's count is
 * subtracted from the others': else all counts would end at 3 where windows fill before memory does.
 * Returns the word of that bucket.
 */
function evictFromWindowLocked(memory: ShardMemory, hash: number): number {
  const words = memory.words;
  const first = windowWord(memory, hash);
  const second = secondWindowWord(memory, hash);
  let victim = 0;
  let lowest = Infinity;
  for (let i = 0; i < 2 * WINDOW_BUCKETS; i++) {
    const at = bucketAt(first, second, i);
    const address = words[at]! & ADDRESS_MASK;
    if (isExpired(memory, address)) {
      evictItemLocked(memory, address, true);
      return at;
    }
    // One number to compare by: the count first (0 to 3), then the version.
    const rank = hitCountLocked(memory, address) * VERSION_RANGE + versionOf(memory, address);
    if (rank < lowest) {
      lowest = rank;
      victim = at;
    }
  }
  const address = words[victim]! & ADDRESS_MASK;
  const victimCount = hitCountLocked(memory, address);
  evictItemLocked(memory, address, false);
  addCounter(words, SHARD_WINDOW_EVICTIONS, 1);
  if (victimCount === 0) return victim;
  for (let i = 0; i < 2 * WINDOW_BUCKETS; i++) {
    const at = bucketAt(first, second, i);
    const address = words[at]! & ADDRESS_MASK;
    // Where the windows overlap, the second comes upon buckets of the first.
    if (address === 0 || i >= WINDOW_BUCKETS && at >= first && at < first + WINDOW_BUCKETS) {
      continue;
    }
    words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! -= victimCount * COUNT_ONE;
  }
  return victim;
}

/** Word of bucket `i` of two windows that begin at `first` and `second`. */
function bucketAt(first: number, second: number, i: number): number {
  return i < WINDOW_BUCKETS ? first + i : second + i - WINDOW_BUCKETS;
}
