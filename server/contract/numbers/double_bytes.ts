// Numbers with a fraction as text, as Redis writes them: "%.17g" of C, so up to 17 digits, correctly
// rounded, an exponent of at least two digits, and "inf". Whole numbers, which most scores are, are
// written digit by digit and make no string. Knows no protocol.

import { writeAscii } from "../text_bytes.ts";

/** No number takes more bytes: a sign, 17 digits, a point, and four zeros or `e-308` make 24. */
export const MAX_DOUBLE_BYTES = 32;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const LETTER_E = 0x65;
const DIGITS = 17;
/** Below this, whole numbers can be divided exactly. */
const MAX_WHOLE = 2 ** 53;
/** From here on a text has an exponent, and below a ten-thousandth. */
const MIN_EXPONENT = -4;
/** Numbers that are no whole ones, or too large for that, are written without a string from here to there. */
const MIN_QUICK = 1e-5;
const MAX_QUICK = 1e17;
/** Powers of ten that are exact. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** What the 17 digits are, as a whole number; the last eight and the first nine of them. */
const MIN_DIGITS = 1e16;
const MAX_DIGITS = 1e17;
const LOW_DIGITS = 1e8;
const MAX_HIGH = 1e9;
const HIGH_DIGITS = 9;
/** Divides a double into two halves of its bits. */
const SPLITTER = 2 ** 27 + 1;
/** Only a multiple of this has 18 digits of which the last is 5: a number in the middle between two of 17. */
const FINEST_MIDDLE = 2 ** -25;

/** Writes a number at `at`, where there is space for {@linkcode MAX_DOUBLE_BYTES}. Returns its length. */
export function writeDouble(value: number, bytes: Uint8Array, at: number): number {
  if (value === 0 || Number.isNaN(value)) return writeAscii(doubleText(value), bytes, at);
  const size = value < 0 ? -value : value;
  if (size < MAX_WHOLE ? Math.floor(size) !== size && size < MIN_QUICK : size >= MAX_QUICK) {
    return writeAscii(doubleText(value), bytes, at);
  }
  if (value < 0) bytes[at] = MINUS;
  const start = value < 0 ? at + 1 : at;
  const isWhole = size < MAX_WHOLE && Math.floor(size) === size;
  const length = isWhole ? writeWhole(size, bytes, start) : writeQuick(size, bytes, start);
  return start + length - at;
}

/** Writes a number from 1e-5 to 1e17, without a string. */
function writeQuick(size: number, bytes: Uint8Array, at: number): number {
  const exponent = Math.min(DIGITS - 1, Math.floor(Math.log10(size)));
  const product = size * POWERS[DIGITS - 1 - exponent]!;
  // The logarithm may be off by one.
  const isLess = product < MIN_DIGITS;
  return writeScaled(
    size,
    isLess ? exponent - 1 : product >= MAX_DIGITS ? exponent + 1 : exponent,
    bytes,
    at,
  );
}

/**
 * Writes a number whose first digit is worth ten to the `exponent`. The sum of two doubles is exactly its product with a
 * power of ten, and its digits are those of that sum, rounded. The method: T. J. Dekker, "A floating-point
 * technique for extending the available precision", 1971.
 */
function writeScaled(size: number, exponent: number, bytes: Uint8Array, at: number): number {
  const power = POWERS[DIGITS - 1 - exponent]!;
  const product = size * power;
  const a = SPLITTER * size - (SPLITTER * size - size);
  const b = SPLITTER * power - (SPLITTER * power - power);
  const aRest = size - a;
  const bRest = power - b;
  const error = a * b - product + a * bRest + aRest * b + aRest * bRest;
  // It has been rounded up to a power of ten: its first digit is worth less.
  if (product === MIN_DIGITS && error < 0) return writeScaled(size, exponent - 1, bytes, at);
  let high = Math.floor(product / LOW_DIGITS);
  let low = product - high * LOW_DIGITS + rounded(error);
  if (low < 0) {
    high--;
    low += LOW_DIGITS;
  } else if (low >= LOW_DIGITS) {
    high++;
    low -= LOW_DIGITS;
  }
  if (high >= MAX_HIGH) return writeDigits(high / 10, 0, exponent + 1, bytes, at);
  return writeDigits(high, low, exponent, bytes, at);
}

