// Items: reads and writes the header fields, and the bytes of key and value in an item's pieces.
// Key and value lie packed behind the header and go on in the further pieces.
// Allocates nothing and frees nothing: the chain is there before bytes are written to it.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { pieceEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  CHAINED_BYTES_SHIFT,
  DEADLINE_BYTES_SHIFT,
  DEADLINE_HIGH_SHIFT,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  HEADER_MORE_MASK,
  ITEM_CHAINED,
  ITEM_DEADLINE_LOW,
  ITEM_HAS_DEADLINE,
  ITEM_HEADER_BYTES,
  ITEM_HIGHS,
  ITEM_NEWER,
  ITEM_OLDER,
  ITEM_SIZES,
  ITEM_VERSION_LOW,
  KEY_BYTES_SHIFT,
  LINK_BYTES,
  PIECE_LAST,
  VALUE_BYTES_MASK,
  VERSION_HIGH_MASK,
  WORD_RANGE,
} = layout;

/** Below this many bytes a loop beats the view that `set(subarray)` has to make (bench/engine). */
const LOOP_BYTES = 40;
/** To copy or make space for more bytes than this may take long. */
export const LONG_BYTES = 64 * 1024;

/** Copies `length` bytes between two byte arrays. */
export function copyBytes(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  length: number,
): void {
  if (length < LOOP_BYTES) {
    for (let i = 0; i < length; i++) to[toStart + i] = from[fromStart + i]!;
  } else {
    to.set(from.subarray(fromStart, fromStart + length), toStart);
  }
}

/** Bytes of a header whose first word is `first`: those before the key. */
export function headerBytes(first: number): number {
  return ITEM_HEADER_BYTES + ((first >>> CHAINED_BYTES_SHIFT) & HEADER_MORE_MASK) +
    ((first >>> DEADLINE_BYTES_SHIFT) & HEADER_MORE_MASK);
}

/** Word of the link to the item's second piece, which only a chained item has. */
export function linkWord(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  return at + ITEM_DEADLINE_LOW + (memory.words[at + ITEM_NEWER]! < 0 ? 1 : 0);
}

/** Whether the item has more than one piece. */
export function isChained(memory: ShardMemory, address: number): boolean {
  return (memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ITEM_CHAINED) !== 0;
}

/** Whether the item's header has a place for a deadline. */
export function hasDeadlinePlace(memory: ShardMemory, address: number): boolean {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! < 0;
}

/**
 * Sets or clears the place for a deadline in the header. A link stays valid; deadline, key and value have
 * to be written anew.
 */
export function setDeadlinePlace(memory: ShardMemory, address: number, wanted: boolean): void {
  const words = memory.words;
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  const first = words[at]!;
  if (first < 0 === wanted) return;
  const link = (first & ITEM_CHAINED) === 0 ? 0 : words[linkWord(memory, address)]!;
  words[at] = first ^ ITEM_HAS_DEADLINE;
  if (link !== 0) words[linkWord(memory, address)] = link;
}

/** Length of the item's key in bytes. */
export function keyBytesOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! >>> KEY_BYTES_SHIFT;
}

/** Length of the item's value in bytes. */
export function valueBytesOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_SIZES]! & VALUE_BYTES_MASK;
}

/** Sets the length of the item's value. */
export function setValueBytes(memory: ShardMemory, address: number, valueBytes: number): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_SIZES;
  memory.words[at] = (memory.words[at]! & ~VALUE_BYTES_MASK) | valueBytes;
}

/** The item's version. */
export function versionOf(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  return (memory.words[at + ITEM_HIGHS]! & VERSION_HIGH_MASK) * WORD_RANGE +
    (memory.words[at + ITEM_VERSION_LOW]! >>> 0);
}

/** The item's deadline in milliseconds since 1970, or 0 when it has none. */
export function deadlineOf(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  if (memory.words[at + ITEM_NEWER]! >= 0) return 0;
  return (memory.words[at + ITEM_HIGHS]! >>> DEADLINE_HIGH_SHIFT) * WORD_RANGE +
    (memory.words[at + ITEM_DEADLINE_LOW]! >>> 0);
}

/** Whether the item has a deadline that has passed. */
export function isExpired(memory: ShardMemory, address: number): boolean {
  const deadlineMs = deadlineOf(memory, address);
  return deadlineMs !== 0 && deadlineMs <= memory.now();
}

/** Writes version and deadline of the item. Both are below 2^48; a deadline needs its place. */
export function stampItem(
  memory: ShardMemory,
  address: number,
  versionLow: number,
  versionHigh: number,
  deadlineMs: number,
): void {
  const at = address << EIGHTH_WORD_SHIFT;
  const words = memory.words;
  words[at + ITEM_VERSION_LOW] = versionLow;
  words[at + ITEM_HIGHS] = versionHigh;
  if (words[at + ITEM_NEWER]! >= 0) return;
  const deadlineHigh = Math.floor(deadlineMs / WORD_RANGE);
  words[at + ITEM_HIGHS] = versionHigh | (deadlineHigh << DEADLINE_HIGH_SHIFT);
  words[at + ITEM_DEADLINE_LOW] = (deadlineMs - deadlineHigh * WORD_RANGE) | 0;
}

/** Eighths of the whole item, all pieces. */
export function itemEighths(memory: ShardMemory, address: number): number {
  const words = memory.words;
  const first = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  let eighths = pieceEighths(first);
  if ((first & ITEM_CHAINED) === 0) return eighths;
  let link = words[linkWord(memory, address)]!;
  do {
    link = words[(link & ADDRESS_MASK) << EIGHTH_WORD_SHIFT]!;
    eighths += pieceEighths(link);
  } while ((link & PIECE_LAST) === 0);
  return eighths;
}

