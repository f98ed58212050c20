// Byte objects as they lie in a shard (block_layout.ts): finds their slots, reads their bytes, frees what they own.
// Takes no space, so it never evicts: byte_view.ts does.

import { copyBytes } from "../copy.ts";
import { readValueWord, writeValueWord } from "../item.ts";
import * as itemLayout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { freePieceLocked } from "../slab.ts";
import * as layout from "./block_layout.ts";

const { ADDRESS_MASK, EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, SLOT_BYTES, SLOT_EIGHTHS } = itemLayout;
const {
  BLOCK_MASK,
  BLOCK_SHIFT,
  BLOCKS_EIGHTHS,
  BLOCKS_LENGTH,
  BLOCKS_ROOT,
  FANOUT,
  FANOUT_MASK,
  FANOUT_SHIFT,
  LEVELS_MASK,
  LEVELS_SHIFT,
} = layout;

/** Bytes of the value of the byte object at `address`. */
export function blocksLength(memory: ShardMemory, address: number): number {
  return readValueWord(memory, address, BLOCKS_LENGTH);
}

/** The word with its root and levels. */
export function blocksRoot(memory: ShardMemory, address: number): number {
  return readValueWord(memory, address, BLOCKS_ROOT);
}

/** How many slots it has, those of addresses included. */
export function blocksSlots(memory: ShardMemory, address: number): number {
  return readValueWord(memory, address, BLOCKS_EIGHTHS) / SLOT_EIGHTHS;
}

/** Address of slot number `index` below this root, or 0 where there is a hole. */
export function slotAt(memory: ShardMemory, root: number, index: number): number {
  let shift = ((root >>> LEVELS_SHIFT) & LEVELS_MASK) * FANOUT_SHIFT;
  if (index >>> shift !== 0) return 0;
  const { words } = memory;
  let slot = root & ADDRESS_MASK;
  while (shift > 0 && slot !== 0) {
    shift -= FANOUT_SHIFT;
    slot = words[(slot << EIGHTH_WORD_SHIFT) + ((index >>> shift) & FANOUT_MASK)]!;
  }
  return slot;
}

/** Copies `length` bytes of what is below this root to `to`, from byte `from` on. */
export function readBlocks(
  memory: ShardMemory,
  root: number,
  from: number,
  length: number,
  to: Uint8Array,
  toStart: number,
): void {
  const { bytes } = memory;
  for (let done = 0; done < length;) {
    const place = (from + done) & BLOCK_MASK;
    const left = length - done;
    const here = left < SLOT_BYTES - place ? left : SLOT_BYTES - place;
    const slot = slotAt(memory, root, (from + done) >>> BLOCK_SHIFT);
    const at = toStart + done;
    if (slot === 0) to.fill(0, at, at + here);
    else copyBytes(bytes, (slot << EIGHTH_BYTE_SHIFT) + place, to, at, here);
    done += here;
  }
}

/** Copies the value of the byte object at `address`, or a part of it. */
export function readBlocksOf(
  memory: ShardMemory,
  address: number,
  from: number,
  length: number,
  to: Uint8Array,
  toStart: number,
): void {
  if (length > MANY_BYTES) memory.region.beginLong();
  readBlocks(memory, blocksRoot(memory, address), from, length, to, toStart);
}

/** To copy more bytes than this may take long. */
const MANY_BYTES = 64 * 1024;

function freeSlot(memory: ShardMemory, slot: number): void {
  freePieceLocked(memory, slot, SLOT_EIGHTHS);
}

/** Place of the last address in the slot at `slot`, from 0; or -1 where there is none. */
function lastPlace({ words }: ShardMemory, slot: number): number {
  const start = slot << EIGHTH_WORD_SHIFT;
  let place = FANOUT - 1;
  while (place >= 0 && words[start + place] === 0) place--;
  return place;
}

/**
 * Frees about `slots` slots of the byte object at `address`, from its end, or all that it has. Nothing else may be
 * done with it from then on. Returns whether it has none left.
 */
export function shrinkBytesLocked(memory: ShardMemory, address: number, slots: number): boolean {
  const { words } = memory;
  const root = blocksRoot(memory, address);
  const levels = (root >>> LEVELS_SHIFT) & LEVELS_MASK;
  let top = root & ADDRESS_MASK;
  let freed = 0;
  while (top !== 0 && freed < slots) {
    let map = top;
    let lead = 0;
    for (let level = levels; level > 1; level--) {
      const place = lastPlace(memory, map);
      if (place < 0) break;
      lead = (map << EIGHTH_WORD_SHIFT) + place;
      map = words[lead]!;
      if (level === 2) freed += freeAddresses(memory, map);
    }
    if (levels === 1) freed += freeAddresses(memory, map);
    freeSlot(memory, map);
    freed++;
    if (lead === 0) top = 0;
    else words[lead] = 0;
  }
  const eighths = readValueWord(memory, address, BLOCKS_EIGHTHS) - freed * SLOT_EIGHTHS;
  writeValueWord(memory, address, BLOCKS_EIGHTHS, eighths);
  writeValueWord(memory, address, BLOCKS_ROOT, (root & ~ADDRESS_MASK) | top);
  return top === 0;
}

/** Frees the slots with bytes that the slot at `map` leads to. Returns how many. */
function freeAddresses(memory: ShardMemory, map: number): number {
  const { words } = memory;
  const start = map << EIGHTH_WORD_SHIFT;
  let freed = 0;
  for (let at = start; at < start + FANOUT; at++) {
    const slot = words[at]!;
    if (slot === 0) continue;
    freeSlot(memory, slot);
    words[at] = 0;
    freed++;
  }
  return freed;
}

/**
 * Frees the slots below the slot of addresses at `map`, of so many levels, from number `keep` of those with bytes on.
 * Slots of addresses that are then empty stay, but for those behind `keep`. Returns how many.
 */
export function cutBlocks(memory: ShardMemory, map: number, levels: number, keep: number): number {
  const { words } = memory;
  const start = map << EIGHTH_WORD_SHIFT;
  const shift = (levels - 1) * FANOUT_SHIFT;
  let freed = 0;
  for (let place = keep >>> shift; place < FANOUT; place++) {
    const child = words[start + place]!;
    if (child === 0) continue;
    const first = place << shift;
    const keepHere = keep > first ? keep - first : 0;
    if (levels > 1) freed += cutBlocks(memory, child, levels - 1, keepHere);
    if (keepHere > 0) continue;
    freeSlot(memory, child);
    words[start + place] = 0;
    freed++;
  }
  return freed;
}
