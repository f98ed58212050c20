// The chain of pieces of one item: frees it, or cuts it down to fewer bytes.
// Never allocates, so it never evicts; allocation.ts does both.

import * as layout from "./layout.ts";
import { ownEighths } from "./item.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { freePieceLocked, linkEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  ITEM_NEXT,
  ITEM_OLDER,
  LINK_BYTES,
  LINK_LAST,
  LINK_LENGTH_MASK,
  LINK_LENGTH_SHIFT,
  OWN_LENGTH_MASK,
  OWN_LENGTH_SHIFT,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  SLOT_EIGHTHS,
} = layout;

/** Frees every piece of the item at `address`. Returns how many eighths that were. */
export function freeChainLocked(memory: ShardMemory, address: number): number {
  const next = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEXT]!;
  const own = ownEighths(memory, address);
  const further = next === 0 ? 0 : freeFurtherLocked(memory, next);
  freePieceLocked(memory, address, own);
  return own + further;
}

/** Frees the pieces from the one behind `link` to the last. Returns how many eighths. */
function freeFurtherLocked(memory: ShardMemory, link: number): number {
  let eighths = 0;
  let current = link;
  for (;;) {
    const address = current & ADDRESS_MASK;
    const length = linkEighths(current);
    const next = memory.words[address << EIGHTH_WORD_SHIFT]!;
    freePieceLocked(memory, address, length);
    eighths += length;
    if ((next & LINK_LAST) !== 0) return eighths;
    current = next;
  }
}

/** Sets the stored length of the item's first piece. */
export function setOwnEighths(memory: ShardMemory, address: number, eighths: number): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_OLDER;
  memory.words[at] = (memory.words[at]! & ~OWN_LENGTH_MASK) | ((eighths - 1) << OWN_LENGTH_SHIFT);
}

/** Sets the length stored in the link at word `at`, leaving where it points. */
export function setLinkEighths(memory: ShardMemory, at: number, eighths: number): void {
  const mask = LINK_LENGTH_MASK << LINK_LENGTH_SHIFT;
  memory.words[at] = (memory.words[at]! & ~mask) | ((eighths - 1) << LINK_LENGTH_SHIFT);
}

/** Where a walk along a chain ended; one object per thread, filled by {@linkcode cutChainLocked}. */
export class ChainEnd {
  /** The item's first piece. */
  item = 0;
  /** Eighths freed by the cut. */
  freedEighths = 0;
  /** Bytes that the chain is too short by; 0 when the item fits. */
  missingBytes = 0;
  /** The last piece: its address, its eighths, the word of its own link. */
  address = 0;
  eighths = 0;
  linkWord = 0;
  /** Word of the link that leads to the last piece, or 0 when that is the first. */
  leadWord = 0;
}

/**
 * Walks the chain of the item at `address` and frees what lies behind the end of the walk. The walk
 * ends when `bytes` bytes (header included) are placed, or at a piece shorter than a slot. So the rest
 * is the start of a chain with the fewest pieces. Where it is too short, `end` says where to go on.
 */
export function cutChainLocked(
  memory: ShardMemory,
  address: number,
  bytes: number,
  end: ChainEnd,
): void {
  const words = memory.words;
  end.item = address;
  end.freedEighths = 0;
  end.missingBytes = 0;
  end.address = address;
  end.eighths = ownEighths(memory, address);
  end.linkWord = (address << EIGHTH_WORD_SHIFT) + ITEM_NEXT;
  end.leadWord = 0;
  let left = bytes;
  let linkBytes = 0;
  for (;;) {
    const next = words[end.linkWord]!;
    const isLast = next === 0 || (next & LINK_LAST) !== 0;
    const space = (end.eighths << EIGHTH_BYTE_SHIFT) - linkBytes;
    if (left <= space || isLast || end.eighths < SLOT_EIGHTHS) {
      if (!isLast) end.freedEighths += freeFurtherLocked(memory, next);
      words[end.linkWord] = end.leadWord === 0 ? 0 : LINK_LAST | address;
      if (left > space) end.missingBytes = left - space;
      else trimLast(memory, end, left, Math.ceil((left + linkBytes) / EIGHTH_BYTES));
      return;
    }
    left -= space;
    end.leadWord = end.linkWord;
    end.address = next & ADDRESS_MASK;
    end.eighths = linkEighths(next);
    end.linkWord = end.address << EIGHTH_WORD_SHIFT;
    linkBytes = LINK_BYTES;
  }
}

/**
 * Frees what the last piece has too much: it gets `left` bytes, which need `eighths` eighths.
 * A whole slot is freed entirely, so that a run that is already short can end the chain. Cutting
 * short runs from whole slots would fragment the slab under many overwrites.
 */
function trimLast(memory: ShardMemory, end: ChainEnd, left: number, eighths: number): void {
  const spare = end.eighths - eighths;
  if (spare === 0) return;
  if (end.leadWord === 0 || end.eighths < SLOT_EIGHTHS) {
    freePieceLocked(memory, end.address + eighths, spare);
    end.freedEighths += spare;
    setEndEighths(memory, end, eighths);
    return;
  }
  freePieceLocked(memory, end.address, end.eighths);
  end.freedEighths += end.eighths;
  end.missingBytes = left;
  end.eighths = SLOT_EIGHTHS;
  end.linkWord = end.leadWord;
}

/** Sets the stored length of the last piece to `eighths` eighths. */
export function setEndEighths(memory: ShardMemory, end: ChainEnd, eighths: number): void {
  end.eighths = eighths;
  if (end.leadWord === 0) setOwnEighths(memory, end.address, eighths);
  else setLinkEighths(memory, end.leadWord, eighths);
}
