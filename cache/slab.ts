// Space in a shard's slab: hands out and takes back pieces of 1 to 8 eighths inside one slot.
// Free runs of each length are in a doubly linked list inside the free space itself. A map of one bit
// per eighth says which are in use, so that free neighbours merge at once. All is O(1).
// Knows nothing of items.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  FREE_NEXT,
  FREE_PREVIOUS,
  LENGTH_MASK,
  LENGTH_SHIFT,
  EIGHTH_WORD_SHIFT,
  SHARD_BUMP,
  SHARD_END,
  SHARD_FREE_EIGHTHS,
  SHARD_FREE_RUNS,
  SLOT_MASK,
  SLOT_EIGHTHS,
  SLOT_SHIFT,
  WORD_BITS,
} = layout;

/** Just past a slot's eighths, in its map. */
const SLOT_END_BIT = 1 << SLOT_EIGHTHS;

/** A piece as {@linkcode takePieceLocked} returns it: address, and length in eighths minus one above it. */
export function pieceOf(address: number, eighths: number): number {
  return address | ((eighths - 1) << LENGTH_SHIFT);
}

/** Length in eighths of the piece with this first word, or that {@linkcode takePieceLocked} returned. */
export function pieceEighths(word: number): number {
  return ((word >>> LENGTH_SHIFT) & LENGTH_MASK) + 1;
}

/**
 * Takes a piece of `eighths` (1 to 8). If no run is that long, takes the longest there is.
 * Returns its address and length, or 0 when nothing is free at all. Prefers the shortest run that is long enough,
 * so that whole slots last.
 */
export function takePieceLocked(memory: ShardMemory, eighths: number): number {
  const words = memory.words;
  const tight = takeFromRun(memory, eighths, SLOT_EIGHTHS);
  if (tight !== 0) return tight;
  const virgin = words[SHARD_BUMP]!;
  if (virgin < words[SHARD_END]!) {
    words[SHARD_BUMP] = virgin + SLOT_EIGHTHS;
    // What was emptied may have been used before.
    memory.bytes[memory.mapBias + (virgin >> SLOT_SHIFT)] = 0;
    return carve(memory, virgin, SLOT_EIGHTHS, eighths);
  }
  for (let length = eighths - 1; length >= 1; length--) {
    const piece = takeFromRun(memory, length, length);
    if (piece !== 0) return piece;
  }
  return 0;
}

/** Takes a piece out of the shortest run of `eighths` to `most` that there is; or returns 0. */
function takeFromRun(memory: ShardMemory, eighths: number, most: number): number {
  const words = memory.words;
  for (let length = eighths; length <= most; length++) {
    const run = words[SHARD_FREE_RUNS + length]!;
    if (run !== 0) {
      unlinkRun(words, run, length);
      return carve(memory, run, length, eighths);
    }
  }
  return 0;
}

/** Makes the first `eighths` of an unlinked run a piece, and puts the rest into a free list. */
function carve(
  memory: ShardMemory,
  address: number,
  runEighths: number,
  eighths: number,
): number {
  memory.bytes[memory.mapBias + (address >> SLOT_SHIFT)]! |= bitsOfRun(
    address & SLOT_MASK,
    eighths,
  );
  memory.words[SHARD_FREE_EIGHTHS]! -= eighths;
  if (runEighths > eighths) pushRun(memory.words, address + eighths, runEighths - eighths);
  return pieceOf(address, eighths);
}

/** The bits of `eighths` eighths from `place` on, in the map of their slot. */
function bitsOfRun(place: number, eighths: number): number {
  return ((1 << eighths) - 1) << place;
}

/** Where the free run that ends before `place` begins, in a slot with this map. */
function freeFrom(used: number, place: number): number {
  return WORD_BITS - Math.clz32(used & ((1 << place) - 1));
}

/** Where the free run from `place` on ends, in a slot with this map. */
function freeTo(used: number, place: number): number {
  const above = (used | SLOT_END_BIT) & -(1 << place);
  return WORD_BITS - 1 - Math.clz32(above & -above);
}

/** Frees `eighths` eighths from `address` on, and merges them with the free runs beside them. */
export function freePieceLocked(memory: ShardMemory, address: number, eighths: number): void {
  const words = memory.words;
  const mapByte = memory.mapBias + (address >> SLOT_SHIFT);
  const place = address & SLOT_MASK;
  const end = place + eighths;
  const used = memory.bytes[mapByte]! & ~bitsOfRun(place, eighths);
  memory.bytes[mapByte] = used;
  words[SHARD_FREE_EIGHTHS]! += eighths;
  const from = freeFrom(used, place);
  const to = freeTo(used, end);
  const slot = address - place;
  if (from < place) unlinkRun(words, slot + from, place - from);
  if (to > end) unlinkRun(words, slot + end, to - end);
  pushRun(words, slot + from, to - from);
}

