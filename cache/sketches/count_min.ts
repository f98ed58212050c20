// A Count-Min sketch as RedisBloom has it: rows of 32-bit counters, one counter of each row for an item, in a
// value of bytes that is changed in place. Knows its own bytes, not the key, and no command.
//
//   0 width | 1 depth | 2 sum of all counts 64 | then the rows, one behind the other

import { ByteView } from "../bytes/byte_view.ts";
import { murmur32 } from "./murmur32.ts";

/** Bytes of the header. */
export const CMS_HEADER_BYTES = 16;
const WIDTH = 0;
const DEPTH = 1;
const SUM_LOW = 2;
const SUM_HIGH = 3;
const SUM_AT = 8;
const COUNTER_BYTES = 4;
const LOG_OF_HALF = Math.fround(Math.log10(0.5));
/** What a counter stays at that has overflowed. */
export const MAX_COUNTER = 0xffffffff;

/** Counters in a row for counts that are at most `errorRate` of the sum of all too high. */
export function widthFor(errorRate: number): number {
  return Math.ceil(2 / errorRate);
}

/** Rows for counts that are higher than that with such a probability. In floats of 32 bits, as RedisBloom. */
export function depthFor(probability: number): number {
  const log = Math.fround(Math.log10(Math.fround(probability)));
  return Math.ceil(Math.fround(log / LOG_OF_HALF));
}

/** Bytes of a sketch. */
export function countMinBytes(width: number, depth: number): number {
  return CMS_HEADER_BYTES + COUNTER_BYTES * width * depth;
}

/** A sketch, in a value that is opened in {@linkcode view}. Objects are reused. */
export class CountMin {
  /** The value. Who uses this opens and closes it. */
  readonly view: ByteView = new ByteView();
  readonly #words = new Uint32Array(CMS_HEADER_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);

  /** Begins a sketch in an empty value. Returns false where there is no space. */
  create(width: number, depth: number): boolean {
    const bytes = countMinBytes(width, depth);
    if (!this.view.mayWrite(0, bytes)) return false;
    this.#words.fill(0);
    this.#words[WIDTH] = width;
    this.#words[DEPTH] = depth;
    return this.view.write(0, this.#bytes, 0, CMS_HEADER_BYTES) && this.view.setLength(bytes);
  }

  /** Reads the header of the value that was opened. */
  load(): void {
    this.view.read(0, CMS_HEADER_BYTES, this.#bytes, 0);
  }

  /** Counters in a row. */
  get width(): number {
    return this.#words[WIDTH]!;
  }

  /** Rows. */
  get depth(): number {
    return this.#words[DEPTH]!;
  }

  /** The sum of all counts, with a sign. */
  get sum(): number | bigint {
    const high = this.#words[SUM_HIGH]!;
    const low = this.#words[SUM_LOW]!;
    if (high < 2 ** 21) return high * 2 ** 32 + low;
    return BigInt.asIntN(64, BigInt(high) << 32n | BigInt(low));
  }

  /** Where the counter of an item in a row is. */
  #place(row: number, item: Uint8Array, start: number, length: number): number {
    const width = this.#words[WIDTH]!;
    const column = murmur32(item, start, length, row) % width;
    return CMS_HEADER_BYTES + COUNTER_BYTES * (row * width + column);
  }

  /** The count of an item, `length` bytes from `start`; never too low. */
  query(item: Uint8Array, start: number, length: number): number {
    const depth = this.#words[DEPTH]!;
    let least = MAX_COUNTER;
    for (let row = 0; row < depth; row++) {
      const count = this.#counterAt(this.#place(row, item, start, length));
      if (count < least) least = count;
    }
    return least;
  }

  #counterAt(at: number): number {
    const { view } = this;
    if (view.isInSlots) return view.blocks.wordAt(at) >>> 0;
    const high = view.byteAt(at + 2) | view.byteAt(at + 3) << 8;
    return (view.byteAt(at) | view.byteAt(at + 1) << 8 | high << 16) >>> 0;
  }

  #setCounter(at: number, count: number): boolean {
    const { view } = this;
    if (!view.prepare(at, COUNTER_BYTES)) return false;
    if (view.isInSlots) view.blocks.setWord(at, count);
    else for (let i = 0; i < COUNTER_BYTES; i++) view.setByte(at + i, (count >>> (8 * i)) & 0xff);
    return true;
  }

  /**
   * Adds `by`, at least 0, to the count of an item, and returns that; the highest there is where a counter has
   * overflowed. Undefined where there is no space.
   */
  increase(
    item: Uint8Array,
    start: number,
    length: number,
    by: number | bigint,
  ): number | undefined {
    const depth = this.#words[DEPTH]!;
    const low = typeof by === "number" ? by % 2 ** 32 : Number(BigInt.asUintN(32, by));
    let least = MAX_COUNTER;
    for (let row = 0; row < depth; row++) {
      const at = this.#place(row, item, start, length);
      const sum = (this.#counterAt(at) + low) >>> 0;
      const count = sum < by ? MAX_COUNTER : sum;
      if (!this.#setCounter(at, count)) return undefined;
      if (count < least) least = count;
    }
    this.#addToSum(by);
    return least;
  }

  #addToSum(by: number | bigint): void {
    const { sum } = this;
    const exact = typeof sum === "number" && typeof by === "number" ? sum + by : Infinity;
    if (exact >= 2 ** 53) return this.setSum(BigInt(sum) + BigInt(by));
    this.#words[SUM_LOW] = exact % 2 ** 32;
    this.#words[SUM_HIGH] = Math.floor(exact / 2 ** 32);
    this.view.write(SUM_AT, this.#bytes, SUM_AT, 8);
  }

  /** Sets the sum of all counts: its lower 64 bits. */
  setSum(sum: bigint): void {
    this.#words[SUM_LOW] = Number(sum & 0xffffffffn);
    this.#words[SUM_HIGH] = Number(BigInt.asUintN(64, sum) >> 32n);
    this.view.write(SUM_AT, this.#bytes, SUM_AT, 8);
  }

  /** Copies `count` counters from number `from` on into `to`, as bytes. */
  readCounters(from: number, count: number, to: Uint8Array): void {
    this.view.read(CMS_HEADER_BYTES + COUNTER_BYTES * from, COUNTER_BYTES * count, to, 0);
  }

  /** Writes `count` counters from number `from` on. */
  writeCounters(from: number, count: number, bytes: Uint8Array): boolean {
    const at = CMS_HEADER_BYTES + COUNTER_BYTES * from;
    return this.view.write(at, bytes, 0, COUNTER_BYTES * count);
  }
}
