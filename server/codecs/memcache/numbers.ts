// Numbers in the text of memcached's clients, read as strtol() and its kin read them there: after spaces, with or without a
// sign, up to a space; longer ones lose their high bits. Nearly all are a few digits, for which no BigInt is made.

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;
/** Most digits that a number without a fraction holds in any case. */
const FEW_DIGITS = 15;
/** More digits than any number of 64 bits has, zeros before it aside; clients are not let write more. */
const MOST_DIGITS = 320;

/** The text is no number, or none of this kind. */
export const NO_NUMBER: number = NaN;

/** Whether C counts this byte as a space. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** The value of a few digits, or -1 for anything else. */
function fewDigits(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0 || length > FEW_DIGITS) return -1;
  let value = 0;
  for (let i = start; i < start + length; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The number that begins at `start`, without bounds, or undefined. A space or a zero byte may end it. */
function wholeNumber(bytes: Uint8Array, start: number, length: number): bigint | undefined {
  const end = start + length;
  let at = start;
  while (at < end && isSpace(bytes[at]!)) at++;
  const isNegative = bytes[at] === MINUS;
  if (at < end && (isNegative || bytes[at] === PLUS)) at++;
  const first = at;
  let text = "";
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) {
    if (at - first > MOST_DIGITS) return undefined;
    text += String.fromCharCode(bytes[at++]!);
  }
  if (text === "" || at < end && bytes[at] !== 0 && !isSpace(bytes[at]!)) return undefined;
  return isNegative ? -BigInt(text) : BigInt(text);
}

function hasMinus(bytes: Uint8Array, start: number, length: number): boolean {
  for (let i = start; i < start + length && bytes[i] !== 0; i++) {
    if (bytes[i] === MINUS) return true;
  }
  return false;
}

/** A number of 64 bits without a sign, or undefined. */
export function unsigned64(bytes: Uint8Array, start: number, length: number): bigint | undefined {
  const few = fewDigits(bytes, start, length);
  if (few >= 0) return BigInt(few);
  const whole = wholeNumber(bytes, start, length);
  if (
    whole === undefined ||
    BigInt.asUintN(64, whole < 0n ? -whole : whole) !== (whole < 0n ? -whole : whole)
  ) {
    return undefined;
  }
  const value = BigInt.asUintN(64, whole);
  return BigInt.asIntN(64, value) < 0n && hasMinus(bytes, start, length) ? undefined : value;
}

/** A number of 32 bits without a sign, or NaN. */
export function unsigned32(bytes: Uint8Array, start: number, length: number): number {
  const few = fewDigits(bytes, start, length);
  if (few >= 0) return few >>> 0;
  const value = unsigned64(bytes, start, length);
  return value === undefined ? NO_NUMBER : Number(BigInt.asUintN(32, value));
}

/** A number of 32 bits with a sign, or NaN. */
export function signed32(bytes: Uint8Array, start: number, length: number): number {
  const few = fewDigits(bytes, start, length);
  if (few >= 0) return few | 0;
  const whole = wholeNumber(bytes, start, length);
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) return NO_NUMBER;
  return Number(BigInt.asIntN(32, whole));
}

/** A version as a number: Infinity where it is larger than any of ours, NaN where it is none. */
export function versionNumber(bytes: Uint8Array, start: number, length: number): number {
  const few = fewDigits(bytes, start, length);
  if (few >= 0) return few;
  const value = unsigned64(bytes, start, length);
  if (value === undefined) return NO_NUMBER;
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
}

/** Writes a whole number from 0 to 2^53. Returns where it ends. There must be space for 16 bytes. */
export function writeDigits(value: number, bytes: Uint8Array, at: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  let end = at + 2;
  for (let bound = 100; bound <= value; bound *= 10) end++;
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    bytes[i] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return end;
}
