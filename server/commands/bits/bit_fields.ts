// Integers of any width at any bit of a string, and what happens where they overflow, as in Redis 7. Fields have up to 64
// bits, so they are bigints.

import type { ByteView } from "../../../cache/mod.ts";
import { byteOf } from "./bit_offsets.ts";

/** What is done on overflow. */
export const Overflow = { wrap: 0, saturate: 1, fail: 2 } as const;
/** One of the values of the constant of the same name. */
export type Overflow = typeof Overflow[keyof typeof Overflow];

/** A kind of integer. */
export interface FieldType {
  readonly isSigned: boolean;
  readonly bits: number;
}

const HALF_BITS = 32;
const BYTE_BITS = 8;

/** Reads the field at bit `offset`. */
export function readField(view: ByteView, { isSigned, bits }: FieldType, offset: number): bigint {
  const lowBits = Math.min(bits, HALF_BITS);
  const high = readBits(view, offset, bits - lowBits);
  const low = readBits(view, offset + bits - lowBits, lowBits);
  const value = (BigInt(high) << BigInt(lowBits)) | BigInt(low);
  return isSigned ? BigInt.asIntN(bits, value) : value;
}

/** Writes the field at bit `offset`, which must be inside the string. */
export function writeField(view: ByteView, bits: number, offset: number, value: bigint): void {
  const lowBits = Math.min(bits, HALF_BITS);
  writeBits(view, offset, bits - lowBits, Number(BigInt.asUintN(bits, value) >> BigInt(lowBits)));
  writeBits(view, offset + bits - lowBits, lowBits, Number(BigInt.asUintN(lowBits, value)));
}

/** Up to 32 bits from bit `offset` on, as a number. */
function readBits(view: ByteView, offset: number, bits: number): number {
  const first = byteOf(offset);
  const end = offset + bits;
  let value = 0;
  let from = offset;
  for (let byte = first; from < end; byte++) {
    const to = Math.min(BYTE_BITS * (byte + 1), end);
    const part = view.byteAt(byte) >>> (BYTE_BITS * (byte + 1) - to);
    value = value * 2 ** (to - from) + (part & ((1 << (to - from)) - 1));
    from = to;
  }
  return value;
}

function writeBits(view: ByteView, offset: number, bits: number, value: number): void {
  const end = offset + bits;
  let from = offset;
  for (let byte = byteOf(offset); from < end; byte++) {
    const to = Math.min(BYTE_BITS * (byte + 1), end);
    const shift = BYTE_BITS * (byte + 1) - to;
    const mask = ((1 << (to - from)) - 1) << shift;
    const part = Math.floor(value / 2 ** (end - to)) % 2 ** (to - from);
    view.setByte(byte, (view.byteAt(byte) & ~mask) | (part << shift));
    from = to;
  }
}

/**
 * The field plus `by` as it is to be stored; undefined where it overflows and that is to fail. The checks are those of
 * Redis, whose differences are integers of 64 bits: far below zero they overflow, and then the result counts as above.
 */
export function addToField(
  { isSigned, bits }: FieldType,
  value: bigint,
  by: bigint,
  overflow: Overflow,
): bigint | undefined {
  const most = (1n << BigInt(isSigned ? bits - 1 : bits)) - 1n;
  const least = isSigned ? -most - 1n : 0n;
  const mostBy = BigInt.asIntN(64, most - value);
  const leastBy = BigInt.asIntN(64, least - value);
  const isNarrow = isSigned && bits < 64;
  const isAbove = value > most || (isNarrow || (value >= 0n && by > 0n)) && by > mostBy;
  const isBelow = value < least ||
    (isNarrow || by < 0n && (!isSigned || value < 0n)) && by < leastBy;
  if (!isAbove && !isBelow) return value + by;
  if (overflow === Overflow.fail) return undefined;
  if (overflow === Overflow.saturate) return isAbove ? most : least;
  return isSigned ? BigInt.asIntN(bits, value + by) : BigInt.asUintN(bits, value + by);
}

/** A new value of the field as it is to be stored, in the same way. Unsigned ones below zero count as above all. */
export function fitToField(
  type: FieldType,
  value: bigint,
  overflow: Overflow,
): bigint | undefined {
  return addToField(type, type.isSigned ? value : BigInt.asUintN(64, value), 0n, overflow);
}
