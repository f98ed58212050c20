// What is gone, but still owns slots: to free those of a large item at once would hold the lock too long. Such an item
// keeps its first piece, in a list of its shard, until the rest is free. Who needs space takes it from here before
// anything is evicted; main frees the rest by and by.
//
// A grave looks like a further piece whose chain names no item, so it stays where it is when others make room.

import { shrinkBytesLocked } from "./bytes/blocks.ts";
import { freeChainLocked } from "./chain.ts";
import { Descriptor, DESCRIPTOR_BYTES } from "./trees/descriptor.ts";
import { shrinkTreesLocked } from "./trees/shrink.ts";
import { hasMembers, typeOf } from "./item_types.ts";
import * as layout from "./layout.ts";
import { ringEighthsWord, ringOf } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { freePieceLocked, pieceEighths, takePieceLocked } from "./slab.ts";

const {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  ITEM_HEADER_BYTES,
  ITEM_NEWER,
  ITEM_OLDER,
  ITEM_SIZES,
  LENGTH_MASK,
  LENGTH_SHIFT,
  PIECE_FURTHER,
  PIECE_LAST,
  SHARD_GRAVES,
} = layout;

/** Slots that are freed at once when an item goes: most own no more. */
const SLOTS_AT_ONCE = 32;
/** Slots that are freed in one step. */
const SLOTS_OF_STEP = 256;
/** Eighths of a grave for what an item owned that stays. */
const GRAVE_EIGHTHS = Math.ceil((ITEM_HEADER_BYTES + DESCRIPTOR_BYTES) / EIGHTH_BYTES);

/** Frees what the indirect item at `address` owns, and the item; perhaps later. It is in no bucket and ring any more. */
export function buryLocked(memory: ShardMemory, address: number): void {
  const { words } = memory;
  const at = address << EIGHTH_WORD_SHIFT;
  words[at + ITEM_NEWER] = (words[at + ITEM_NEWER]! & ~ADDRESS_MASK) | PIECE_FURTHER | PIECE_LAST;
  words[at + ITEM_OLDER] = (words[at + ITEM_OLDER]! & ~ADDRESS_MASK) | words[SHARD_GRAVES]!;
  words[SHARD_GRAVES] = address;
  shrinkFirst(memory, SLOTS_AT_ONCE);
}

/** Frees what the indirect item at `address` owns, perhaps later. Its value has to be written anew. */
export function buryContentsLocked(memory: ShardMemory, address: number): void {
  const { words } = memory;
  const descriptor = new Descriptor();
  descriptor.read(memory, address);
  words[ringEighthsWord(ringOf(memory, address))]! -= descriptor.eighths;
  const piece = takePieceLocked(memory, GRAVE_EIGHTHS);
  if (piece === 0 || pieceEighths(piece) < GRAVE_EIGHTHS) {
    if (piece !== 0) freePieceLocked(memory, piece & ADDRESS_MASK, pieceEighths(piece));
    shrink(memory, address, Infinity);
    return;
  }
  const grave = piece & ADDRESS_MASK;
  const at = grave << EIGHTH_WORD_SHIFT;
  words[at + ITEM_NEWER] = piece & (LENGTH_MASK << LENGTH_SHIFT);
  words[at + ITEM_OLDER] = 0;
  words[at + ITEM_SIZES] = words[(address << EIGHTH_WORD_SHIFT) + ITEM_SIZES]!;
  memory.bytes.set(
    descriptor.bytes.subarray(0, DESCRIPTOR_BYTES),
    (grave << EIGHTH_BYTE_SHIFT) + ITEM_HEADER_BYTES,
  );
  buryLocked(memory, grave);
}

/** Frees some slots of items that are gone. Returns false where there are none. */
export function shrinkGravesLocked(memory: ShardMemory): boolean {
  if (memory.words[SHARD_GRAVES] === 0) return false;
  shrinkFirst(memory, SLOTS_OF_STEP);
  return true;
}

function shrinkFirst(memory: ShardMemory, slots: number): void {
  const { words } = memory;
  const address = words[SHARD_GRAVES]!;
  if (!shrink(memory, address, slots)) return;
  words[SHARD_GRAVES] = words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! & ADDRESS_MASK;
  freeChainLocked(memory, address);
}

/** Frees about `slots` slots of what the item at `address` owns. Returns whether that was all. */
function shrink(memory: ShardMemory, address: number, slots: number): boolean {
  const type = typeOf(memory, address);
  if (!hasMembers(type)) return shrinkBytesLocked(memory, address, slots);
  const descriptor = new Descriptor();
  descriptor.read(memory, address);
  const isDone = shrinkTreesLocked(memory, type, descriptor, slots);
  descriptor.write(memory, address);
  return isDone;
}
