// Integers as text, in values and arguments: an optional minus and digits, no leading zeros, no plus,
// within 64 bits. Reads them from bytes, and makes a BigInt only where a number is not exact.

/** Smallest and largest 64-bit integer. */
export const MIN_INT64 = -(2n ** 63n);
export const MAX_INT64 = 2n ** 63n - 1n;

const MINUS = 0x2d;
const ZERO = 0x30;
/** Up to this many digits a number is exact without BigInt. */
const SAFE_DIGITS = 15;
/** Longest 64-bit integer as text, its sign included. */
export const MAX_INT64_CHARS = 20;

/**
 * Reads `length` bytes from `start` as a 64-bit integer. Returns a number where that is exact, else a
 * bigint. Returns undefined if the bytes are no such integer.
 */
export function parseInteger(
  bytes: Uint8Array,
  start: number,
  length: number,
): number | bigint | undefined {
  if (length === 0 || length > MAX_INT64_CHARS) return undefined;
  const negative = bytes[start] === MINUS;
  const from = negative ? start + 1 : start;
  const end = start + length;
  const digits = end - from;
  if (digits === 0 || (bytes[from] === ZERO && length > 1)) return undefined;
  let small = 0;
  for (let i = from; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    small = small * 10 + digit;
  }
  if (digits <= SAFE_DIGITS) return negative ? -small : small;
  const exact = BigInt(String.fromCharCode(...bytes.subarray(start, end)));
  return exact < MIN_INT64 || exact > MAX_INT64 ? undefined : exact;
}

/** Adds two 64-bit integers. Returns undefined if the sum has more than 64 bits. */
export function addIntegers(
  a: number | bigint,
  b: number | bigint,
): number | bigint | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const exact = BigInt(a) + BigInt(b);
  return exact < MIN_INT64 || exact > MAX_INT64 ? undefined : exact;
}
