// Chooses the item to evict when a shard needs space. New items enter probation, a FIFO. An item that
// was hit there moves to the main ring. Any other leaves, and its hash goes to the ghost table. A key
// with a ghost enters the main ring directly. The main ring is CLOCK with a 2-bit count. The idea is
// that of S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023), in
// eighths instead of items. Every sweep is bounded.

import * as layout from "./layout.ts";
import { ChangeKind } from "./event_ring.ts";
import { isExpired, itemEighths } from "./item_header.ts";
import { hashOfItem } from "./item_hash.ts";
import { removeLocked } from "./removal.ts";
import {
  enterRingLocked,
  handWord,
  leaveRingLocked,
  newerOf,
  ringEighthsWord,
  ringOf,
} from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { bucketOfItemLocked } from "./table.ts";

const {
  COUNT_MASK,
  COUNT_ONE,
  ITEM_NEWER,
  MAX_SWEEP_STEPS,
  PROBATION_SHARE,
  EIGHTH_WORD_SHIFT,
  RING_MAIN,
  RING_PROBATION,
} = layout;

/** The item that the next step looks at, or 0 when there is none besides the pinned one. */
function candidate(memory: ShardMemory): number {
  const words = memory.words;
  const probation = words[ringEighthsWord(RING_PROBATION)]!;
  const main = words[ringEighthsWord(RING_MAIN)]!;
  const ring = probation * PROBATION_SHARE > probation + main ? RING_PROBATION : RING_MAIN;
  return unpinned(memory, ring) || unpinned(memory, RING_MAIN - ring);
}

/** The item at a ring's hand, which skips the pinned item; or 0. */
function unpinned(memory: ShardMemory, ring: number): number {
  const words = memory.words;
  const hand = words[handWord(ring)]!;
  if (hand === 0 || hand !== memory.pinned) return hand;
  const newer = newerOf(memory, hand);
  if (newer === hand) return 0;
  words[handWord(ring)] = newer;
  return newer;
}

/**
 * Evicts (or expires) one item, after at most {@linkcode MAX_SWEEP_STEPS} steps of the hands.
 * Returns false when there is nothing to evict.
 */
export function evictOneLocked(memory: ShardMemory): boolean {
  const words = memory.words;
  for (let step = 1;; step++) {
    const address = candidate(memory);
    if (address === 0) return false;
    const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
    const ring = ringOf(memory, address);
    const expired = isExpired(memory, address);
    if (expired || step >= MAX_SWEEP_STEPS || (words[at]! & COUNT_MASK) === 0) {
      const hash = hashOfItem(memory, address);
      if (ring === RING_PROBATION && !expired) rememberGhost(memory, hash);
      const bucket = bucketOfItemLocked(memory, hash, address);
      removeLocked(memory, bucket, expired ? ChangeKind.expired : ChangeKind.evicted);
      return true;
    }
    if (ring === RING_PROBATION) promote(memory, address);
    else {
      words[at]! -= COUNT_ONE;
      words[handWord(ring)] = newerOf(memory, address);
    }
  }
}

function promote(memory: ShardMemory, address: number): void {
  const eighths = itemEighths(memory, address);
  leaveRingLocked(memory, address);
  memory.words[ringEighthsWord(RING_PROBATION)]! -= eighths;
  memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! &= ~COUNT_MASK;
  enterRingLocked(memory, address, RING_MAIN, eighths);
}

/** The ghost table is direct-mapped: a newer hash overwrites an older one in the same place. */
function ghostWord(memory: ShardMemory, hash: number): number {
  return memory.ghostWord + ((hash >>> 0) * memory.ghostScale | 0);
}

function rememberGhost(memory: ShardMemory, hash: number): void {
  memory.words[ghostWord(memory, hash)] = hash;
}

/** The ring for a new item with this hash: main if its ghost is there, else probation. */
export function ringForNewLocked(memory: ShardMemory, hash: number): number {
  const at = ghostWord(memory, hash);
  if (hash === 0 || memory.words[at] !== hash) return RING_PROBATION;
  memory.words[at] = 0;
  return RING_MAIN;
}