/**
 * Lengthens the piece at `address` by up to `wanted` free eighths that follow it in its slot.
 * Returns how many it got.
 */
export function extendPieceLocked(
  memory: ShardMemory,
  address: number,
  eighths: number,
  wanted: number,
): number {
  const mapByte = memory.mapBias + (address >> SLOT_SHIFT);
  const used = memory.bytes[mapByte]!;
  const end = (address & SLOT_MASK) + eighths;
  const run = freeTo(used, end) - end;
  if (run === 0) return 0;
  const got = run < wanted ? run : wanted;
  const words = memory.words;
  unlinkRun(words, address + eighths, run);
  memory.bytes[mapByte] = used | bitsOfRun(end, got);
  words[SHARD_FREE_EIGHTHS]! -= got;
  if (run > got) pushRun(words, address + eighths + got, run - got);
  return got;
}

/**
 * Takes a piece of `eighths` out of a run that is no whole slot. Returns its address, or 0 when no run is
 * long enough.
 */
export function takeShortPieceLocked(memory: ShardMemory, eighths: number): number {
  return takeFromRun(memory, eighths, SLOT_EIGHTHS - 1) & ADDRESS_MASK;
}

/**
 * Takes the free runs of the slot that begins at `slot` out of their lists, so that nothing is taken there.
 * Until {@linkcode linkSlotRunsLocked} no piece of it may be freed but by {@linkcode releaseLocked}.
 */
export function unlinkSlotRunsLocked(memory: ShardMemory, slot: number): void {
  eachRunOfSlot(memory, slot, unlinkRun);
}

/** Puts the free runs of the slot that begins at `slot` into their lists. */
export function linkSlotRunsLocked(memory: ShardMemory, slot: number): void {
  eachRunOfSlot(memory, slot, pushRun);
}

function eachRunOfSlot(memory: ShardMemory, slot: number, change: typeof pushRun): void {
  const used = slotMap(memory, slot);
  for (let place = 0; place < SLOT_EIGHTHS; place++) {
    const end = freeTo(used, place);
    if (end > place) change(memory.words, slot + place, end - place);
    place = end;
  }
}

/** Frees `eighths` eighths from `address` on, of a slot whose runs are in no list. */
export function releaseLocked(memory: ShardMemory, address: number, eighths: number): void {
  memory.bytes[memory.mapBias + (address >> SLOT_SHIFT)]! &= ~bitsOfRun(
    address & SLOT_MASK,
    eighths,
  );
  memory.words[SHARD_FREE_EIGHTHS]! += eighths;
}

/** Which eighths are in use in the slot that `address` is in: a bit for each. */
export function slotMap(memory: ShardMemory, address: number): number {
  return memory.bytes[memory.mapBias + (address >> SLOT_SHIFT)]!;
}

/** Whether the eighth at `address` is in use. Those of a slot that was never used are not. */
export function isUsed(memory: ShardMemory, address: number): boolean {
  return (slotMap(memory, address) >>> (address & SLOT_MASK) & 1) !== 0;
}

function pushRun(words: Int32Array, address: number, eighths: number): void {
  const head = SHARD_FREE_RUNS + eighths;
  const next = words[head]!;
  const at = address << EIGHTH_WORD_SHIFT;
  words[at + FREE_NEXT] = next;
  words[at + FREE_PREVIOUS] = 0;
  if (next !== 0) words[(next << EIGHTH_WORD_SHIFT) + FREE_PREVIOUS] = address;
  words[head] = address;
}

function unlinkRun(words: Int32Array, address: number, eighths: number): void {
  const at = address << EIGHTH_WORD_SHIFT;
  const next = words[at + FREE_NEXT]! & ADDRESS_MASK;
  const previous = words[at + FREE_PREVIOUS]! & ADDRESS_MASK;
  if (previous === 0) words[SHARD_FREE_RUNS + eighths] = next;
  else words[(previous << EIGHTH_WORD_SHIFT) + FREE_NEXT] = next;
  if (next !== 0) words[(next << EIGHTH_WORD_SHIFT) + FREE_PREVIOUS] = previous;
}
