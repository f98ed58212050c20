// Space for items: evicts until enough is free, builds an item's chain of pieces, changes its length.
// An insert evicts until a small reserve is free, so that freed quarters merge with their neighbours
// before they are used again. Without the reserve a churn of mixed sizes doubles the number of pieces.

import * as layout from "./layout.ts";
import { type ChainEnd, cutChainLocked, setEndQuarters, setOwnQuarters } from "./chain.ts";
import { evictOneLocked } from "./clock.ts";
import { ownQuarters } from "./item.ts";
import { moveInRingLocked } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { extendPieceLocked, freePieceLocked, linkQuarters, takePieceLocked } from "./slab.ts";
import { bucketOfItemLocked, fillBucketLocked } from "./table.ts";

const {
  ADDRESS_MASK,
  ITEM_HASH,
  ITEM_HEADER_WORDS,
  ITEM_NEXT,
  LINK_BYTES,
  LINK_LAST,
  QUARTER_BYTE_SHIFT,
  QUARTER_BYTES,
  QUARTER_WORD_SHIFT,
  SHARD_FREE_QUARTERS,
  SLOT_BYTES,
  SLOT_QUARTERS,
  SLOT_SHIFT,
} = layout;

/** Quarters of an item of `bytes` bytes, header included, in the fewest possible pieces. */
export function idealQuarters(bytes: number): number {
  if (bytes <= SLOT_BYTES) return Math.ceil(bytes / QUARTER_BYTES);
  const further = bytes - SLOT_BYTES;
  const slots = Math.floor(further / (SLOT_BYTES - LINK_BYTES));
  const rest = further - slots * (SLOT_BYTES - LINK_BYTES);
  const tail = rest === 0 ? 0 : Math.ceil((rest + LINK_BYTES) / QUARTER_BYTES);
  return SLOT_QUARTERS * (1 + slots) + tail;
}

/** Evicts until `quarters` quarters and the reserve are free, or nothing is left to evict. */
export function freeUpLocked(memory: ShardMemory, quarters: number): void {
  const wanted = quarters + memory.reserveQuarters;
  while (memory.words[SHARD_FREE_QUARTERS]! < wanted && evictOneLocked(memory));
}

/** Takes a piece, and evicts until there is one. The caller has checked that the item fits. */
function takeOrEvict(memory: ShardMemory, bytes: number, first: boolean): number {
  const wanted = bytes >= SLOT_BYTES ? SLOT_QUARTERS : Math.ceil(bytes / QUARTER_BYTES);
  for (;;) {
    const link = takePieceLocked(memory, wanted, first);
    if (link !== 0) return link;
    if (!evictOneLocked(memory)) throw new Error("Cannot find space: shard is full of one item");
  }
}

/** Builds the chain of an item of `bytes` bytes, header included. Returns its address. */
export function buildChainLocked(memory: ShardMemory, bytes: number): number {
  const link = takeOrEvict(memory, bytes, true);
  const address = link & ADDRESS_MASK;
  const linkWord = (address << QUARTER_WORD_SHIFT) + ITEM_NEXT;
  const own = linkQuarters(link);
  memory.words[linkWord] = 0;
  setOwnQuarters(memory, address, own);
  appendPieces(memory, address, linkWord, bytes - (own << QUARTER_BYTE_SHIFT));
  return address;
}

/** Appends pieces for `bytes` more bytes behind the link at word `linkWord`. Returns their quarters. */
function appendPieces(
  memory: ShardMemory,
  address: number,
  linkWord: number,
  bytes: number,
): number {
  let left = bytes;
  let at = linkWord;
  let quarters = 0;
  while (left > 0) {
    const link = takeOrEvict(memory, left + LINK_BYTES, false);
    const length = linkQuarters(link);
    memory.words[at] = link;
    at = (link & ADDRESS_MASK) << QUARTER_WORD_SHIFT;
    quarters += length;
    left -= (length << QUARTER_BYTE_SHIFT) - LINK_BYTES;
  }
  if (quarters !== 0) memory.words[at] = LINK_LAST | address;
  return quarters;
}

/**
 * Whether the item at `address` is one piece of just the length that `bytes` bytes need, header
 * included. Then an overwrite needs no {@linkcode reshapeChainLocked}: most do not (bench/engine).
 */
