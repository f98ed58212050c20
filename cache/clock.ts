// Chooses the item to evict when a shard needs space. New items enter probation, a FIFO. An item that
// was hit there moves to the main ring. Any other leaves, and its hash goes to the ghost table. A key
// whose ghost is found enters the main ring directly, unless that has only items that are in use. The main
// ring is CLOCK with a 2-bit count. How much of the slab probation may have follows from the ghosts.
//
// The idea is that of S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023).
// That the ghosts move the border is from ARC (Megiddo and Modha, FAST 2003), that a newcomer must find a
// victim that is worth less from TinyLFU (Einziger et al., ACM TOS 13(4), 2017). Every sweep is bounded.

import * as layout from "./layout.ts";
import { addCounter } from "./counters.ts";
import { ChangeKind } from "./event_ring.ts";
import { NO_GHOST, rememberGhostLocked, takeGhostLocked } from "./ghost.ts";
import { indexLimit } from "./index_growth.ts";
import { keyBytesOf, valueBytesOf } from "./item_header.ts";
import { itemEighths } from "./item_size.ts";
import { shrinkGravesLocked } from "./graves.ts";
import { isIndirect } from "./item_types.ts";
import { isExpired } from "./member_deadlines.ts";
import { hashOfItem } from "./item_hash.ts";
import { removeLocked } from "./removal.ts";
import {
  changeRingLocked,
  handWord,
  hitCountLocked,
  newerOf,
  ringEighthsWord,
  ringOf,
  ringsEighths,
} from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { bucketOfItemLocked } from "./table.ts";

const {
  CONTEST_STEPS,
  COUNT_ONE,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  FILLING_SHARE,
  GHOST_AGES,
  GHOST_YOUNG_AGES,
  ITEM_NEWER,
  LARGE_ITEM,
  MAIN_SLACK,
  FURTHER_SWEEP_STEPS,
  MAX_PROBATION_SHARE,
  MIN_PROBATION_SHARE,
  PROBATION_FALL,
  PROBATION_LOSS,
  PROBATION_RISE,
  PROBATION_UNIT,
  SHARD_GHOST_HITS,
  RING_MAIN,
  RING_PROBATION,
  SHARD_FREE_EIGHTHS,
  SHARD_ITEMS,
  SHARD_PROBATION,
} = layout;

/** What the main ring says to an item that wants to enter it. */
const Main = { inUse: 0, cold: 1, hasSpace: 2 } as const;
type Main = typeof Main[keyof typeof Main];

/** Most eighths for probation, when `used` are in use. */
function probationLimit(memory: ShardMemory, used: number): number {
  const { words } = memory;
  const share = words[SHARD_PROBATION]! / (PROBATION_UNIT * words[SHARD_ITEMS]! + 1);
  return used * (MIN_PROBATION_SHARE + share);
}

/** Whether an item of `bytes` bytes of key and value is larger than most. A larger one has to be hit more. */
function isLarge(memory: ShardMemory, bytes: number): boolean {
  const { words } = memory;
  return bytes * words[SHARD_ITEMS]! > ringsEighths(memory) * (LARGE_ITEM * EIGHTH_BYTES);
}

/** How often the item must have been hit to stay. */
function hitsToStay(memory: ShardMemory, address: number): number {
  const bytes = isIndirect(memory, address)
    ? itemEighths(memory, address) * EIGHTH_BYTES
    : keyBytesOf(memory, address) + valueBytesOf(memory, address);
  return isLarge(memory, bytes) ? 2 : 1;
}

/** Frees something: of what is gone already, else by evicting an item. Returns false when there is nothing. */
export function freeSomeLocked(memory: ShardMemory): boolean {
  return shrinkGravesLocked(memory) || evictOneLocked(memory);
}

