// The two rings of a shard, probation and main: circular doubly linked lists with a hand. An item
// enters just behind the hand, so the hand meets it last. If the hand takes every item, the ring is a
// FIFO; if it looks at reference counts, the ring is CLOCK. Decides nothing.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  COUNT_MASK,
  COUNT_ONE,
  COUNT_SHIFT,
  ITEM_NEWER,
  ITEM_OLDER,
  EIGHTH_WORD_SHIFT,
  RING_HAND,
  RING_MAIN,
  RING_MASK,
  RING_PROBATION,
  RING_EIGHTHS,
  RING_SHIFT,
  RING_WORDS,
  SHARD_RINGS,
} = layout;

/** Word with the address that a ring's hand points at. 0 there means an empty ring. */
export function handWord(ring: number): number {
  return SHARD_RINGS + ring * RING_WORDS + RING_HAND;
}

/** Word with the sum of the eighths of all items in a ring. */
export function ringEighthsWord(ring: number): number {
  return SHARD_RINGS + ring * RING_WORDS + RING_EIGHTHS;
}

/** The ring that the item is in. */
export function ringOf(memory: ShardMemory, address: number): number {
  return (memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & RING_MASK) >>> RING_SHIFT;
}

/** The neighbour that the hand meets after this item. */
export function newerOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ADDRESS_MASK;
}

/** The neighbour that the hand meets before this item. */
export function olderOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! & ADDRESS_MASK;
}

/** Eighths of all items in both rings. */
export function ringsEighths(memory: ShardMemory): number {
  const words = memory.words;
  return words[ringEighthsWord(RING_PROBATION)]! + words[ringEighthsWord(RING_MAIN)]!;
}

/** Reference count of the item: 0 to 3. */
export function hitCountLocked(memory: ShardMemory, address: number): number {
  return (memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & COUNT_MASK) >>> COUNT_SHIFT;
}

/** Raises the reference count by one, to 3 at most. */
export function touchLocked(memory: ShardMemory, address: number): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  const word = memory.words[at]!;
  if ((word & COUNT_MASK) !== COUNT_MASK) memory.words[at] = word + COUNT_ONE;
}

/** Enters an item of `eighths` eighths in a ring, behind its hand, with its count unchanged. */
export function enterRingLocked(
  memory: ShardMemory,
  address: number,
  ring: number,
  eighths: number,
): void {
  const words = memory.words;
  const at = address << EIGHTH_WORD_SHIFT;
  const hand = words[handWord(ring)]!;
  words[ringEighthsWord(ring)]! += eighths;
  words[at + ITEM_NEWER] = (words[at + ITEM_NEWER]! & ~RING_MASK) | (ring << RING_SHIFT);
  if (hand === 0) {
    words[handWord(ring)] = address;
    setNewer(words, address, address);
    setOlder(words, address, address);
    return;
  }
  const before = olderOf(memory, hand);
  setNewer(words, before, address);
  setOlder(words, address, before);
  setNewer(words, address, hand);
  setOlder(words, hand, address);
}

/** Moves an item of `eighths` eighths to the end of ring `ring`, with `count` hits. */
export function changeRingLocked(
  memory: ShardMemory,
  address: number,
  ring: number,
  count: number,
  eighths: number,
): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  memory.words[ringEighthsWord(ringOf(memory, address))]! -= eighths;
  leaveRingLocked(memory, address);
  memory.words[at] = (memory.words[at]! & ~COUNT_MASK) | (count << COUNT_SHIFT);
  enterRingLocked(memory, address, ring, eighths);
}

/**
 * Takes an item out of its ring. A hand that points at it moves on. The caller subtracts its eighths
 * from the ring's sum, since it walks the item's pieces anyway.
 */
export function leaveRingLocked(memory: ShardMemory, address: number): void {
  const words = memory.words;
  const at = address << EIGHTH_WORD_SHIFT;
  const ring = (words[at + ITEM_NEWER]! & RING_MASK) >>> RING_SHIFT;
  const newer = words[at + ITEM_NEWER]! & ADDRESS_MASK;
  const older = words[at + ITEM_OLDER]! & ADDRESS_MASK;
  if (newer === address) {
    words[handWord(ring)] = 0;
    return;
  }
  if (words[handWord(ring)] === address) words[handWord(ring)] = newer;
  setNewer(words, older, newer);
  setOlder(words, newer, older);
}

/** Puts an item that has moved from `from` to `to`, header included, in its old place. */
export function moveInRingLocked(memory: ShardMemory, from: number, to: number): void {
  const words = memory.words;
  const ring = ringOf(memory, from);
  if (words[handWord(ring)] === from) words[handWord(ring)] = to;
  const newer = newerOf(memory, from);
  const older = olderOf(memory, from);
  setNewer(words, older === from ? to : older, to);
  setOlder(words, newer === from ? to : newer, to);
}

/** Adds `eighths` to the ring's sum after its item has grown; negative where it has shrunk. */
export function resizeInRingLocked(memory: ShardMemory, address: number, eighths: number): void {
  memory.words[ringEighthsWord(ringOf(memory, address))]! += eighths;
}

function setNewer(words: Int32Array, address: number, newer: number): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  words[at] = (words[at]! & ~ADDRESS_MASK) | newer;
}

function setOlder(words: Int32Array, address: number, older: number): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_OLDER;
  words[at] = (words[at]! & ~ADDRESS_MASK) | older;
}