/** The nearest whole number; the even one where two are. What it is added to is even. */
function rounded(error: number): number {
  const whole = Math.floor(error);
  const rest = error - whole;
  return rest > 0.5 || rest === 0.5 && whole % 2 !== 0 ? whole + 1 : whole;
}

/** Writes 17 digits, nine in `high` and eight in `low`; the first is worth ten to the `exponent`. */
function writeDigits(
  high: number,
  low: number,
  exponent: number,
  bytes: Uint8Array,
  at: number,
): number {
  const isScientific = exponent < MIN_EXPONENT || exponent >= DIGITS;
  let start = at;
  if (!isScientific && exponent < 0) {
    for (let i = 0; i < 1 - exponent; i++) bytes[start++] = i === 1 ? POINT : ZERO;
  }
  // How many digits stand before the point that is still to come.
  const before = isScientific ? 1 : exponent < 0 ? DIGITS : exponent + 1;
  let end = start;
  let rest = low;
  for (let i = DIGITS - 1; i >= 0; i--) {
    if (i === HIGH_DIGITS - 1) rest = high;
    const tenth = Math.floor(rest / 10);
    const digit = rest - tenth * 10;
    rest = tenth;
    const place = start + i + (i >= before ? 1 : 0);
    if (end === start && (digit !== 0 || i < before && exponent >= 0)) end = place + 1;
    bytes[place] = ZERO + digit;
  }
  if (end > start + before) bytes[start + before] = POINT;
  return isScientific ? writeExponent(exponent, bytes, end) - at : end - at;
}

/** Writes an exponent of one or two digits. Returns where it ends. */
function writeExponent(exponent: number, bytes: Uint8Array, at: number): number {
  const size = exponent < 0 ? -exponent : exponent;
  bytes[at] = LETTER_E;
  bytes[at + 1] = exponent < 0 ? MINUS : PLUS;
  bytes[at + 2] = ZERO + Math.floor(size / 10);
  bytes[at + 3] = ZERO + size % 10;
  return at + 4;
}

/** Writes a whole number from 1 to 2^53. Returns its length. */
function writeWhole(value: number, bytes: Uint8Array, at: number): number {
  let length = 1;
  for (let bound = 10; bound <= value; bound *= 10) length++;
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    bytes[i] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return length;
}

/** A number as text. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [sign, size] = value < 0 ? ["-", -value] : ["", value];
  const [digits, exponent] = roundedDigits(size);
  return sign + placed(digits, exponent);
}

/** The digits of a number above 0 without zeros behind, and the power of ten of the first. */
function roundedDigits(value: number): [digits: string, exponent: number] {
  const [mantissa, exponent] = value.toExponential(DIGITS - 1).split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const isRoundedUp = isMiddle(value) && Number(digits.at(-1)) % 2 === 1;
  // The middle is rounded away from zero above, and to an even digit in C.
  const even = isRoundedUp ? String(BigInt(digits) - 1n) : digits;
  return [even.replace(/0+$/, ""), Number(exponent)];
}

/** Whether a number is in the middle between two of 17 digits. */
function isMiddle(value: number): boolean {
  if (value >= MAX_WHOLE || value % FINEST_MIDDLE !== 0) return false;
  const [mantissa] = value.toExponential(100).split("e") as [string];
  return /^\d\.\d{16}50*$/.test(mantissa);
}

function placed(digits: string, exponent: number): string {
  const { length } = digits;
  if (exponent < MIN_EXPONENT || exponent >= DIGITS) {
    const mantissa = length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${power}`;
  }
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  if (length <= exponent + 1) return digits.padEnd(exponent + 1, "0");
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
