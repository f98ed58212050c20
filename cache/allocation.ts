// Space for items: evicts until enough is free, builds an item's chain of pieces, changes its length.
// An insert evicts until a small reserve is free, so that freed eighths merge with their neighbours
// before they are used again. Without the reserve a churn of mixed sizes doubles the number of pieces.

import * as layout from "./layout.ts";
import { type ChainEnd, cutChainLocked, setEndEighths, setOwnEighths } from "./chain.ts";
import { evictOneLocked } from "./clock.ts";
import { ownEighths } from "./item.ts";
import { moveInRingLocked } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { extendPieceLocked, freePieceLocked, linkEighths, takePieceLocked } from "./slab.ts";
import { bucketOfItemLocked, fillBucketLocked } from "./table.ts";

const {
  ADDRESS_MASK,
  ITEM_HASH,
  ITEM_HEADER_WORDS,
  ITEM_NEXT,
  LINK_BYTES,
  LINK_LAST,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  SHARD_FREE_EIGHTHS,
  SLOT_BYTES,
  SLOT_EIGHTHS,
  SLOT_SHIFT,
} = layout;

/** Eighths of an item of `bytes` bytes, header included, in the fewest possible pieces. */
export function idealEighths(bytes: number): number {
  if (bytes <= SLOT_BYTES) return Math.ceil(bytes / EIGHTH_BYTES);
  const further = bytes - SLOT_BYTES;
  const slots = Math.floor(further / (SLOT_BYTES - LINK_BYTES));
  const rest = further - slots * (SLOT_BYTES - LINK_BYTES);
  const tail = rest === 0 ? 0 : Math.ceil((rest + LINK_BYTES) / EIGHTH_BYTES);
  return SLOT_EIGHTHS * (1 + slots) + tail;
}

/** Evicts until `eighths` eighths and the reserve are free, or nothing is left to evict. */
export function freeUpLocked(memory: ShardMemory, eighths: number): void {
  const wanted = eighths + memory.reserveEighths;
  while (memory.words[SHARD_FREE_EIGHTHS]! < wanted && evictOneLocked(memory));
}

/** Takes a piece, and evicts until there is one. The caller has checked that the item fits. */
function takeOrEvict(memory: ShardMemory, bytes: number): number {
  const wanted = bytes >= SLOT_BYTES ? SLOT_EIGHTHS : Math.ceil(bytes / EIGHTH_BYTES);
  for (;;) {
    const link = takePieceLocked(memory, wanted);
    if (link !== 0) return link;
    if (!evictOneLocked(memory)) throw new Error("Cannot find space: shard is full of one item");
  }
}

/** Builds the chain of an item of `bytes` bytes, header included. Returns its address. */
export function buildChainLocked(memory: ShardMemory, bytes: number): number {
  const link = takeOrEvict(memory, bytes);
  const address = link & ADDRESS_MASK;
  const linkWord = (address << EIGHTH_WORD_SHIFT) + ITEM_NEXT;
  const own = linkEighths(link);
  memory.words[linkWord] = 0;
  setOwnEighths(memory, address, own);
  appendPieces(memory, address, linkWord, bytes - (own << EIGHTH_BYTE_SHIFT));
  return address;
}

/** Appends pieces for `bytes` more bytes behind the link at word `linkWord`. Returns their eighths. */
function appendPieces(
  memory: ShardMemory,
  address: number,
  linkWord: number,
  bytes: number,
): number {
  let left = bytes;
  let at = linkWord;
  let eighths = 0;
  while (left > 0) {
    const link = takeOrEvict(memory, left + LINK_BYTES);
    const length = linkEighths(link);
    memory.words[at] = link;
    at = (link & ADDRESS_MASK) << EIGHTH_WORD_SHIFT;
    eighths += length;
    left -= (length << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
  }
  if (eighths !== 0) memory.words[at] = LINK_LAST | address;
  return eighths;
}

/**
 * Whether the item at `address` is one piece of just the length that `bytes` bytes need, header
 * included. Then an overwrite needs no {@linkcode reshapeChainLocked}: most do not (bench/engine).
 */
export function fitsAsItIs(memory: ShardMemory, address: number, bytes: number): boolean {
  const spare = (ownEighths(memory, address) << EIGHTH_BYTE_SHIFT) - bytes;
  if (spare < 0 || spare >= EIGHTH_BYTES) return false;
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEXT] === 0;
}

