// Moves one piece of an item to a short free run elsewhere, and changes whatever names it: the piece before
// it in its chain, or for an item's first piece its bucket, its neighbours in the ring and its last piece.
// Expects chains that are whole: nothing may move while an item is being built.

import { beginChangeLocked } from "./change_mark.ts";
import * as layout from "./layout.ts";
import { linkWord } from "./item_header.ts";
import { hashOfItem } from "./item_hash.ts";
import { moveInRingLocked } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { takeShortPieceLocked } from "./slab.ts";
import { bucketOfItemLocked, fillBucketLocked } from "./table.ts";

const {
  ADDRESS_MASK,
  EIGHTH_WORD_SHIFT,
  ITEM_CHAINED,
  ITEM_NEWER,
  PIECE_FURTHER,
  PIECE_LAST,
} = layout;

/** Pieces of longer chains stay where they are: to find what names them would take too long. */
const MAX_CHAIN_STEPS = 32;

/**
 * Moves the piece at `from`, of `eighths` eighths, to the tightest run that is no whole slot. Leaves its old
 * eighths in use; the caller frees them. Returns false where nothing has changed: there is no such run, the
 * chain is long, or it is a piece of the pinned item.
 */
export function movePieceLocked(memory: ShardMemory, from: number, eighths: number): boolean {
  beginChangeLocked(memory);
  const word = memory.words[from << EIGHTH_WORD_SHIFT]!;
  return (word & PIECE_FURTHER) === 0
    ? moveFirst(memory, from, eighths)
    : moveFurther(memory, from, eighths);
}

/**
 * Address of the item that the piece at `address` is part of, or 0 if its chain goes on for more than
 * `maxSteps` pieces behind it.
 */
export function ownerLocked(memory: ShardMemory, address: number, maxSteps: number): number {
  const { words } = memory;
  if ((words[address << EIGHTH_WORD_SHIFT]! & PIECE_FURTHER) === 0) return address;
  const last = lastWord(memory, address, maxSteps);
  return last === 0 ? 0 : words[last]! & ADDRESS_MASK;
}

/** After the header of an item has been copied from `from` to `to`: bucket and ring name it there. */
export function renameItemLocked(
  memory: ShardMemory,
  hash: number,
  from: number,
  to: number,
): void {
  fillBucketLocked(memory, bucketOfItemLocked(memory, hash, from), hash, to);
  moveInRingLocked(memory, from, to);
}

function moveFirst(memory: ShardMemory, from: number, eighths: number): boolean {
  if (from === memory.pinned) return false;
  const { words } = memory;
  let last = 0;
  if ((words[(from << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ITEM_CHAINED) !== 0) {
    last = lastWord(memory, words[linkWord(memory, from)]! & ADDRESS_MASK, MAX_CHAIN_STEPS);
    if (last === 0) return false;
  }
  const to = takeShortPieceLocked(memory, eighths);
  if (to === 0) return false;
  const hash = hashOfItem(memory, from);
  copyPiece(words, from, to, eighths);
  if (last !== 0) words[last] = (words[last]! & ~ADDRESS_MASK) | to;
  renameItemLocked(memory, hash, from, to);
  return true;
}

function moveFurther(memory: ShardMemory, from: number, eighths: number): boolean {
  const { words } = memory;
  const item = ownerLocked(memory, from, MAX_CHAIN_STEPS);
  if (item === 0 || item === memory.pinned) return false;
  const lead = leadWord(memory, item, from);
  if (lead === 0) return false;
  const to = takeShortPieceLocked(memory, eighths);
  if (to === 0) return false;
  copyPiece(words, from, to, eighths);
  words[lead] = (words[lead]! & ~ADDRESS_MASK) | to;
  return true;
}

function copyPiece(words: Int32Array, from: number, to: number, eighths: number): void {
  const shift = (to - from) << EIGHTH_WORD_SHIFT;
  const end = (from + eighths) << EIGHTH_WORD_SHIFT;
  for (let at = from << EIGHTH_WORD_SHIFT; at < end; at++) words[at + shift] = words[at]!;
}

/** First word of the last piece of the chain that the further piece at `address` is in, or 0. */
function lastWord(memory: ShardMemory, address: number, maxSteps: number): number {
  const { words } = memory;
  let at = address << EIGHTH_WORD_SHIFT;
  for (let step = 0; step <= maxSteps; step++) {
    const word = words[at]!;
    if ((word & PIECE_LAST) !== 0) return at;
    at = (word & ADDRESS_MASK) << EIGHTH_WORD_SHIFT;
  }
  return 0;
}

/** Word with the address of the further piece at `piece`, which is one of the item's; or 0. */
function leadWord(memory: ShardMemory, item: number, piece: number): number {
  const { words } = memory;
  let at = linkWord(memory, item);
  for (let step = 0; step <= MAX_CHAIN_STEPS; step++) {
    const next = words[at]! & ADDRESS_MASK;
    if (next === piece) return at;
    at = next << EIGHTH_WORD_SHIFT;
  }
  return 0;
}
