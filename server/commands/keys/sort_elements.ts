// Elements that SORT has copied out of a collection, and their order: by the numbers that they are, or by their
// bytes. Knows no key and no reply.

import { parseInteger } from "../integers.ts";
import { grownBytes, grownPlaces } from "../../contract/growing_bytes.ts";

/** How to sort. */
export interface SortOrder {
  /** By bytes, not by numbers. */
  isAlpha: boolean;
  isDescending: boolean;
}

const decoder = new TextDecoder("latin1");
/** What strtod() reads, but for the digits of other bases. */
const NUMBER = /^[ \t-\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;
const INFINITE = /^[ \t-\r]*([+-]?)inf(?:inity)?$/i;
const HEX = /^[ \t-\r]*([+-]?)0x([0-9a-f]+)$/i;
const SOME_DIGIT = /^[^e]*[1-9]/i;
/** The smallest number that is not denormal: below it strtod() says that it is out of range. */
const MIN_NORMAL = 2 ** -1022;
/** A longer text is no number that anybody sorts by. */
const MAX_NUMBER_BYTES = 512;

/** Elements, in the order in which they came. */
export class SortElements {
  /** How many there are. */
  count = 0;
  /** Bytes of all of them. */
  usedBytes = 0;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  starts: Int32Array = new Int32Array(64);
  lengths: Int32Array = new Int32Array(64);

  /** Adds an element of `length` bytes. Returns the place in `bytes` to write it to. */
  add(length: number): number {
    const { count, usedBytes } = this;
    if (usedBytes + length > this.bytes.length) {
      this.bytes = grownBytes(this.bytes, usedBytes, usedBytes + length);
    }
    if (count === this.starts.length) {
      this.starts = grownPlaces(this.starts, count + 1);
      this.lengths = grownPlaces(this.lengths, count + 1);
    }
    this.starts[count] = usedBytes;
    this.lengths[count] = length;
    this.count = count + 1;
    this.usedBytes = usedBytes + length;
    return usedBytes;
  }

  /** The numbers of the elements in their order, or null where one of them should be a number and is not. */
  sorted({ isAlpha, isDescending }: SortOrder): Uint32Array | null {
    const order = new Uint32Array(this.count).map((_, i) => i);
    const sign = isDescending ? -1 : 1;
    if (isAlpha) return order.sort((a, b) => sign * this.#compare(a, b));
    const scores = new Float64Array(this.count);
    for (let i = 0; i < this.count; i++) {
      scores[i] = this.#score(i);
      if (Number.isNaN(scores[i])) return null;
    }
    return order.sort((a, b) => {
      const [x, y] = [scores[a]!, scores[b]!];
      if (x !== y) return x < y ? -sign : sign;
      return sign * this.#compare(a, b);
    });
  }

  #compare(a: number, b: number): number {
    const { bytes, starts, lengths } = this;
    const [aStart, bStart] = [starts[a]!, starts[b]!];
    const shared = Math.min(lengths[a]!, lengths[b]!);
    for (let i = 0; i < shared; i++) {
      const difference = bytes[aStart + i]! - bytes[bStart + i]!;
      if (difference !== 0) return difference;
    }
    return lengths[a]! - lengths[b]!;
  }

  #score(index: number): number {
    const length = this.lengths[index]!;
    if (length > MAX_NUMBER_BYTES) return NaN;
    const start = this.starts[index]!;
    // Nearly all are short integers, which need no text.
    const integer = parseInteger(this.bytes, start, length);
    if (typeof integer === "number") return integer;
    return numberOf(decoder.decode(this.bytes.subarray(start, start + length)));
  }
}

/** The number that strtod() makes of a whole text; NaN where it makes none, or one that is out of range. */
export function numberOf(text: string): number {
  // As in C a zero byte ends it.
  const end = text.indexOf("\0");
  const shown = end < 0 ? text : text.slice(0, end);
  if (shown === "") return 0;
  const digits = NUMBER.exec(shown)?.[1];
  if (digits !== undefined) {
    const number = Number(digits);
    const isSmall = Math.abs(number) < MIN_NORMAL && SOME_DIGIT.test(digits);
    return isSmall || !Number.isFinite(number) ? NaN : number;
  }
  const infinite = INFINITE.exec(shown);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  const hex = HEX.exec(shown);
  if (hex === null) return NaN;
  return Number(`0x${hex[2]}`) * (hex[1] === "-" ? -1 : 1);
}
