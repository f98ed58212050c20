// Since when nobody has asked for an item, as far as the rings tell: an item has no time, but a count of hits, and its
// version says when it was stored to whoever has noted how far versions had come.

import { readCounter } from "./counters.ts";
import {
  RING_PROBATION,
  SHARD_EVICTIONS,
  SHARD_VERSION_HIGH,
  SHARD_VERSION_LOW,
  WORD_RANGE,
} from "./layout.ts";
import { hitCountLocked, ringOf } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";

/**
 * Whether nobody has asked for the item at `address` since it was stored. In the main ring hits are forgotten where the
 * hand passes, so there nobody knows once it has moved.
 */
export function isUnreadLocked(memory: ShardMemory, address: number): boolean {
  if (hitCountLocked(memory, address) > 0) return false;
  return ringOf(memory, address) === RING_PROBATION ||
    readCounter(memory.words, SHARD_EVICTIONS) === 0;
}

/** How far the versions of a shard have come. Needs no lock; may be a moment old. */
export function readSequence({ words }: ShardMemory): number {
  for (;;) {
    const high = Atomics.load(words, SHARD_VERSION_HIGH);
    const low = Atomics.load(words, SHARD_VERSION_LOW) >>> 0;
    if (Atomics.load(words, SHARD_VERSION_HIGH) === high) return high * WORD_RANGE + low;
  }
}