/** Whether the item's key is these bytes. */
export function keyEquals(
  memory: ShardMemory,
  address: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
): boolean {
  if (keyBytesOf(memory, address) !== keyBytes) return false;
  const bytes = memory.bytes;
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const header = headerBytes(first);
  const start = (address << EIGHTH_BYTE_SHIFT) + header;
  const space = (pieceEighths(first) << EIGHTH_BYTE_SHIFT) - header;
  const here = keyBytes < space ? keyBytes : space;
  // The last byte first: similar keys differ there, so different keys are found different sooner.
  if (here > 0 && bytes[start + here - 1] !== key[keyStart + here - 1]) return false;
  for (let i = 0; i < here - 1; i++) {
    if (bytes[start + i] !== key[keyStart + i]) return false;
  }
  return here === keyBytes || restEquals(memory, address, here, key, keyStart, keyBytes);
}

function restEquals(
  memory: ShardMemory,
  address: number,
  done: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
): boolean {
  seek(memory, address, done);
  for (let i = done; i < keyBytes; i++) {
    if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
    if (memory.bytes[memory.cursorByte++] !== key[keyStart + i]) return false;
  }
  return true;
}

/** Writes key and value into the item's pieces, which have space for them. */
export function writePayload(
  memory: ShardMemory,
  address: number,
  key: Uint8Array,
  keyStart: number,
  keyBytes: number,
  value: Uint8Array,
  valueStart: number,
  valueBytes: number,
): void {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const header = headerBytes(first);
  const start = (address << EIGHTH_BYTE_SHIFT) + header;
  const space = (pieceEighths(first) << EIGHTH_BYTE_SHIFT) - header;
  if (keyBytes + valueBytes <= space) {
    copyBytes(key, keyStart, memory.bytes, start, keyBytes);
    copyBytes(value, valueStart, memory.bytes, start + keyBytes, valueBytes);
    return;
  }
  seek(memory, address, 0);
  writeSpan(memory, key, keyStart, keyBytes);
  writeSpan(memory, value, valueStart, valueBytes);
}

/** Copies the item's value to `to` from `toStart`; there must be space for all of it. */
export function readValue(
  memory: ShardMemory,
  address: number,
  to: Uint8Array,
  toStart: number,
): void {
  const keyBytes = keyBytesOf(memory, address);
  const valueBytes = valueBytesOf(memory, address);
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  if ((first & ITEM_CHAINED) === 0) {
    const start = (address << EIGHTH_BYTE_SHIFT) + headerBytes(first) + keyBytes;
    copyBytes(memory.bytes, start, to, toStart, valueBytes);
    return;
  }
  if (valueBytes > LONG_BYTES) memory.region.beginLong();
  seek(memory, address, keyBytes);
  readSpan(memory, to, toStart, valueBytes);
}

/** Copies `length` bytes of the item's value, from its byte `from` on. It must have so many. */
export function readValuePart(
  memory: ShardMemory,
  address: number,
  from: number,
  length: number,
  to: Uint8Array,
  toStart: number,
): void {
  seek(memory, address, keyBytesOf(memory, address) + from);
  readSpan(memory, to, toStart, length);
}

/** Copies the item's key to `to` from `toStart`; there must be space for all of it. */
export function readKey(
  memory: ShardMemory,
  address: number,
  to: Uint8Array,
  toStart: number,
): void {
  seek(memory, address, 0);
  readSpan(memory, to, toStart, keyBytesOf(memory, address));
}

/** Puts the cursor on byte `offset`, counted from the first byte of the key. */
function seek(memory: ShardMemory, address: number, offset: number): void {
  const start = address << EIGHTH_BYTE_SHIFT;
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  memory.cursorEnd = start + (pieceEighths(first) << EIGHTH_BYTE_SHIFT);
  memory.cursorByte = start + headerBytes(first);
  memory.cursorLink = (first & ITEM_CHAINED) === 0 ? 0 : memory.words[linkWord(memory, address)]!;
  let left = offset;
  while (memory.cursorByte + left > memory.cursorEnd) {
    left -= memory.cursorEnd - memory.cursorByte;
    nextPiece(memory);
  }
  memory.cursorByte += left;
}

function nextPiece(memory: ShardMemory): void {
  const address = memory.cursorLink & ADDRESS_MASK;
  const start = address << EIGHTH_BYTE_SHIFT;
  const word = memory.words[address << EIGHTH_WORD_SHIFT]!;
  memory.cursorLink = word;
  memory.cursorByte = start + LINK_BYTES;
  memory.cursorEnd = start + (pieceEighths(word) << EIGHTH_BYTE_SHIFT);
}

function writeSpan(memory: ShardMemory, from: Uint8Array, start: number, length: number): void {
  let done = 0;
  while (done < length) {
    if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
    const space = memory.cursorEnd - memory.cursorByte;
    const now = space < length - done ? space : length - done;
    copyBytes(from, start + done, memory.bytes, memory.cursorByte, now);
    memory.cursorByte += now;
    done += now;
  }
}

function readSpan(memory: ShardMemory, to: Uint8Array, start: number, length: number): void {
  let done = 0;
  while (done < length) {
    if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
    const space = memory.cursorEnd - memory.cursorByte;
    const now = space < length - done ? space : length - done;
    copyBytes(memory.bytes, memory.cursorByte, to, start + done, now);
    memory.cursorByte += now;
    done += now;
  }
}
