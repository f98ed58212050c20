// Eviction inside a full window. A key may only be in the 16 buckets from its home. When all are
// taken, one of their items has to go, wherever the hands of the rings are. So a flood of keys with
// one hash hurts nobody outside its window.

import * as layout from "./layout.ts";
import { addCounter } from "./counters.ts";
import { ChangeKind } from "./event_ring.ts";
import { isExpired, versionOf } from "./item.ts";
import { removeLocked } from "./removal.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { windowWord } from "./table.ts";

const {
  ADDRESS_MASK,
  COUNT_MASK,
  COUNT_ONE,
  COUNT_SHIFT,
  ITEM_OLDER,
  EIGHTH_WORD_SHIFT,
  SHARD_WINDOW_EVICTIONS,
  VERSION_RANGE,
  WINDOW_BUCKETS,
} = layout;

/**
 * Empties one bucket of the full window of `hash`. An expired item goes first, then the one with the
 * lowest reference count, among equals the one with the oldest version. The victim's count is
 * subtracted from the others': else all counts would end at 3 where windows fill before memory does.
 */
export function evictFromWindowLocked(memory: ShardMemory, hash: number): void {
  const words = memory.words;
  const start = windowWord(memory, hash);
  let victim = start;
  let lowest = Infinity;
  for (let at = start; at < start + WINDOW_BUCKETS; at++) {
    const address = words[at]! & ADDRESS_MASK;
    if (isExpired(memory, address)) {
      removeLocked(memory, at, ChangeKind.expired);
      return;
    }
    // One number to compare by: the count first (0 to 3), then the version.
    const rank = countOf(words, address) * VERSION_RANGE + versionOf(memory, address);
    if (rank < lowest) {
      lowest = rank;
      victim = at;
    }
  }
  const victimCount = countOf(words, words[victim]! & ADDRESS_MASK);
  removeLocked(memory, victim, ChangeKind.evicted);
  addCounter(words, SHARD_WINDOW_EVICTIONS, 1);
  if (victimCount === 0) return;
  for (let at = start; at < start + WINDOW_BUCKETS; at++) {
    const address = words[at]! & ADDRESS_MASK;
    if (address !== 0) {
      words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! -= victimCount * COUNT_ONE;
    }
  }
}

function countOf(words: Int32Array, address: number): number {
  return (words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! & COUNT_MASK) >>> COUNT_SHIFT;
}
