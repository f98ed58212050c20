/**
 * Writes listpacks: the strings in which Redis keeps small collections. Entries that are integers as text become
 * integers. The format: listpack.c of Redis.
 *
 * @module
 */

import { backLengthBytes } from "./packed_entries.ts";

const HEAD_BYTES = 6;
const MAX_COUNT = 65_535;
const END = 0xff;
const MAX_INT64_CHARS = 20;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
/** More than what an entry takes besides its bytes. */
const ENTRY_BYTES = 12;

/** A listpack in the making. */
export class ListpackWriter {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  /** How many bytes there are. */
  length: number = HEAD_BYTES;
  /** How many entries there are. */
  count = 0;

  /** Begins anew. */
  begin(): void {
    this.length = HEAD_BYTES;
    this.count = 0;
  }

  /** Adds an entry. */
  add(from: Uint8Array, start: number, length: number): void {
    this.#reserve(length + ENTRY_BYTES);
    const begin = this.length;
    const integer = length <= MAX_INT64_CHARS ? int64Of(from, start, length) : undefined;
    if (integer !== undefined) this.#integer(integer);
    else this.#string(from, start, length);
    this.#backLength(this.length - begin);
    this.count++;
  }

  /** Adds an entry that is an integer of 64 bits. */
  addInteger(value: number | bigint): void {
    this.#reserve(ENTRY_BYTES);
    const begin = this.length;
    this.#integer(BigInt(value));
    this.#backLength(this.length - begin);
    this.count++;
  }

  /** Makes the first entry, an integer below 128, another one. */
  setFirst(value: number): void {
    this.bytes[HEAD_BYTES] = value;
  }

  /** Ends it: then `bytes` are the listpack. */
  end(): void {
    this.bytes[this.length++] = END;
    const view = new DataView(this.bytes.buffer);
    view.setUint32(0, this.length, true);
    view.setUint16(4, Math.min(this.count, MAX_COUNT), true);
  }

  #reserve(more: number): void {
    const needed = this.length + more + 1;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  #integer(value: bigint): void {
    const { bytes } = this;
    const small = Number(value);
    if (small >= 0 && small < 128) {
      bytes[this.length++] = small;
      return;
    }
    if (small >= -4096 && small < 4096) {
      bytes[this.length++] = 0xc0 | (small & 0x1fff) >> 8;
      bytes[this.length++] = small;
      return;
    }
    const index = [15, 23, 31].findIndex((bits) => small >= -(2 ** bits) && small < 2 ** bits);
    const width = index < 0 ? 8 : index + 2;
    bytes[this.length++] = index < 0 ? 0xf4 : 0xf1 + index;
    const all = new DataView(new ArrayBuffer(8));
    all.setBigInt64(0, value, true);
    for (let i = 0; i < width; i++) bytes[this.length++] = all.getUint8(i);
  }

  #string(from: Uint8Array, start: number, length: number): void {
    const { bytes } = this;
    if (length < 64) bytes[this.length++] = 0x80 | length;
    else if (length < 4096) {
      bytes[this.length++] = 0xe0 | length >> 8;
      bytes[this.length++] = length;
    } else {
      bytes[this.length++] = 0xf0;
      for (let shift = 0; shift < 32; shift += 8) bytes[this.length++] = length >>> shift;
    }
    bytes.set(from.subarray(start, start + length), this.length);
    this.length += length;
  }

  /** The length of the entry, to be read backwards: seven bits in each byte, the lowest last. */
  #backLength(length: number): void {
    const count = backLengthBytes(length);
    for (let i = count - 1; i >= 0; i--) {
      const bits = Math.floor(length / 128 ** i) & 127;
      this.bytes[this.length++] = i === count - 1 ? bits : bits | 128;
    }
  }
}

/** The 64-bit integer whose text these bytes are, in the form in which it is written; else undefined. */
function int64Of(bytes: Uint8Array, start: number, length: number): bigint | undefined {
  const text = String.fromCharCode(...bytes.subarray(start, start + length));
  if (!/^(0|-?[1-9]\d*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < MIN_INT64 || value > MAX_INT64 ? undefined : value;
}
