// Stores long members: in a chain of pieces of its own, of which an entry has the address. Evicts other items where
// there is no space. spans.ts reads and frees what this stores.

import { takeOrEvictLocked } from "../allocation.ts";
import { readPieces, writePieces } from "../item.ts";
import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { pieceEighths } from "../slab.ts";
import { CHAIN_SPAN_BYTES, read24, SPAN_CHAIN, spanLength, spanStart, write24 } from "./entries.ts";
import { chainAt } from "./spans.ts";

const {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  LENGTH_MASK,
  LENGTH_SHIFT,
  LINK_BYTES,
  PIECE_FURTHER,
  PIECE_LAST,
} = layout;

/** Writes to `to` the span of a chain that begins at `address`. Returns where the span ends. */
export function writeChainSpan(
  to: Uint8Array,
  at: number,
  length: number,
  address: number,
): number {
  to[at] = SPAN_CHAIN;
  write24(to, at + 1, length);
  write24(to, at + 4, address);
  return at + CHAIN_SPAN_BYTES;
}

/** Overwrites `length` bytes of the span at byte `place` of the shard, from byte `offset` of what it holds on. */
export function overwriteSpan(
  memory: ShardMemory,
  place: number,
  offset: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): void {
  const { bytes: to } = memory;
  const chain = chainAt(to, place);
  if (chain < 0) {
    const from = spanStart(to, place) + offset;
    for (let i = 0; i < length; i++) to[from + i] = bytes[start + i]!;
    return;
  }
  const address = read24(to, chain);
  const whole = new Uint8Array(spanLength(to, place));
  readPieces(memory, address, 0, whole.length, whole, 0);
  whole.set(bytes.subarray(start, start + length), offset);
  writePieces(memory, address, whole, 0, whole.length);
}

/** A chain that was stored: its first piece, and the eighths of all. */
export interface StoredChain {
  address: number;
  eighths: number;
}

/** Stores `length` bytes in a chain of their own. Evicts where there is no space. */
export function storeChainLocked(
  memory: ShardMemory,
  bytes: Uint8Array,
  start: number,
  length: number,
  stored: StoredChain,
): void {
  const { words } = memory;
  stored.eighths = 0;
  let tail = 0;
  for (let left = length; left > 0;) {
    const piece = takeOrEvictLocked(memory, left + LINK_BYTES);
    const address = piece & ADDRESS_MASK;
    if (tail === 0) stored.address = address;
    else words[tail] = (words[tail]! & ~(ADDRESS_MASK | PIECE_LAST)) | address;
    tail = address << EIGHTH_WORD_SHIFT;
    words[tail] = (piece & (LENGTH_MASK << LENGTH_SHIFT)) | PIECE_FURTHER | PIECE_LAST;
    stored.eighths += pieceEighths(piece);
    left -= (pieceEighths(piece) << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
  }
  writePieces(memory, stored.address, bytes, start, length);
}