/**
 * Gives the item at `address` space for `bytes` bytes, header included, in about as few pieces as a
 * new item would have. Header and bucket stay valid; key and value have to be written anew. It evicts
 * other items only when nothing is free. Returns by how many eighths the item has grown, negative
 * where it has shrunk. The item may have moved: `end.item` is its address.
 */
export function reshapeChainLocked(
  memory: ShardMemory,
  address: number,
  bytes: number,
  end: ChainEnd,
): number {
  const own = ownEighths(memory, address);
  cutChainLocked(memory, address, bytes, end);
  if (end.missingBytes === 0) {
    if (end.leadWord === 0 && own === SLOT_EIGHTHS && end.eighths < own) leaveSlot(memory, end);
    return -end.freedEighths;
  }
  const before = end.eighths;
  if (before < SLOT_EIGHTHS) growLast(memory, end);
  const gained = end.eighths - before;
  const left = end.missingBytes - (gained << EIGHTH_BYTE_SHIFT);
  if (left <= 0) return gained - end.freedEighths;
  memory.pinned = end.item;
  const added = end.eighths < SLOT_EIGHTHS && end.leadWord !== 0
    ? replaceLast(memory, end, left)
    : appendPieces(memory, end.item, end.linkWord, left);
  memory.pinned = 0;
  return gained + added - end.freedEighths;
}

/** Lengthens the last piece of the chain where it lies. A first piece may also move to grow. */
function growLast(memory: ShardMemory, end: ChainEnd): void {
  const missing = Math.ceil(end.missingBytes / EIGHTH_BYTES);
  const wanted = Math.min(missing, SLOT_EIGHTHS - end.eighths);
  const got = extendPieceLocked(memory, end.address, end.eighths, wanted);
  if (got !== 0) setEndEighths(memory, end, end.eighths + got);
  if (got < wanted && end.leadWord === 0) moveFirst(memory, end, end.eighths + wanted - got);
}

/** Moves an item of one piece to a longer piece, of up to `wanted` eighths, if there is any. */
function moveFirst(memory: ShardMemory, end: ChainEnd, wanted: number): void {
  const link = takePieceLocked(memory, wanted);
  if (link === 0) return;
  if (linkEighths(link) > end.eighths) relocate(memory, end, link);
  else freePieceLocked(memory, link & ADDRESS_MASK, linkEighths(link));
}

/** Moves an item that has become short out of a slot it had alone, if there is a short run. */
function leaveSlot(memory: ShardMemory, end: ChainEnd): void {
  const link = takePieceLocked(memory, end.eighths);
  if (link === 0) return;
  const elsewhere = (link & ADDRESS_MASK) >> SLOT_SHIFT !== end.item >> SLOT_SHIFT;
  if (elsewhere && linkEighths(link) === end.eighths) relocate(memory, end, link);
  else freePieceLocked(memory, link & ADDRESS_MASK, linkEighths(link));
}

/** Makes the piece behind `link` the first and only one of the item: header, bucket and ring. */
function relocate(memory: ShardMemory, end: ChainEnd, link: number): void {
  const from = end.item;
  const to = link & ADDRESS_MASK;
  const words = memory.words;
  const fromWord = from << EIGHTH_WORD_SHIFT;
  const toWord = to << EIGHTH_WORD_SHIFT;
  for (let i = 0; i < ITEM_HEADER_WORDS; i++) words[toWord + i] = words[fromWord + i]!;
  const hash = words[fromWord + ITEM_HASH]!;
  fillBucketLocked(memory, bucketOfItemLocked(memory, hash, from), hash, to);
  moveInRingLocked(memory, from, to);
  freePieceLocked(memory, from, end.eighths);
  end.item = to;
  end.address = to;
  end.linkWord = toWord + ITEM_NEXT;
  setEndEighths(memory, end, linkEighths(link));
}

/** Gives up a further piece that is short and cannot grow. Returns the eighths gained in all. */
function replaceLast(memory: ShardMemory, end: ChainEnd, left: number): number {
  const held = (end.eighths << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
  freePieceLocked(memory, end.address, end.eighths);
  return appendPieces(memory, end.item, end.leadWord, left + held) - end.eighths;
}