export function fitsAsItIs(memory: ShardMemory, address: number, bytes: number): boolean {
  const spare = (ownQuarters(memory, address) << QUARTER_BYTE_SHIFT) - bytes;
  if (spare < 0 || spare >= QUARTER_BYTES) return false;
  return memory.words[(address << QUARTER_WORD_SHIFT) + ITEM_NEXT] === 0;
}

/**
 * Gives the item at `address` space for `bytes` bytes, header included, in about as few pieces as a
 * new item would have. Header and bucket stay valid; key and value have to be written anew. It evicts
 * other items only when nothing is free. Returns by how many quarters the item has grown, negative
 * where it has shrunk. The item may have moved: `end.item` is its address.
 */
export function reshapeChainLocked(
  memory: ShardMemory,
  address: number,
  bytes: number,
  end: ChainEnd,
): number {
  const own = ownQuarters(memory, address);
  cutChainLocked(memory, address, bytes, end);
  if (end.missingBytes === 0) {
    if (end.leadWord === 0 && own === SLOT_QUARTERS && end.quarters < own) leaveSlot(memory, end);
    return -end.freedQuarters;
  }
  const before = end.quarters;
  if (before < SLOT_QUARTERS) growLast(memory, end);
  const gained = end.quarters - before;
  const left = end.missingBytes - (gained << QUARTER_BYTE_SHIFT);
  if (left <= 0) return gained - end.freedQuarters;
  memory.pinned = end.item;
  const added = end.quarters < SLOT_QUARTERS && end.leadWord !== 0
    ? replaceLast(memory, end, left)
    : appendPieces(memory, end.item, end.linkWord, left);
  memory.pinned = 0;
  return gained + added - end.freedQuarters;
}

/** Lengthens the last piece of the chain where it lies. A first piece may also move to grow. */
function growLast(memory: ShardMemory, end: ChainEnd): void {
  const missing = Math.ceil(end.missingBytes / QUARTER_BYTES);
  const wanted = Math.min(missing, SLOT_QUARTERS - end.quarters);
  const got = extendPieceLocked(memory, end.address, end.quarters, wanted);
  if (got !== 0) setEndQuarters(memory, end, end.quarters + got);
  if (got < wanted && end.leadWord === 0) moveFirst(memory, end, end.quarters + wanted - got);
}

/** Moves an item of one piece to a longer piece, of up to `wanted` quarters, if there is any. */
function moveFirst(memory: ShardMemory, end: ChainEnd, wanted: number): void {
  const link = takePieceLocked(memory, wanted, true);
  if (link === 0) return;
  if (linkQuarters(link) > end.quarters) relocate(memory, end, link);
  else freePieceLocked(memory, link & ADDRESS_MASK, linkQuarters(link));
}

/** Moves an item that has become short out of a slot it had alone, if there is a short run. */
function leaveSlot(memory: ShardMemory, end: ChainEnd): void {
  const link = takePieceLocked(memory, end.quarters, true);
  if (link === 0) return;
  const elsewhere = (link & ADDRESS_MASK) >> SLOT_SHIFT !== end.item >> SLOT_SHIFT;
  if (elsewhere && linkQuarters(link) === end.quarters) relocate(memory, end, link);
  else freePieceLocked(memory, link & ADDRESS_MASK, linkQuarters(link));
}

/** Makes the piece behind `link` the first and only one of the item: header, bucket and ring. */
function relocate(memory: ShardMemory, end: ChainEnd, link: number): void {
  const from = end.item;
  const to = link & ADDRESS_MASK;
  const words = memory.words;
  const fromWord = from << QUARTER_WORD_SHIFT;
  const toWord = to << QUARTER_WORD_SHIFT;
  for (let i = 0; i < ITEM_HEADER_WORDS; i++) words[toWord + i] = words[fromWord + i]!;
  const hash = words[fromWord + ITEM_HASH]!;
  fillBucketLocked(memory, bucketOfItemLocked(memory, hash, from), hash, to);
  moveInRingLocked(memory, from, to);
  freePieceLocked(memory, from, end.quarters);
  end.item = to;
  end.address = to;
  end.linkWord = toWord + ITEM_NEXT;
  setEndQuarters(memory, end, linkQuarters(link));
}

/** Gives up a further piece that is short and cannot grow. Returns the quarters gained in all. */
function replaceLast(memory: ShardMemory, end: ChainEnd, left: number): number {
  const held = (end.quarters << QUARTER_BYTE_SHIFT) - LINK_BYTES;
  freePieceLocked(memory, end.address, end.quarters);
  return appendPieces(memory, end.item, end.leadWord, left + held) - end.quarters;
}
