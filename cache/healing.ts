// Whole slots, where free space is in short runs only. A slot of which little is in use is emptied: its
// pieces move into short runs elsewhere. Without this a slab that a load has fragmented stays so, because
// items that were broken up leave short runs, which break up the next ones (bench/engine/healing.ts).
// An operation moves few pieces, and after a vain attempt some operations do not try.

import * as layout from "./layout.ts";
import { evictItemLocked, freeSomeLocked } from "./clock.ts";
import { isExpired } from "./member_deadlines.ts";
import { movePieceLocked, ownerLocked } from "./moving.ts";
import type { ShardMemory } from "./shard_memory.ts";
import {
  linkSlotRunsLocked,
  pieceEighths,
  releaseLocked,
  slotMap,
  takePieceLocked,
  unlinkSlotRunsLocked,
} from "./slab.ts";

const {
  ADDRESS_MASK,
  EIGHTH_WORD_SHIFT,
  FREE_NEXT,
  PIECE_FURTHER,
  SHARD_BUMP,
  SHARD_END,
  SHARD_FREE_RUNS,
  SLOT_EIGHTHS,
  SLOT_MASK,
  SLOT_SHIFT,
  WORD_BITS,
} = layout;

/** An operation begins no further slot after so many moves, so it makes no more slots than this. */
const MAX_MOVES = 16;
/** Most eighths in use of a slot that is worth emptying. With 4 or 5 too few slots qualify after tiny items. */
const MAX_USED = 6;
/** Runs of each length that are looked at. */
const TRIES = 2;
/** Most operations that do not try after a vain attempt: one more each time, none after a success. */
const MAX_PAUSE = 127;

/**
 * Sees to it that as many whole slots are free as an item of `eighths` eighths wants, as far as a few moves
 * of pieces can. Evicts nothing.
 */
export function makeSlotsLocked(memory: ShardMemory, eighths: number): void {
  const { words } = memory;
  if (eighths < SLOT_EIGHTHS || words[SHARD_BUMP]! < words[SHARD_END]!) return;
  const wanted = Math.min(eighths >> SLOT_SHIFT, MAX_MOVES);
  let slots = 0;
  for (let run = words[SHARD_FREE_RUNS + SLOT_EIGHTHS]!; run !== 0;) {
    if (++slots >= wanted) return;
    run = words[(run << EIGHTH_WORD_SHIFT) + FREE_NEXT]!;
  }
  if (memory.healingRest > 0) memory.healingRest--;
  else emptySlots(memory, wanted - slots);
}

/** Empties up to `wanted` slots by moving pieces. One may be tried in vain. */
function emptySlots(memory: ShardMemory, wanted: number): void {
  let made = 0;
  let vain = 0;
  for (let moves = 0; made < wanted && moves < MAX_MOVES;) {
    const slot = slotToEmpty(memory, vain);
    if (slot === 0) break;
    const moved = moveAll(memory, slot);
    if (moved > 0) {
      made++;
      moves += moved;
    } else if (vain === 0) vain = slot;
    else break;
  }
  memory.healingPause = made > 0 ? 0 : Math.min(memory.healingPause + 1, MAX_PAUSE);
  memory.healingRest = memory.healingPause;
}

