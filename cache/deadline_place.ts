// Makes a place for a deadline in the header of an item that has none: EXPIRE and its kin. Key and value
// move on by a word, along all pieces. The item stays where it is; its last piece may grow.

import * as layout from "./layout.ts";
import { takeOrEvictLocked } from "./allocation.ts";
import { setPieceEighths } from "./chain.ts";
import { headerBytes, keyBytesOf, linkWord, valueBytesOf } from "./item_header.ts";
import { resizeInRingLocked } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { extendPieceLocked, pieceEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  DEADLINE_BYTES,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  FLAGS_BYTES,
  ITEM_CHAINED,
  ITEM_HAS_DEADLINE,
  ITEM_HAS_FLAGS,
  ITEM_NEWER,
  LENGTH_MASK,
  LENGTH_SHIFT,
  LINK_BYTES,
  MAX_HEADER_BYTES,
  PIECE_FURTHER,
  PIECE_LAST,
} = layout;

/**
 * Gives the item at `address`, which has none, a place for a deadline; {@linkcode stampItem} has to fill
 * it. Evicts others where the item has to grow and nothing is free.
 */
export function addDeadlinePlaceLocked(memory: ShardMemory, address: number): void {
  const words = memory.words;
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  const isChained = (words[at]! & ITEM_CHAINED) !== 0;
  let link = isChained ? words[linkWord(memory, address)]! : 0;
  const added = growByWord(memory, address, link);
  const first = words[at]!;
  // What a client has stored as flags moves with the key.
  const flagsBytes = (first & ITEM_HAS_FLAGS) === 0 ? 0 : FLAGS_BYTES;
  const payloadBytes = flagsBytes + keyBytesOf(memory, address) + valueBytesOf(memory, address);
  let flags = first | ITEM_HAS_DEADLINE;
  if (added !== 0 && !isChained) {
    flags |= ITEM_CHAINED;
    link = added;
  }
  const start = address << EIGHTH_BYTE_SHIFT;
  const end = start + (pieceEighths(first) << EIGHTH_BYTE_SHIFT);
  const from = start + headerBytes(first) - flagsBytes;
  const to = start + headerBytes(flags) - flagsBytes;
  const here = Math.min(payloadBytes, end - from);
  const over = Math.max(0, to + here - end);
  for (let i = 0; i < over; i++) memory.carried[i] = memory.bytes[from + here - over + i]!;
  memory.bytes.copyWithin(to, from, from + here - over);
  words[at] = flags;
  if (link !== 0) words[linkWord(memory, address)] = link;
  shiftFurther(memory, link, over, payloadBytes - here);
}

/** Moves `left` bytes of the pieces from that at `link` on by `over` bytes, with those carried before them. */
function shiftFurther(memory: ShardMemory, link: number, over: number, left: number): void {
  const { words, bytes, carried } = memory;
  let piece = link;
  let carry = over;
  let rest = left;
  while (carry > 0) {
    const address = piece & ADDRESS_MASK;
    piece = words[address << EIGHTH_WORD_SHIFT]!;
    const from = (address << EIGHTH_BYTE_SHIFT) + LINK_BYTES;
    const space = (pieceEighths(piece) << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
    const here = Math.min(rest, space);
    const next = Math.max(0, carry + here - space);
    for (let i = 0; i < next; i++) carried[MAX_HEADER_BYTES + i] = bytes[from + here - next + i]!;
    bytes.copyWithin(from + carry, from, from + here - next);
    for (let i = 0; i < carry; i++) bytes[from + i] = carried[i]!;
    carried.copyWithin(0, MAX_HEADER_BYTES);
    carry = next;
    rest -= here;
  }
}

/**
 * Lengthens the item, whose second piece is at `link` or nowhere, if it has not got the space for a word
 * more. Returns the address of a piece that came for this, or 0. An item of one piece gets the link to that
 * from the caller, since bytes of its key are in that place still.
 */
function growByWord(memory: ShardMemory, address: number, link: number): number {
  const words = memory.words;
  const first = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  let last = address;
  let lastWord = first;
  let spare = (pieceEighths(first) << EIGHTH_BYTE_SHIFT) - headerBytes(first) -
    keyBytesOf(memory, address) - valueBytesOf(memory, address);
  for (let next = link; next !== 0;) {
    last = next & ADDRESS_MASK;
    lastWord = words[last << EIGHTH_WORD_SHIFT]!;
    spare += (pieceEighths(lastWord) << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
    next = (lastWord & PIECE_LAST) === 0 ? lastWord : 0;
  }
  if (spare >= DEADLINE_BYTES) return 0;
  const length = pieceEighths(lastWord);
  if (extendPieceLocked(memory, last, length, 1) === 1) {
    setPieceEighths(memory, last, length + 1);
    resizeInRingLocked(memory, address, 1);
    return 0;
  }
  memory.pinned = address;
  const piece = takeOrEvictLocked(memory, 1);
  memory.pinned = 0;
  const added = piece & ADDRESS_MASK;
  words[added << EIGHTH_WORD_SHIFT] = (piece & (LENGTH_MASK << LENGTH_SHIFT)) | PIECE_FURTHER |
    PIECE_LAST | address;
  if (link !== 0) {
    words[last << EIGHTH_WORD_SHIFT] = (lastWord & ~(ADDRESS_MASK | PIECE_LAST)) | added;
  }
  resizeInRingLocked(memory, address, pieceEighths(piece));
  return added;
}
