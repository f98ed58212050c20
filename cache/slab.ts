// Space in a shard's slab: hands out and takes back pieces of 1 to 4 quarters inside one slot.
// Free runs of each length are in a doubly linked list inside the free space itself. A map of two
// bits per quarter says what every quarter is, so that neighbours merge at once. All is O(1).
// Of items it knows only that a first piece differs from a further one.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  FREE_NEXT,
  FREE_PREVIOUS,
  LINK_LENGTH_MASK,
  LINK_LENGTH_SHIFT,
  QUARTER_WORD_SHIFT,
  SHARD_BUMP,
  SHARD_FREE_QUARTERS,
  SHARD_FREE_RUNS,
  SLOT_MASK,
  SLOT_QUARTERS,
  SLOT_SHIFT,
  STATE_BITS,
  STATE_FIRST,
  STATE_FREE,
  STATE_FURTHER,
  STATE_INNER,
  STATE_MASK,
  STATE_SHIFT,
} = layout;

/** The bits of `state` for quarters `from` to `to` (not included) of a slot. */
function statesOf(state: number, from: number, to: number): number {
  let states = 0;
  for (let quarter = from; quarter < to; quarter++) states |= state << (quarter << STATE_SHIFT);
  return states;
}

/** States of the second and later quarters of a piece, by its length. */
const INNER: readonly number[] = [
  0,
  statesOf(STATE_INNER, 1, 1),
  statesOf(STATE_INNER, 1, 2),
  statesOf(STATE_INNER, 1, 3),
  statesOf(STATE_INNER, 1, SLOT_QUARTERS),
];
/** All state bits of a piece, by its length. */
const WHOLE: readonly number[] = [
  0,
  statesOf(STATE_MASK, 0, 1),
  statesOf(STATE_MASK, 0, 2),
  statesOf(STATE_MASK, 0, 3),
  statesOf(STATE_MASK, 0, SLOT_QUARTERS),
];

/** The link of a piece: address, and length in quarters minus one above it. */
export function linkOf(address: number, quarters: number): number {
  return address | ((quarters - 1) << LINK_LENGTH_SHIFT);
}

/** Length in quarters of the piece behind a link. */
export function linkQuarters(link: number): number {
  return ((link >>> LINK_LENGTH_SHIFT) & LINK_LENGTH_MASK) + 1;
}

/**
 * Takes a piece of `quarters` (1 to 4). If no run is that long, takes the longest there is.
 * Returns its link, or 0 when nothing is free at all. Prefers the shortest run that is long enough,
 * so that whole slots last.
 */
export function takePieceLocked(memory: ShardMemory, quarters: number, first: boolean): number {
  const words = memory.words;
  for (let length = quarters; length <= SLOT_QUARTERS; length++) {
    const run = words[SHARD_FREE_RUNS + length]!;
    if (run !== 0) {
      unlinkRun(words, run, length);
      return carve(memory, run, length, quarters, first);
    }
  }
  const virgin = words[SHARD_BUMP]!;
  if (virgin < memory.endAddress) {
    words[SHARD_BUMP] = virgin + SLOT_QUARTERS;
    return carve(memory, virgin, SLOT_QUARTERS, quarters, first);
  }
  for (let length = quarters - 1; length >= 1; length--) {
    const run = words[SHARD_FREE_RUNS + length]!;
    if (run !== 0) {
      unlinkRun(words, run, length);
      return carve(memory, run, length, length, first);
    }
  }
  return 0;
}

/** Makes the first `quarters` of an unlinked run a piece, and puts the rest into a free list. */
function carve(
  memory: ShardMemory,
  address: number,
  runQuarters: number,
  quarters: number,
  first: boolean,
): number {
  const states = (first ? STATE_FIRST : STATE_FURTHER) | INNER[quarters]!;
  memory.bytes[memory.stateBias + (address >> SLOT_SHIFT)]! |= states <<
    ((address & SLOT_MASK) << STATE_SHIFT);
  memory.words[SHARD_FREE_QUARTERS]! -= quarters;
  if (runQuarters > quarters) pushRun(memory.words, address + quarters, runQuarters - quarters);
  return linkOf(address, quarters);
}

/** Frees `quarters` quarters from `address` on, and merges them with the free runs beside them. */
export function freePieceLocked(memory: ShardMemory, address: number, quarters: number): void {
  const words = memory.words;
  const stateByte = memory.stateBias + (address >> SLOT_SHIFT);
  const position = address & SLOT_MASK;
  const states = memory.bytes[stateByte]! & ~(WHOLE[quarters]! << (position << STATE_SHIFT));
  memory.bytes[stateByte] = states;
  words[SHARD_FREE_QUARTERS]! += quarters;
  let from = position;
  while (from > 0 && stateOf(states, from - 1) === STATE_FREE) from--;
  let to = position + quarters;
  const end = to;
  while (to < SLOT_QUARTERS && stateOf(states, to) === STATE_FREE) to++;
  const slot = address - position;
  if (from < position) unlinkRun(words, slot + from, position - from);
  if (to > end) unlinkRun(words, slot + end, to - end);
  pushRun(words, slot + from, to - from);
}

/**
 * Lengthens the piece at `address` by up to `wanted` free quarters that follow it in its slot.
 * Returns how many it got.
 */
export function extendPieceLocked(
  memory: ShardMemory,
  address: number,
  quarters: number,
  wanted: number,
): number {
  const stateByte = memory.stateBias + (address >> SLOT_SHIFT);
  const states = memory.bytes[stateByte]!;
  const end = (address & SLOT_MASK) + quarters;
  let to = end;
  while (to < SLOT_QUARTERS && stateOf(states, to) === STATE_FREE) to++;
  const run = to - end;
  if (run === 0) return 0;
  const got = run < wanted ? run : wanted;
  const words = memory.words;
  unlinkRun(words, address + quarters, run);
  memory.bytes[stateByte] = states | ((INNER[got + 1]! >>> STATE_BITS) << (end << STATE_SHIFT));
  words[SHARD_FREE_QUARTERS]! -= got;
  if (run > got) pushRun(words, address + quarters + got, run - got);
  return got;
}

/** The state of quarter `place` of a slot with these states. */
function stateOf(states: number, place: number): number {
  return (states >>> (place << STATE_SHIFT)) & STATE_MASK;
}

/** The piece state of the quarter at `address`: one of the STATE_ values. */
export function quarterState(memory: ShardMemory, address: number): number {
  return stateOf(memory.bytes[memory.stateBias + (address >> SLOT_SHIFT)]!, address & SLOT_MASK);
}

function pushRun(words: Int32Array, address: number, quarters: number): void {
  const head = SHARD_FREE_RUNS + quarters;
  const next = words[head]!;
  const at = address << QUARTER_WORD_SHIFT;
  words[at + FREE_NEXT] = next;
  words[at + FREE_PREVIOUS] = 0;
  if (next !== 0) words[(next << QUARTER_WORD_SHIFT) + FREE_PREVIOUS] = address;
  words[head] = address;
}

function unlinkRun(words: Int32Array, address: number, quarters: number): void {
  const at = address << QUARTER_WORD_SHIFT;
  const next = words[at + FREE_NEXT]! & ADDRESS_MASK;
  const previous = words[at + FREE_PREVIOUS]! & ADDRESS_MASK;
  if (previous === 0) words[SHARD_FREE_RUNS + quarters] = next;
  else words[(previous << QUARTER_WORD_SHIFT) + FREE_NEXT] = next;
  if (next !== 0) words[(next << QUARTER_WORD_SHIFT) + FREE_PREVIOUS] = previous;
}
