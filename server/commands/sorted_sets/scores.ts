// Reads scores, weights and coordinates: numbers as strtod() of C reads them. The usual ones, of at most
// 15 digits, are read from bytes and make no string. Knows no command.

import type { Args } from "../../contract/args.ts";

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const OPEN = 0x28;
/** Up to this many digits a number is exact, and so is its quotient by a power of ten the nearest. */
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
/** A text of more bytes is no number. */
const MAX_TEXT_BYTES = 4096;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i;
const INFINITY = /^[+-]?inf(?:inity)?$/i;
const NOT_ZERO = /^[+-]?[0.]*[1-9]/;
const LEADING_SPACE = /^[ \t-\r]+/;
const latin1 = new TextDecoder("latin1");

/** Argument `index` as a score: NaN where it is none, is too large to be one, or too close to zero. */
export function scoreOf(args: Args, index: number): number {
  return readNumber(args.bytes, args.starts[index]!, args.lengths[index]!, true);
}

/** Whether a bound of a range of scores, argument `index`, does not belong to the range. */
export function isOpenBound(args: Args, index: number): boolean {
  return args.lengths[index]! > 0 && args.bytes[args.starts[index]!] === OPEN;
}

/**
 * Argument `index` as a bound of a range of scores, without the parenthesis of an open one: NaN where it is none. As in
 * Redis spaces may be before it, nothing at all is 0, and a zero byte ends it.
 */
export function boundOf(args: Args, index: number): number {
  const skipped = isOpenBound(args, index) ? 1 : 0;
  const start = args.starts[index]! + skipped;
  let length = args.lengths[index]! - skipped;
  for (let i = 0; i < length; i++) if (args.bytes[start + i] === 0) length = i;
  return length === 0 ? 0 : readNumber(args.bytes, start, length, false);
}

/** `isStrict`: no space before it, and no number that a double cannot hold. */
function readNumber(bytes: Uint8Array, start: number, length: number, isStrict: boolean): number {
  const end = start + length;
  const sign = bytes[start];
  let number = 0;
  let digits = 0;
  let fraction = -1;
  for (let i = sign === MINUS || sign === PLUS ? start + 1 : start; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      number = 10 * number + digit;
      digits++;
      if (fraction >= 0) fraction++;
    } else if (bytes[i] === POINT && fraction < 0) fraction = 0;
    else return readText(bytes, start, length, isStrict);
  }
  if (digits === 0 || digits > EXACT_DIGITS) return readText(bytes, start, length, isStrict);
  const size = fraction > 0 ? number / POWERS[fraction]! : number;
  return sign === MINUS ? -size : size;
}

/** Reads exponents, many digits, hexadecimals and infinity. */
function readText(bytes: Uint8Array, start: number, length: number, isStrict: boolean): number {
  if (length > MAX_TEXT_BYTES) return NaN;
  const all = latin1.decode(bytes.subarray(start, start + length));
  const text = isStrict ? all : all.replace(LEADING_SPACE, "");
  if (INFINITY.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null && !DECIMAL.test(text)) return NaN;
  const number = hexadecimal === null ? Number(text) : fromHexadecimal(hexadecimal);
  if (!isStrict) return number;
  const isTooSmall = number === 0 && hexadecimal === null && NOT_ZERO.test(text);
  return isTooSmall || Math.abs(number) === Infinity ? NaN : number;
}

function fromHexadecimal([, sign, whole, fraction, exponent = "0"]: RegExpExecArray): number {
  const digits = `${whole}${fraction}`;
  if (digits === "") return NaN;
  const power = Number(exponent) - 4 * fraction!.length;
  const size = Number(BigInt(`0x${digits}`));
  // In two steps, since a power of two may be too large where the product is not.
  const half = Math.trunc(power / 2);
  const number = size * 2 ** half * 2 ** (power - half);
  return sign === "-" ? -number : number;
}
