// Reads the arguments of the bit commands as Redis does: where bits are, how wide a field is, and which part of a
// value a command is about. Knows no value.

import type { Args } from "../../contract/args.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { refused } from "../failures.ts";
import { parseInteger } from "../integers.ts";

export const BAD_OFFSET = refused("bit offset is not an integer or out of range");
export const BAD_BIT = refused("bit is not an integer or out of range");
/** Bits of the longest string that Redis has: of longer ones no offset is accepted. */
const MAX_OFFSET = 2 ** 32;
const HASH_SIGN = 0x23;

/** A bit of a byte, the highest as bit 0: its place in the byte, as a shift. */
export function shiftOf(offset: number): number {
  return 7 - offset % 8;
}

/** The byte that has this bit. */
export function byteOf(offset: number): number {
  return Math.floor(offset / 8);
}

/** Argument `index` as the offset of a bit, or -1. */
export function bitOffsetOf(args: Args, index: number): number {
  const offset = integerOf(args, index);
  return offset === undefined || offset < 0 || offset >= MAX_OFFSET ? -1 : Number(offset);
}

/** The same where `#n` may stand for the n-th field of `bits` bits. */
export function fieldOffsetOf(args: Args, index: number, bits: number): number {
  const start = args.starts[index]!;
  if (args.lengths[index] === 0 || args.bytes[start] !== HASH_SIGN) return bitOffsetOf(args, index);
  const number = parseInteger(args.bytes, start + 1, args.lengths[index]! - 1);
  if (number === undefined) return -1;
  const offset = BigInt.asIntN(64, BigInt(number) * BigInt(bits));
  return offset < 0 || offset >= MAX_OFFSET ? -1 : Number(offset);
}

/** A part of a value, in bytes and perhaps in bits. */
export class BitRange {
  /** The first byte and the last one. There are none where the last is before the first. */
  first = 0;
  last = -1;
  /** Bits of the first byte that are before the range, and of the last one that are behind it: a mask of each. */
  before = 0;
  behind = 0;

  /** All of a value of `bytes` bytes. */
  setAll(bytes: number): void {
    this.first = 0;
    this.last = bytes - 1;
    this.before = 0;
    this.behind = 0;
  }

  /** From `start` to `end`, both included, in bits or bytes. Numbers below 0 count from the end of the value. */
  set(start: number, end: number, bytes: number, inBits: boolean): void {
    this.setAll(bytes);
    const total = inBits ? 8 * bytes : bytes;
    const from = start < 0 ? Math.max(0, total + start) : start;
    const to = Math.min(end < 0 ? Math.max(0, total + end) : end, total - 1);
    if (from > to) {
      this.last = -1;
      return;
    }
    this.first = inBits ? byteOf(from) : from;
    this.last = inBits ? byteOf(to) : to;
    if (!inBits) return;
    this.before = ~((1 << (shiftOf(from) + 1)) - 1) & 0xff;
    this.behind = (1 << shiftOf(to)) - 1;
  }

  /** How many bytes it has. */
  get length(): number {
    return Math.max(0, this.last - this.first + 1);
  }
}

/** What argument `index` says that a range counts in: true for bits. Null where that is neither. */
export function unitOf(args: Args, index: number): boolean | null {
  const word = tokenOf(args, index);
  return word === "BIT" ? true : word === "BYTE" ? false : null;
}
