// A number in a value, as memcached finds it there with strtoull(): spaces before it, a sign, digits, then a space, a zero
// byte or the end. What follows those does not matter.

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;
const MAX_NUMBER = 2n ** 64n - 1n;

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** The number that the first `length` bytes begin with, or undefined. */
export function numberIn(bytes: Uint8Array, length: number): bigint | undefined {
  let at = 0;
  while (at < length && isSpace(bytes[at]!)) at++;
  const isNegative = bytes[at] === MINUS;
  if (at < length && (isNegative || bytes[at] === PLUS)) at++;
  let digits = "";
  for (; at < length && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9; at++) {
    digits += String.fromCharCode(bytes[at]!);
  }
  if (digits === "" || at < length && bytes[at] !== 0 && !isSpace(bytes[at]!)) return undefined;
  const size = BigInt(digits);
  if (size > MAX_NUMBER) return undefined;
  const value = isNegative ? BigInt.asUintN(64, -size) : size;
  return isNegative && BigInt.asIntN(64, value) < 0n ? undefined : value;
}
