// Items: reads and writes the bytes of key and value in an item's pieces. item_header.ts has the header.
// Key and value lie packed behind the header and go on in the further pieces.
// Allocates nothing and frees nothing: the chain is there before bytes are written to it.

import { copyBytes, copyWords } from "./copy.ts";
import * as layout from "./layout.ts";
import { headerBytes, keyBytesOf, linkWord, valueBytesOf } from "./item_header.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { pieceEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  ITEM_CHAINED,
  ITEM_NEWER,
  LINK_BYTES,
  WORD_BITS,
  WORD_BYTES,
} = layout;

const WORD_SHIFT = Math.log2(WORD_BYTES);

/** To copy or make space for more bytes than this may take long. */
export const LONG_BYTES = 64 * 1024;

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
  let here = keyBytes;
  if ((first & ITEM_CHAINED) !== 0) {
    const space = (pieceEighths(first) << EIGHTH_BYTE_SHIFT) - header;
    if (space < keyBytes) here = space;
  }
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

/** Copies the item's value to `to` in whole words, as it lies. Returns the byte of `to` at which it begins. */
export function readValueWords(memory: ShardMemory, address: number, to: Int32Array): number {
  const keyBytes = keyBytesOf(memory, address);
  const begin = keyBytes & (WORD_BYTES - 1);
  const count = (begin + valueBytesOf(memory, address) + WORD_BYTES - 1) >> WORD_SHIFT;
  seek(memory, address, keyBytes - begin);
  for (let done = 0; done < count; memory.cursorByte = memory.cursorEnd) {
    if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
    const here = (memory.cursorEnd - memory.cursorByte) >> WORD_SHIFT;
    const now = here < count - done ? here : count - done;
    copyWords(memory.words, memory.cursorByte >> WORD_SHIFT, to, done, now);
    done += now;
  }
  return begin;
}

/** Writes over `length` bytes of the item's value, from its byte `from` on. It must have so many. */
export function writeValuePart(
  memory: ShardMemory,
  address: number,
  from: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): void {
  seek(memory, address, keyBytesOf(memory, address) + from);
  writeSpan(memory, bytes, start, length);
}

/** Where byte `index` of the item's value is in the shard. It must have that. */
export function valueByteAt(memory: ShardMemory, address: number, index: number): number {
  seek(memory, address, keyBytesOf(memory, address) + index);
  if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
  return memory.cursorByte;
}

/** Word `index` of a value that is made of words, the lowest byte first wherever it lies. */
export function readValueWord(memory: ShardMemory, address: number, index: number): number {
  const { bytes } = memory;
  seek(memory, address, keyBytesOf(memory, address) + index * WORD_BYTES);
  let word = 0;
  for (let shift = 0; shift < WORD_BITS; shift += 8) {
    if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
    word |= bytes[memory.cursorByte++]! << shift;
  }
  return word;
}

/** Writes word `index` of such a value. */
export function writeValueWord(
  memory: ShardMemory,
  address: number,
  index: number,
  word: number,
): void {
  const { bytes } = memory;
  seek(memory, address, keyBytesOf(memory, address) + index * WORD_BYTES);
  for (let shift = 0; shift < WORD_BITS; shift += 8) {
    if (memory.cursorByte === memory.cursorEnd) nextPiece(memory);
    bytes[memory.cursorByte++] = word >>> shift;
  }
}

/** Copies `length` bytes, from byte `from` on, of what lies in further pieces that begin at `address`. */
export function readPieces(
  memory: ShardMemory,
  address: number,
  from: number,
  length: number,
  to: Uint8Array,
  toStart: number,
): void {
  enterPieces(memory, address);
  skip(memory, from);
  readSpan(memory, to, toStart, length);
}

/** Writes bytes to further pieces that begin at `address` and have space for them. */
export function writePieces(
  memory: ShardMemory,
  address: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): void {
  enterPieces(memory, address);
  writeSpan(memory, bytes, start, length);
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
  skip(memory, offset);
}

/** Puts the cursor on the first byte of further pieces. */
function enterPieces(memory: ShardMemory, address: number): void {
  memory.cursorLink = address;
  nextPiece(memory);
}

/** Moves the cursor on by `count` bytes. */
function skip(memory: ShardMemory, count: number): void {
  let left = count;
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
