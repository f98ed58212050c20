// The chain of pieces of one item: frees it, or cuts it down to fewer bytes.
// Never allocates, so it never evicts; allocation.ts does both.

import * as layout from "./layout.ts";
import { linkWord } from "./item_header.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { freePieceLocked, pieceEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  ITEM_CHAINED,
  ITEM_NEWER,
  LENGTH_MASK,
  LENGTH_SHIFT,
  LINK_BYTES,
  PIECE_LAST,
  SLOT_BYTES,
  SLOT_EIGHTHS,
} = layout;

/** Frees every piece of the item at `address`. Returns how many eighths that were. */
export function freeChainLocked(memory: ShardMemory, address: number): number {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const own = pieceEighths(first);
  const further = (first & ITEM_CHAINED) === 0
    ? 0
    : freeFurtherLocked(memory, memory.words[linkWord(memory, address)]! & ADDRESS_MASK);
  freePieceLocked(memory, address, own);
  return own + further;
}

/** Frees the further pieces from that at `address` to the last. Returns how many eighths. */
export function freeFurtherLocked(memory: ShardMemory, address: number): number {
  let eighths = 0;
  let piece = address;
  for (;;) {
    const word = memory.words[piece << EIGHTH_WORD_SHIFT]!;
    const length = pieceEighths(word);
    freePieceLocked(memory, piece, length);
    eighths += length;
    if ((word & PIECE_LAST) !== 0) return eighths;
    piece = word & ADDRESS_MASK;
  }
}

/** Sets the stored length of the piece at `address`. */
export function setPieceEighths(memory: ShardMemory, address: number, eighths: number): void {
  const at = address << EIGHTH_WORD_SHIFT;
  const rest = memory.words[at]! & ~(LENGTH_MASK << LENGTH_SHIFT);
  memory.words[at] = rest | ((eighths - 1) << LENGTH_SHIFT);
}

/** Where a walk along a chain ended; one object per thread, filled by {@linkcode cutChainLocked}. */
export class ChainEnd {
  /** The item's first piece. */
  item = 0;
  /** Eighths freed by the cut. */
  freedEighths = 0;
  /** Bytes that the chain is too short by; 0 when the item fits. */
  missingBytes = 0;
  /** The last piece: its address, its eighths. */
  address = 0;
  eighths = 0;
  /** Word with the address of the last piece, or 0 when that is the first. */
  leadWord = 0;
  /** Word that is to get the address of a piece behind the last; none as long as the item is one piece. */
  tailWord = 0;
}

/**
 * Walks the chain of the item at `address` and frees what lies behind the end of the walk. The walk
 * ends when `bytes` bytes are placed (header included, but no link), or at a piece shorter than a slot.
 * So the rest is the start of a chain with the fewest pieces. Where it is too short, `end` says where to
 * go on.
 */
export function cutChainLocked(
  memory: ShardMemory,
  address: number,
  bytes: number,
  end: ChainEnd,
): void {
  const words = memory.words;
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  const own = pieceEighths(words[at]!);
  end.item = address;
  end.freedEighths = 0;
  end.missingBytes = 0;
  end.address = address;
  end.eighths = own;
  end.leadWord = 0;
  end.tailWord = 0;
  const isChained = (words[at]! & ITEM_CHAINED) !== 0;
  const space = own << EIGHTH_BYTE_SHIFT;
  if (isChained && bytes > space && own === SLOT_EIGHTHS) {
    cutFurther(memory, bytes + LINK_BYTES - SLOT_BYTES, end);
    return;
  }
  if (isChained) {
    const next = words[linkWord(memory, address)]! & ADDRESS_MASK;
    end.freedEighths = freeFurtherLocked(memory, next);
    words[at]! &= ~ITEM_CHAINED;
  }
  if (bytes > space) end.missingBytes = bytes - space;
  else trimLast(memory, end, Math.ceil(bytes / EIGHTH_BYTES));
}

/** Goes on behind a first piece that is a whole slot: `left` bytes belong into further pieces. */
function cutFurther(memory: ShardMemory, left: number, end: ChainEnd): void {
  const words = memory.words;
  end.tailWord = linkWord(memory, end.item);
  for (;;) {
    end.leadWord = end.tailWord;
    end.address = words[end.leadWord]! & ADDRESS_MASK;
    end.tailWord = end.address << EIGHTH_WORD_SHIFT;
    const word = words[end.tailWord]!;
    end.eighths = pieceEighths(word);
    const isLast = (word & PIECE_LAST) !== 0;
    const space = (end.eighths << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
    if (left <= space || isLast || end.eighths < SLOT_EIGHTHS) {
      if (!isLast) {
        end.freedEighths += freeFurtherLocked(memory, word & ADDRESS_MASK);
        words[end.tailWord] = (word & ~ADDRESS_MASK) | PIECE_LAST | end.item;
      }
      if (left > space) end.missingBytes = left - space;
      else trimFurther(memory, end, left);
      return;
    }
    left -= space;
  }
}

/** Frees what the last piece has more than `eighths` eighths. */
function trimLast(memory: ShardMemory, end: ChainEnd, eighths: number): void {
  const spare = end.eighths - eighths;
  if (spare === 0) return;
  freePieceLocked(memory, end.address + eighths, spare);
  end.freedEighths += spare;
  setEndEighths(memory, end, eighths);
}

/**
 * Frees what the last piece, a further one, has too much for `left` bytes. A whole slot is freed
 * entirely, so that a run that is already short can end the chain. Cutting short runs from whole slots
 * would fragment the slab under many overwrites.
 */
function trimFurther(memory: ShardMemory, end: ChainEnd, left: number): void {
  const eighths = Math.ceil((left + LINK_BYTES) / EIGHTH_BYTES);
  if (end.eighths < SLOT_EIGHTHS || eighths === SLOT_EIGHTHS) {
    trimLast(memory, end, eighths);
    return;
  }
  freePieceLocked(memory, end.address, end.eighths);
  end.freedEighths += end.eighths;
  end.missingBytes = left;
  end.tailWord = end.leadWord;
}

/** Sets the stored length of the last piece to `eighths` eighths. */
export function setEndEighths(memory: ShardMemory, end: ChainEnd, eighths: number): void {
  end.eighths = eighths;
  setPieceEighths(memory, end.address, eighths);
}
