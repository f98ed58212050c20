/**
 * Writes values as DUMP of Redis 7.0 does: a type, the value in the encoding that Redis would have for it, the
 * version of the format and a checksum. Small collections are written as listpacks or intsets. The format: rdb.c
 * and listpack.c of Redis. Knows no shard.
 *
 * @module
 */

import { Crc64 } from "./crc64.ts";
import { LzfPacker } from "./lzf.ts";
import { ListpackWriter } from "./listpack_writer.ts";

/** Types of values. */
export const DumpType = {
  string: 0,
  set: 2,
  hash: 4,
  sortedSet: 5,
  /** A type that a module has added, such as those of RedisBloom. */
  module: 7,
  intset: 11,
  packedHash: 16,
  packedSortedSet: 17,
  list: 18,
  stream: 19,
  /** A hash whose fields have deadlines; Redis has it from 7.4 on. */
  hashWithTimes: 24,
} as const;
/** One of the values of the constant of the same name. */
export type DumpType = typeof DumpType[keyof typeof DumpType];

/** The version of the format of Redis 7.0, and that of 7.4. */
const VERSION = 10;
const VERSION_WITH_TIMES = 12;
const FOOTER_BYTES = 10;
/** Shorter strings are not packed, and others only where that saves so much. */
const MIN_PACKED_BYTES = 21;
const MIN_SAVED_BYTES = 4;
/** Nor are longer ones, other than in Redis: that would take a while. */
const MAX_PACKED_BYTES = 128 * 1024;
/** The longest text of a 32-bit integer. */
const MAX_INT32_CHARS = 11;
const NODE_PACKED = 2;
/** The longest head of a string. */
const HEAD_BYTES = 20;

/** A payload in the making. */
export class DumpWriter {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  /** How many bytes there are. */
  length = 0;
  #type: DumpType = DumpType.string;
  #packer: LzfPacker | undefined;
  #float = new DataView(new ArrayBuffer(8));

  /** Begins with a value of this type. */
  begin(type: DumpType): void {
    this.#type = type;
    this.length = 0;
    this.#byte(type);
  }

  /** Adds version and checksum. */
  end(): void {
    this.#reserve(FOOTER_BYTES);
    const version = this.#type === DumpType.hashWithTimes ? VERSION_WITH_TIMES : VERSION;
    this.bytes[this.length++] = version;
    this.bytes[this.length++] = version >> 8;
    const sum = new Crc64();
    sum.add(this.bytes, 0, this.length);
    this.bytes.set(sum.bytes(), this.length);
    this.length += FOOTER_BYTES - 2;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Adds a number of elements or bytes below 2^32. */
  count(value: number): void {
    this.#reserve(5);
    const { bytes } = this;
    if (value < 1 << 6) bytes[this.length++] = value;
    else if (value < 1 << 14) {
      bytes[this.length++] = 0x40 | value >> 8;
      bytes[this.length++] = value;
    } else {
      bytes[this.length++] = 0x80;
      for (let shift = 24; shift >= 0; shift -= 8) bytes[this.length++] = value >>> shift;
    }
  }

  /** Adds a number of any size up to 2^64. */
  bigCount(value: number | bigint): void {
    if (value < 2 ** 32) return this.count(Number(value));
    this.#byte(0x81);
    this.#reserve(8);
    this.#float.setBigUint64(0, BigInt(value), false);
    this.bytes.set(new Uint8Array(this.#float.buffer), this.length);
    this.length += 8;
  }

  /** Adds milliseconds since 1970. */
  time(ms: number): void {
    this.#reserve(8);
    this.#float.setBigUint64(0, BigInt(ms), true);
    this.bytes.set(new Uint8Array(this.#float.buffer), this.length);
    this.length += 8;
  }

  /** Adds bytes as they are, without a length. */
  raw(from: Uint8Array, start: number, length: number): void {
    this.#reserve(length);
    this.bytes.set(from.subarray(start, start + length), this.length);
    this.length += length;
  }

  /** Adds a score. */
  score(value: number): void {
    this.#reserve(8);
    this.#float.setFloat64(0, value, true);
    this.bytes.set(new Uint8Array(this.#float.buffer), this.length);
    this.length += 8;
  }

  /** Adds a string: as an integer or packed where Redis does so, else as it is. */
  string(from: Uint8Array, start: number, length: number): void {
    if (length <= MAX_INT32_CHARS && this.#integer(from, start, length)) return;
    this.#reserve(HEAD_BYTES + length);
    const mayPack = length >= MIN_PACKED_BYTES && length <= MAX_PACKED_BYTES;
    if (mayPack && this.#packed(from, start, length)) return;
    this.count(length);
    this.#reserve(length);
    this.bytes.set(from.subarray(start, start + length), this.length);
    this.length += length;
  }

  /** Adds a string of integer form, if it is the text of a 32-bit integer. */
  #integer(from: Uint8Array, start: number, length: number): boolean {
    const value = int32Of(from, start, length);
    if (value === undefined) return false;
    const width = value === value << 24 >> 24 ? 1 : value === value << 16 >> 16 ? 2 : 4;
    this.#reserve(5);
    this.bytes[this.length++] = 0xc0 | width >> 1;
    for (let i = 0; i < width; i++) this.bytes[this.length++] = value >> 8 * i;
    return true;
  }

  #packed(from: Uint8Array, start: number, length: number): boolean {
    // Packed before its head is known: there is space for both, since it is shorter.
    const at = this.length + HEAD_BYTES;
    const packer = this.#packer ??= new LzfPacker();
    const packed = packer.pack(from, start, length, this.bytes, at, length - MIN_SAVED_BYTES);
    if (packed === 0) return false;
    this.bytes[this.length++] = 0xc3;
    this.count(packed);
    this.count(length);
    this.bytes.copyWithin(this.length, at, at + packed);
    this.length += packed;
    return true;
  }

  /** Adds a listpack as a string. */
  listpack(pack: ListpackWriter): void {
    pack.end();
    this.string(pack.bytes, 0, pack.length);
  }

  /** Adds what another writer has, which has not begun with a type. */
  append(other: DumpWriter): void {
    this.#reserve(other.length);
    this.bytes.set(other.bytes.subarray(0, other.length), this.length);
    this.length += other.length;
  }

  /** Adds a node of a list. */
  node(pack: ListpackWriter): void {
    this.count(NODE_PACKED);
    this.listpack(pack);
  }
}

/** The 32-bit integer whose text these bytes are, in the form in which it is written; else undefined. */
function int32Of(bytes: Uint8Array, start: number, length: number): number | undefined {
  const text = String.fromCharCode(...bytes.subarray(start, start + length));
  const value = Number(text) | 0;
  return String(value) === text ? value : undefined;
}
