// Space for items: evicts until enough is free, builds an item's chain of pieces, changes its length.
// An insert evicts until a small reserve is free, so that freed eighths merge with their neighbours
// before they are used again. Without the reserve a churn of mixed sizes doubles the number of pieces.

import * as layout from "./layout.ts";
import { type ChainEnd, cutChainLocked, setEndEighths, setPieceEighths } from "./chain.ts";
import { evictOneLocked, freeSomeLocked } from "./clock.ts";
import { makeSlotsLocked } from "./healing.ts";
import { linkWord } from "./item_header.ts";
import { growIndexLocked, indexLimit } from "./index_growth.ts";
import { renameItemLocked } from "./moving.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { extendPieceLocked, freePieceLocked, pieceEighths, takePieceLocked } from "./slab.ts";

const {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  ITEM_CHAINED,
  ITEM_HEADER_WORDS,
  ITEM_NEWER,
  LENGTH_MASK,
  LENGTH_SHIFT,
  LINK_BYTES,
  PIECE_FURTHER,
  PIECE_LAST,
  SHARD_FREE_EIGHTHS,
  SHARD_ITEMS,
  SLOT_BYTES,
  SLOT_EIGHTHS,
  SLOT_SHIFT,
} = layout;

/** Eighths of an item of `bytes` bytes, header included but no link, in the fewest possible pieces. */
export function idealEighths(bytes: number): number {
  if (bytes <= SLOT_BYTES) return Math.ceil(bytes / EIGHTH_BYTES);
  const further = bytes + LINK_BYTES - SLOT_BYTES;
  const slots = Math.floor(further / (SLOT_BYTES - LINK_BYTES));
  const rest = further - slots * (SLOT_BYTES - LINK_BYTES);
  const tail = rest === 0 ? 0 : Math.ceil((rest + LINK_BYTES) / EIGHTH_BYTES);
  return SLOT_EIGHTHS * (1 + slots) + tail;
}

/**
 * Evicts until `eighths` eighths and the reserve are free and the index has space for an item, or nothing is
 * left to evict. Then moves some pieces if whole slots are wanted and too few are free.
 */
export function freeUpLocked(memory: ShardMemory, eighths: number): void {
  const words = memory.words;
  const wanted = eighths + memory.reserveEighths;
  while (words[SHARD_FREE_EIGHTHS]! < wanted && freeSomeLocked(memory));
  if (words[SHARD_ITEMS]! >= indexLimit(memory) && !growIndexLocked(memory)) evictOneLocked(memory);
  makeSlotsLocked(memory, eighths);
}

/** Takes a piece, and evicts until there is one. The caller has checked that the item fits. */
export function takeOrEvictLocked(memory: ShardMemory, bytes: number): number {
  const wanted = bytes >= SLOT_BYTES ? SLOT_EIGHTHS : Math.ceil(bytes / EIGHTH_BYTES);
  for (;;) {
    const piece = takePieceLocked(memory, wanted);
    if (piece !== 0) return piece;
    if (!freeSomeLocked(memory)) throw new Error("Cannot find space: shard is full of one item");
  }
}

/**
 * Builds the chain of an item of `bytes` bytes, header included but no link. `flags` say what the header
 * is to have besides. Returns its address.
 */
export function buildChainLocked(memory: ShardMemory, bytes: number, flags: number): number {
  const piece = takeOrEvictLocked(memory, bytes);
  const address = piece & ADDRESS_MASK;
  memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER] = lengthBits(piece) | flags;
  const missing = bytes - (pieceEighths(piece) << EIGHTH_BYTE_SHIFT);
  if (missing > 0) appendToFirst(memory, address, missing);
  return address;
}

/** The bits of a piece's length, in place. */
function lengthBits(piece: number): number {
  return piece & (LENGTH_MASK << LENGTH_SHIFT);
}

/** Makes an item of one piece a chain, with pieces for `bytes` bytes more. Returns their eighths. */
function appendToFirst(memory: ShardMemory, address: number, bytes: number): number {
  memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! |= ITEM_CHAINED;
  const at = linkWord(memory, address);
  memory.words[at] = 0;
  return appendPieces(memory, address, at, bytes + LINK_BYTES);
}

/**
 * Appends pieces for `bytes` more bytes, more than none, behind that whose word for the address of the
 * next is `tailWord`. Returns their eighths.
 */
