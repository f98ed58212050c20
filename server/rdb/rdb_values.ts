/**
 * The lengths and strings of a Redis RDB file, in all their encodings. What is too long to be kept is passed
 * over as it comes. The format: rdb.c of Redis 7. Knows no type of value.
 *
 * @module
 */

import { type ByteInput, FormatError, type Reading } from "./byte_input.ts";
import { unpackLzf } from "./lzf.ts";

/** Encodings of strings that stand in place of a length. */
const INT8 = 0;
const INT16 = 1;
const INT32 = 2;
const LZF = 3;
const LENGTH_32 = 0x80;
const LENGTH_64 = 0x81;
/** How much is kept of a string that is too long, to name it. */
const SHOWN_BYTES = 64;
/** LZF packs no more tightly than this. */
const MAX_LZF_RATIO = 256;

/** A string that was read. */
export class ByteSlot {
  /** Its bytes, and others behind them. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  /** How many bytes it has. */
  length = 0;

  /** Makes space for `length` bytes; what was there is gone. */
  reserve(length: number): Uint8Array<ArrayBuffer> {
    const isFar = length < 64 * 1024 && this.bytes.length > 1024 * 1024;
    if (length > this.bytes.length || isFar) {
      this.bytes = new Uint8Array(Math.max(1024, length));
    }
    this.length = length;
    return this.bytes;
  }

  /** The bytes as text, for people. */
  text(): string {
    return new TextDecoder().decode(this.bytes.subarray(0, Math.min(this.length, SHOWN_BYTES)));
  }
}

/** Reads lengths and strings. */
export class RdbValues {
  readonly input: ByteInput;
  /** What stood in place of the latest length, or -1. */
  #encoding = -1;

  constructor(input: ByteInput) {
    this.input = input;
  }

  /** What cannot be so. */
  error(what: string): FormatError {
    return new FormatError(what, this.input.position);
  }

  /** A number of elements or bytes. One above 2^53 is about right. */
  *length(): Reading<number> {
    const length = yield* this.#lengthOrEncoding();
    if (this.#encoding >= 0) throw this.error("there is an encoding in place of a length");
    return length;
  }

  /** The same, exact. */
  *bigLength(): Reading<bigint> {
    const { input } = this;
    yield* input.need(1);
    if (input.bytes[input.at] !== LENGTH_64) return BigInt(yield* this.length());
    yield* input.need(9);
    const view = new DataView(input.bytes.buffer, input.at + 1, 8);
    input.at += 9;
    return view.getBigUint64(0);
  }

  *#lengthOrEncoding(): Reading<number> {
    const { input } = this;
    this.#encoding = -1;
    const first = yield* input.byte();
    if (first < 0x40) return first;
    if (first < 0x80) return (first & 0x3f) << 8 | (yield* input.byte());
    if (first >= 0xc0) {
      this.#encoding = first & 0x3f;
      return 0;
    }
    if (first === LENGTH_32) return yield* this.#bigEndian(4);
    if (first === LENGTH_64) return yield* this.#bigEndian(8);
    throw this.error(`there is no length that begins with byte ${first}`);
  }

  *#bigEndian(count: number): Reading<number> {
    const { input } = this;
    yield* input.need(count);
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + input.bytes[input.at++]!;
    return value;
  }

  /** A signed number of `count` bytes, the lowest first. */
  *#littleEndian(count: number): Reading<number> {
    const { input } = this;
    yield* input.need(count);
    let value = 0;
    for (let i = 0; i < count; i++) value |= input.bytes[input.at++]! << 8 * i;
    return value << 32 - 8 * count >> 32 - 8 * count;
  }

  /** Milliseconds since 1970, or any 64-bit number; exact below 2^53. */
  *time(): Reading<number> {
    const { input } = this;
    yield* input.need(8);
    const view = new DataView(input.bytes.buffer, input.at, 8);
    input.at += 8;
    return view.getInt32(4, true) * 2 ** 32 + view.getUint32(0, true);
  }

  /** Reads a short string if all of it is there. Returns whether. This is the way of nearly all of them. */
  tryString(slot: ByteSlot): boolean {
    const { input } = this;
    const { bytes, at, end } = input;
    if (end - at < 2) return false;
    let length = bytes[at]!;
    let start = at + 1;
    if (length >= 0x80) return false;
    if (length >= 0x40) length = (length & 0x3f) << 8 | bytes[start++]!;
    if (end - start < length) return false;
    const to = slot.reserve(length);
    if (length < 32) { for (let i = 0; i < length; i++) to[i] = bytes[start + i]!; }
    else to.set(bytes.subarray(start, start + length));
    input.at = start + length;
    return true;
  }

  /**
   * Reads a string into `slot`. Returns false for one of more than `maxBytes`: then the slot has its
   * beginning, as far as that is easily had.
   */
  *string(slot: ByteSlot, maxBytes: number): Reading<boolean> {
    const length = yield* this.#lengthOrEncoding();
    if (this.#encoding === LZF) return yield* this.#packed(slot, maxBytes);
    if (this.#encoding >= 0) return yield* this.#integer(slot);
    const { input } = this;
    const isTooLong = length > maxBytes;
    const kept = isTooLong ? Math.min(length, SHOWN_BYTES) : length;
    yield* input.need(kept);
    slot.reserve(kept).set(input.bytes.subarray(input.at, input.at + kept));
    input.at += kept;
    if (isTooLong) yield* input.skip(length - kept);
    return !isTooLong;
  }

  *#integer(slot: ByteSlot): Reading<boolean> {
    const byteCount = { [INT8]: 1, [INT16]: 2, [INT32]: 4 }[this.#encoding];
    if (byteCount === undefined) throw this.error(`there is no encoding ${this.#encoding}`);
    const text = String(yield* this.#littleEndian(byteCount));
    new TextEncoder().encodeInto(text, slot.reserve(text.length));
    return true;
  }

  *#packed(slot: ByteSlot, maxBytes: number): Reading<boolean> {
    const { input } = this;
    const packed = yield* this.length();
    const length = yield* this.length();
    if (length > maxBytes || packed > maxBytes) {
      slot.length = 0;
      yield* input.skip(packed);
      return false;
    }
    if (length > packed * MAX_LZF_RATIO) throw this.error("a packed string has a wrong length");
    yield* input.need(packed);
    const { bytes, at } = input;
    const isWhole = unpackLzf(bytes, at, at + packed, slot.reserve(length), length);
    if (!isWhole) throw this.error("a packed string is damaged");
    input.at += packed;
    return true;
  }

  /** Passes over a string. */
  *skipString(): Reading {
    const length = yield* this.#lengthOrEncoding();
    if (this.#encoding < 0) return yield* this.input.skip(length);
    if (this.#encoding === LZF) {
      const packed = yield* this.length();
      yield* this.length();
      return yield* this.input.skip(packed);
    }
    const byteCount = { [INT8]: 1, [INT16]: 2, [INT32]: 4 }[this.#encoding];
    if (byteCount === undefined) throw this.error(`there is no encoding ${this.#encoding}`);
    yield* this.input.skip(byteCount);
  }
}