/** The slot but `except` with the fewest eighths in use among the first runs of each length, or 0. */
function slotToEmpty(memory: ShardMemory, except: number): number {
  const { words } = memory;
  let best = 0;
  let fewest = MAX_USED + 1;
  for (let length = SLOT_EIGHTHS - 1; length >= SLOT_EIGHTHS - MAX_USED; length--) {
    // Slots with shorter runs hardly ever have fewer eighths in use than this.
    if (fewest < SLOT_EIGHTHS - length) break;
    let run = words[SHARD_FREE_RUNS + length]!;
    for (let i = 0; run !== 0 && i < TRIES; i++) {
      const used = bitCount(slotMap(memory, run));
      if (used < fewest && (run & ~SLOT_MASK) !== except) {
        best = run & ~SLOT_MASK;
        fewest = used;
      }
      run = words[(run << EIGHTH_WORD_SHIFT) + FREE_NEXT]!;
    }
  }
  return best;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Address of the first piece in a slot of which something is in use. */
function firstPiece(memory: ShardMemory, slot: number): number {
  const used = slotMap(memory, slot);
  return slot + WORD_BITS - 1 - Math.clz32(used & -used);
}

/** Moves all pieces out of a slot. Returns how many, or 0 if one could not be moved. */
function moveAll(memory: ShardMemory, slot: number): number {
  let moves = 0;
  unlinkSlotRunsLocked(memory, slot);
  while (moveFirstPiece(memory, slot)) moves++;
  linkSlotRunsLocked(memory, slot);
  return slotMap(memory, slot) === 0 ? moves : 0;
}

/** Moves the first piece of a slot whose runs are in no list. Returns false if it stays, or none is left. */
function moveFirstPiece(memory: ShardMemory, slot: number): boolean {
  if (slotMap(memory, slot) === 0) return false;
  const piece = firstPiece(memory, slot);
  const length = pieceEighths(memory.words[piece << EIGHTH_WORD_SHIFT]!);
  if (!movePieceLocked(memory, piece, length)) return false;
  releaseLocked(memory, piece, length);
  return true;
}

/**
 * Takes a whole slot, which is possible at any time: a free one, or one whose pieces can move, or one from
 * which the items that stay are evicted. Those are at most eight besides the one that the clock chose, since
 * each has at least an eighth of the slot. Chains must be whole; the pinned item stays as it is. Returns
 * the slot's address, or 0 when the pinned item has a piece in every slot.
 */
export function takeSlotLocked(memory: ShardMemory): number {
  if (!hasSlot(memory)) emptySlots(memory, 1);
  while (!hasSlot(memory)) {
    if (!freeSomeLocked(memory)) return 0;
    if (!hasSlot(memory)) clearSomeSlot(memory);
  }
  return takePieceLocked(memory, SLOT_EIGHTHS) & ADDRESS_MASK;
}

function hasSlot({ words }: ShardMemory): boolean {
  return words[SHARD_FREE_RUNS + SLOT_EIGHTHS] !== 0 || words[SHARD_BUMP]! < words[SHARD_END]!;
}

/**
 * Clears a slot, the better the longer its free run is. What has just been evicted is at the head of a list,
 * so there is one, unless each of those looked at is shared with the pinned item.
 */
function clearSomeSlot(memory: ShardMemory): void {
  const { words } = memory;
  for (let length = SLOT_EIGHTHS - 1; length >= 1; length--) {
    let run = words[SHARD_FREE_RUNS + length]!;
    for (let i = 0; run !== 0 && i < TRIES; i++) {
      if (clearSlot(memory, run & ~SLOT_MASK)) return;
      run = words[(run << EIGHTH_WORD_SHIFT) + FREE_NEXT]!;
    }
  }
}

/** Moves or evicts what is in a slot. Returns false if something there has to stay. */
function clearSlot(memory: ShardMemory, slot: number): boolean {
  if (memory.pinned !== 0 && hasPinned(memory, slot)) return false;
  while (slotMap(memory, slot) !== 0) {
    if (moveAll(memory, slot) !== 0) break;
    const item = ownerLocked(memory, firstPiece(memory, slot), Infinity);
    // A long member of a collection, or of an item that is gone: it stays.
    if (item === 0 || (memory.words[item << EIGHTH_WORD_SHIFT]! & PIECE_FURTHER) !== 0) {
      return false;
    }
    evictItemLocked(memory, item, isExpired(memory, item));
  }
  return true;
}

function hasPinned(memory: ShardMemory, slot: number): boolean {
  const used = slotMap(memory, slot);
  for (let place = 0; place < SLOT_EIGHTHS;) {
    if ((used >>> place & 1) === 0) place++;
    else {
      if (ownerLocked(memory, slot + place, Infinity) === memory.pinned) return true;
      place += pieceEighths(memory.words[(slot + place) << EIGHTH_WORD_SHIFT]!);
    }
  }
  return false;
}