function appendPieces(
  memory: ShardMemory,
  address: number,
  tailWord: number,
  bytes: number,
): number {
  const words = memory.words;
  let left = bytes;
  let at = tailWord;
  let eighths = 0;
  while (left > 0) {
    const piece = takeOrEvictLocked(memory, left + LINK_BYTES);
    const length = pieceEighths(piece);
    words[at] = (words[at]! & ~(ADDRESS_MASK | PIECE_LAST)) | (piece & ADDRESS_MASK);
    at = (piece & ADDRESS_MASK) << EIGHTH_WORD_SHIFT;
    words[at] = lengthBits(piece) | PIECE_FURTHER;
    eighths += length;
    left -= (length << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
  }
  words[at]! |= PIECE_LAST | address;
  return eighths;
}

/**
 * Whether the item at `address` is one piece of just the length that `bytes` bytes need, header
 * included. Then an overwrite needs no {@linkcode reshapeChainLocked}: most do not (bench/engine).
 */
export function fitsAsItIs(memory: ShardMemory, address: number, bytes: number): boolean {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const spare = (pieceEighths(first) << EIGHTH_BYTE_SHIFT) - bytes;
  return spare >= 0 && spare < EIGHTH_BYTES && (first & ITEM_CHAINED) === 0;
}

/**
 * Gives the item at `address` space for `bytes` bytes, header included but no link, in about as few
 * pieces as a new item would have. Header and bucket stay valid; key and value have to be written anew.
 * It evicts other items only when nothing is free. Returns by how many eighths the item has grown,
 * negative where it has shrunk. The item may have moved: `end.item` is its address.
 */
export function reshapeChainLocked(
  memory: ShardMemory,
  address: number,
  hash: number,
  bytes: number,
  end: ChainEnd,
): number {
  const own = pieceEighths(memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!);
  memory.pinned = address;
  makeSlotsLocked(memory, idealEighths(bytes));
  memory.pinned = 0;
  cutChainLocked(memory, address, bytes, end);
  if (end.missingBytes === 0) {
    if (end.leadWord === 0 && own === SLOT_EIGHTHS && end.eighths < own) {
      leaveSlot(memory, end, hash);
    }
    return -end.freedEighths;
  }
  const before = end.eighths;
  if (before < SLOT_EIGHTHS) growLast(memory, end, hash);
  const gained = end.eighths - before;
  const left = end.missingBytes - (gained << EIGHTH_BYTE_SHIFT);
  if (left <= 0) return gained - end.freedEighths;
  memory.pinned = end.item;
  const added = appendMissing(memory, end, left);
  memory.pinned = 0;
  return gained + added - end.freedEighths;
}

/** Appends what the chain still misses. Returns the eighths gained. */
function appendMissing(memory: ShardMemory, end: ChainEnd, left: number): number {
  if (end.leadWord === 0) return appendToFirst(memory, end.item, left);
  if (end.eighths === SLOT_EIGHTHS) return appendPieces(memory, end.item, end.tailWord, left);
  return replaceLast(memory, end, left);
}

/** Lengthens the last piece of the chain where it lies. A first piece may also move to grow. */
function growLast(memory: ShardMemory, end: ChainEnd, hash: number): void {
  const missing = Math.ceil(end.missingBytes / EIGHTH_BYTES);
  const wanted = Math.min(missing, SLOT_EIGHTHS - end.eighths);
  const got = extendPieceLocked(memory, end.address, end.eighths, wanted);
  if (got !== 0) setEndEighths(memory, end, end.eighths + got);
  if (got < wanted && end.leadWord === 0) moveFirst(memory, end, hash, end.eighths + wanted - got);
}

/** Moves an item of one piece to a longer piece, of up to `wanted` eighths, if there is any. */
function moveFirst(
  memory: ShardMemory,
  end: ChainEnd,
  hash: number,
  wanted: number,
): void {
  const piece = takePieceLocked(memory, wanted);
  if (piece === 0) return;
  if (pieceEighths(piece) > end.eighths) relocate(memory, end, hash, piece);
  else freePieceLocked(memory, piece & ADDRESS_MASK, pieceEighths(piece));
}

/** Moves an item that has become short out of a slot it had alone, if there is a short run. */
function leaveSlot(memory: ShardMemory, end: ChainEnd, hash: number): void {
  const piece = takePieceLocked(memory, end.eighths);
  if (piece === 0) return;
  const elsewhere = (piece & ADDRESS_MASK) >> SLOT_SHIFT !== end.item >> SLOT_SHIFT;
  if (elsewhere && pieceEighths(piece) === end.eighths) relocate(memory, end, hash, piece);
  else freePieceLocked(memory, piece & ADDRESS_MASK, pieceEighths(piece));
}

/** Makes `piece` the first and only piece of the item: header, bucket and ring. */
function relocate(memory: ShardMemory, end: ChainEnd, hash: number, piece: number): void {
  const from = end.item;
  const to = piece & ADDRESS_MASK;
  const words = memory.words;
  const fromWord = from << EIGHTH_WORD_SHIFT;
  const toWord = to << EIGHTH_WORD_SHIFT;
  for (let i = 0; i < ITEM_HEADER_WORDS; i++) words[toWord + i] = words[fromWord + i]!;
  setPieceEighths(memory, to, pieceEighths(piece));
  renameItemLocked(memory, hash, from, to);
  freePieceLocked(memory, from, end.eighths);
  end.item = to;
  end.address = to;
  end.eighths = pieceEighths(piece);
}

/** Gives up a further piece that is short and cannot grow. Returns the eighths gained in all. */
function replaceLast(memory: ShardMemory, end: ChainEnd, left: number): number {
  const held = (end.eighths << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
  freePieceLocked(memory, end.address, end.eighths);
  return appendPieces(memory, end.item, end.leadWord, left + held) - end.eighths;
}