/** The item that the next step looks at, or 0 when there is none besides the pinned one. */
function candidate(memory: ShardMemory): number {
  const probation = memory.words[ringEighthsWord(RING_PROBATION)]!;
  const limit = probationLimit(memory, ringsEighths(memory));
  const ring = probation > limit ? RING_PROBATION : RING_MAIN;
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
 * Evicts (or expires) one item, after at most `memory.sweepSteps` steps of the hands. It takes these from
 * them, and adds a few for a further eviction of the same operation. Returns false when there is nothing to
 * evict.
 */
export function evictOneLocked(memory: ShardMemory): boolean {
  let steps = memory.sweepSteps;
  for (;; steps--) {
    const address = candidate(memory);
    if (address === 0) return false;
    const expired = isExpired(memory, address);
    const spare = hitCountLocked(memory, address) - hitsToStay(memory, address);
    if (expired || steps <= 1 || spare < 0) {
      memory.sweepSteps = steps - 1 + FURTHER_SWEEP_STEPS;
      evictItemLocked(memory, address, expired);
      return true;
    }
    if (ringOf(memory, address) === RING_PROBATION) promote(memory, address, spare);
    else passMain(memory, address);
  }
}

/** Evicts an item, or removes it as expired. An evicted one leaves a ghost if it was in probation. */
export function evictItemLocked(memory: ShardMemory, address: number, isOver: boolean): void {
  const hash = hashOfItem(memory, address);
  if (!isOver && ringOf(memory, address) === RING_PROBATION) rememberGhostLocked(memory, hash);
  const bucket = bucketOfItemLocked(memory, hash, address);
  removeLocked(memory, bucket, isOver ? ChangeKind.expired : ChangeKind.evicted);
}

/** Moves an item from probation to the main ring, with `count` hits left. */
function promote(memory: ShardMemory, address: number, count: number): void {
  changeRingLocked(memory, address, RING_MAIN, count, itemEighths(memory, address));
}

/** Takes a hit from the item at the hand of the main ring, and moves the hand on. */
function passMain(memory: ShardMemory, address: number): void {
  memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! -= COUNT_ONE;
  memory.words[handWord(RING_MAIN)] = newerOf(memory, address);
}

/**
 * Whether the main ring can take one more item. If it has its full share of the slab, its hand looks for an
 * item that would be evicted, for a few steps, and stays there. A large newcomer has to find it at once.
 */
function askMain(memory: ShardMemory, bytes: number): Main {
  const words = memory.words;
  const main = words[ringEighthsWord(RING_MAIN)]!;
  const used = ringsEighths(memory);
  if (main < MAIN_SLACK * (used - probationLimit(memory, used))) return Main.hasSpace;
  for (let left = isLarge(memory, bytes) ? 0 : CONTEST_STEPS; left > 0; left--) {
    const address = words[handWord(RING_MAIN)]!;
    if (address === 0) return Main.hasSpace;
    if (hitCountLocked(memory, address) < hitsToStay(memory, address)) return Main.cold;
    passMain(memory, address);
  }
  const last = words[handWord(RING_MAIN)]!;
  return last === 0 || hitCountLocked(memory, last) === 0 ? Main.cold : Main.inUse;
}

/**
 * The ring for a new item of `bytes` bytes of key and value. To be called once for each: it also moves the
 * border between the rings. A key that has left probation just now would still be there if that were a little
 * larger. Where the main ring has items that are not in use, this speaks for a larger probation, where it has
 * none for a smaller one; and with each new item it shrinks a little.
 */
export function ringForNewLocked(
  memory: ShardMemory,
  hash: number,
  bytes: number,
): number {
  const words = memory.words;
  let ring: number = RING_PROBATION;
  let probation = words[SHARD_PROBATION]! - PROBATION_FALL;
  const age = takeGhostLocked(memory, hash);
  if (age !== NO_GHOST && age <= GHOST_AGES) {
    addCounter(words, SHARD_GHOST_HITS, 1);
    const main = askMain(memory, bytes);
    if (main !== Main.inUse) ring = RING_MAIN;
    if (age <= GHOST_YOUNG_AGES) {
      if (main === Main.cold) probation += PROBATION_RISE;
      else if (main === Main.inUse) probation -= PROBATION_LOSS;
    }
  }
  const most = (MAX_PROBATION_SHARE - MIN_PROBATION_SHARE) * PROBATION_UNIT * words[SHARD_ITEMS]!;
  words[SHARD_PROBATION] = Math.max(0, Math.min(most, probation));
  return ring === RING_PROBATION && fillsMain(memory) ? RING_MAIN : ring;
}

/** Whether a new item may enter the main ring because the shard is far from full. */
function fillsMain(memory: ShardMemory): boolean {
  const words = memory.words;
  const probation = words[ringEighthsWord(RING_PROBATION)]!;
  const used = ringsEighths(memory);
  return words[SHARD_FREE_EIGHTHS]! > FILLING_SHARE * used &&
    words[SHARD_ITEMS]! < (1 - FILLING_SHARE) * indexLimit(memory) &&
    probation > probationLimit(memory, used);
}
