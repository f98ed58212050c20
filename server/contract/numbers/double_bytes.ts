// Numbers with a fraction as text, as Redis writes them: "%.17g" of C, so up to 17 digits, correctly
// rounded, an exponent of at least two digits, and "inf". Whole numbers, which most scores are, are
// written digit by digit and make no string. Knows no protocol.

import { writeAscii } from "../text_bytes.ts";

/** No number takes more bytes: a sign, 17 digits, a point, and four zeros or `e-308` make 24. */
export const MAX_DOUBLE_BYTES = 32;

const MINUS = 0x2d;
const ZERO = 0x30;
const DIGITS = 17;
/** Below this, whole numbers can be divided exactly. */
const MAX_WHOLE = 2 ** 53;
/** From here on a text has an exponent, and below a ten-thousandth. */
const MIN_EXPONENT = -4;
/** Only a multiple of this has 18 digits of which the last is 5: a number in the middle between two of 17. */
const FINEST_MIDDLE = 2 ** -25;

/** Writes a number at `at`, where there is space for {@linkcode MAX_DOUBLE_BYTES}. Returns its length. */
export function writeDouble(value: number, bytes: Uint8Array, at: number): number {
  if (value > -MAX_WHOLE && value < MAX_WHOLE && Math.floor(value) === value) {
    if (value > 0) return writeWhole(value, bytes, at);
    if (value < 0) {
      bytes[at] = MINUS;
      return 1 + writeWhole(-value, bytes, at + 1);
    }
  }
  return writeAscii(doubleText(value), bytes, at);
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
