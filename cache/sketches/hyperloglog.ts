// A HyperLogLog as Redis has it: a string with a header of 16 bytes, then 16384 registers in one of two
// encodings. This holds one string at a time, of any key; who uses it reads it from its key and stores
// it again. Knows neither items nor commands.

import { estimateOf, HISTOGRAM_PLACES, REGISTERS } from "./cardinality.ts";
import { countDense, DENSE_BYTES, mergeDense, raiseDense, writeDense } from "./dense_registers.ts";
import { Murmur64 } from "./murmur64.ts";
import {
  countSparse,
  HEADER_BYTES,
  mergeSparse,
  raiseSparse,
  SetResult,
  STALE_AT,
  STALE_BIT,
} from "./sparse_registers.ts";

const SEED = 0xadc83b19;
const INDEX_BITS = 14;
/** Bit 50 of a hash without its index, in the upper half: a run of zeroes ends there at the latest. */
const LAST_COUNTED = 1 << 18;
/** Encodings. */
const DENSE = 0;
const SPARSE = 1;
/** Up to this upper half a 64-bit integer is exact as a number. */
const MAX_EXACT_HIGH = 2 ** 21;
/** Longest string that can be one: each register could be a run of two bytes. */
const MAX_BYTES = HEADER_BYTES + 2 * REGISTERS;
const ENCODING_AT = 4;
const COUNT_AT = 8;
/** An empty one: "HYLL", sparse, a count of 0, one run of 16384 registers of 0. */
const EMPTY = [0x48, 0x59, 0x4c, 0x4c, SPARSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0xff];

/** A string that is, or may be, a HyperLogLog. */
export class HyperLogLog {
  /** The string, and one zero behind it. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MAX_BYTES + 4);
  /** Bytes of the string. */
  length = 0;
  /** Register of the last member that was located. */
  index = 0;
  /** The value that it asks for. */
  value = 0;
  readonly #hash = new Murmur64();
  readonly #registers = new Uint8Array(REGISTERS);
  readonly #histogram = new Int32Array(HISTOGRAM_PLACES);

  /** Makes it an empty one. */
  clear(): void {
    this.bytes.set(EMPTY);
    this.length = EMPTY.length;
  }

  /**
   * Takes over what is in {@linkcode bytes}: `length` bytes, or so many of which the header is there. Returns whether
   * header and length are right.
   */
  take(length: number): boolean {
    const { bytes } = this;
    this.length = length;
    if (length < HEADER_BYTES || length > MAX_BYTES) return false;
    bytes[length] = 0;
    for (let i = 0; i < ENCODING_AT; i++) if (bytes[i] !== EMPTY[i]) return false;
    return bytes[ENCODING_AT] === DENSE ? length === DENSE_BYTES : bytes[ENCODING_AT] === SPARSE;
  }

  /** Whether it has the sparse encoding, not the dense one. */
  get isSparse(): boolean {
    return this.bytes[ENCODING_AT] === SPARSE;
  }

  /** Finds out which register `length` bytes from `start` belong to, and what it is raised to. */
  locate(bytes: Uint8Array, start: number, length: number): void {
    const hash = this.#hash;
    hash.hash(bytes, start, length, 0, SEED);
    this.index = hash.low & (REGISTERS - 1);
    const low = hash.low >>> INDEX_BITS | hash.high << (32 - INDEX_BITS);
    const high = hash.high >>> INDEX_BITS | LAST_COUNTED;
    this.value = low !== 0 ? 32 - Math.clz32(low & -low) : 64 - Math.clz32(high & -high);
  }

  /** Raises a register. Never `tooDense`: then the encoding changes. */
  raise(index: number, value: number): SetResult {
    if (this.isSparse) {
      const result = raiseSparse(this, index, value);
      if (result !== SetResult.tooDense) return result;
      if (!this.makeDense()) return SetResult.corrupt;
    }
    return raiseDense(this.bytes, index, value) ? SetResult.raised : SetResult.kept;
  }

  /** Changes the encoding to dense. Returns false if the sparse one is damaged. */
  makeDense(): boolean {
    if (!this.isSparse) return true;
    const registers = this.#registers.fill(0);
    if (!mergeSparse(this, registers)) return false;
    this.bytes[ENCODING_AT] = DENSE;
    writeDense(registers, this.bytes);
    this.length = DENSE_BYTES;
    this.bytes[DENSE_BYTES] = 0;
    return true;
  }

  /** Raises `registers`, a byte each, to these. Returns false if the sparse encoding is damaged. */
  mergeInto(registers: Uint8Array): boolean {
    if (this.isSparse) return mergeSparse(this, registers);
    mergeDense(this.bytes, registers);
    return true;
  }

  /** Raises its registers, one after the other, to these. Its own encoding is right. */
  raiseTo(registers: Uint8Array): void {
    // Redis does the same for each register that is not 0; for those that are as high nothing changes.
    const own = this.#registers.fill(0);
    this.mergeInto(own);
    for (let i = 0; i < REGISTERS; i++) {
      // Where the encoding changes, `own` is overwritten with what is just as right.
      if (registers[i]! > own[i]!) this.raise(i, registers[i]!);
    }
    this.spoilCount();
  }

  /** Marks the cached count as out of date. */
  spoilCount(): void {
    this.bytes[STALE_AT]! |= STALE_BIT;
  }

  /** Whether the header has a count that is good. */
  get hasCount(): boolean {
    return this.bytes[STALE_AT]! < STALE_BIT;
  }

  /** The count in the header. */
  get cachedCount(): number | bigint {
    let high = 0;
    let low = 0;
    for (let i = 3; i >= 0; i--) {
      low = low * 256 + this.bytes[COUNT_AT + i]!;
      high = high * 256 + this.bytes[COUNT_AT + 4 + i]!;
    }
    return high < MAX_EXACT_HIGH ? high * 2 ** 32 + low : BigInt(high) << 32n | BigInt(low);
  }

  /** Estimates how many members there were, or returns undefined if the sparse encoding is damaged. */
  count(): number | undefined {
    const histogram = this.#histogram.fill(0);
    if (!this.isSparse) countDense(this.bytes, histogram);
    else if (!countSparse(this, histogram)) return undefined;
    return estimateOf(histogram);
  }

  /** The estimate for registers that are a byte each. */
  countOf(registers: Uint8Array): number {
    const histogram = this.#histogram.fill(0);
    for (let i = 0; i < REGISTERS; i++) histogram[registers[i]! & 0x3f]!++;
    return estimateOf(histogram);
  }

  /** Writes a count into the header. */
  cacheCount(count: number): void {
    let rest = BigInt.asUintN(64, BigInt(count));
    for (let i = COUNT_AT; i <= STALE_AT; i++, rest >>= 8n) this.bytes[i] = Number(rest & 0xffn);
  }
}
