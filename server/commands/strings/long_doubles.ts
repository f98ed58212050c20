// Numbers with a fraction, for INCRBYFLOAT, as a Redis server on x86-64 has them: a "long double" is 64
// bits times a power of two, each result is the nearest of those, and text has 17 digits after the
// point and no exponent. Bounded as those are, so that an exponent cannot ask for megabytes.

/** A number: `mantissa` times two to the `exponent`. The mantissa has a sign and up to 64 bits. */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Zero. */
export const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };

/** What is no number but infinitely large or small. */
export const INFINITE: LongDouble = { mantissa: 1n, exponent: Infinity };

/** Longest text that is read or written, in characters. Redis has a buffer of one more. */
export const MAX_NUMBER_CHARS = 5 * 1024 - 1;

const MANTISSA_BITS = 64;
/** The exponents of the largest numbers and of the smallest ones. */
const MAX_EXPONENT = 16_383 - (MANTISSA_BITS - 1);
const MIN_EXPONENT = -16_382 - (MANTISSA_BITS - 1);
/** Further away from the point the first digit of a number is never. */
const MAX_DECIMAL_EXPONENT = 5000;
const FRACTION_DIGITS = 17;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i;
const INFINITY = /^[+-]?inf(inity)?$/i;

/** Reads `length` bytes from `start` as strtold() of C does. Undefined: no number, or out of range. */
export function parseLongDouble(
  bytes: Uint8Array,
  start: number,
  length: number,
): LongDouble | undefined {
  if (length === 0 || length > MAX_NUMBER_CHARS) return undefined;
  // Latin1: one byte, one character. What is not ASCII is no part of a number.
  const text = latin1.decode(bytes.subarray(start, start + length));
  if (INFINITY.test(text)) return INFINITE;
  const decimal = DECIMAL.exec(text);
  const match = decimal ?? HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (whole === "" && fraction === "") return undefined;
  if (digits === "") return ZERO;
  const found = decimal === null
    ? fromHexadecimal(digits, Number(exponent) - 4 * fraction.length)
    : fromDecimal(digits, Number(exponent) - fraction.length);
  if (found.mantissa === 0n || found === INFINITE) return undefined;
  return sign === "-" ? { ...found, mantissa: -found.mantissa } : found;
}

const latin1 = new TextDecoder("latin1");

/** `digits` times ten to the `power`. */
function fromDecimal(digits: string, power: number): LongDouble {
  if (digits.length + power > MAX_DECIMAL_EXPONENT) return INFINITE;
  if (digits.length + power < -MAX_DECIMAL_EXPONENT) return ZERO;
  const number = BigInt(digits);
  const scale = 10n ** BigInt(Math.abs(power));
  return power < 0 ? nearest(number, scale) : nearest(number * scale, 1n);
}

/** Hexadecimal `digits` times two to the `power`. */
function fromHexadecimal(digits: string, power: number): LongDouble {
  if (4 * digits.length + power > 4 * MAX_DECIMAL_EXPONENT) return INFINITE;
  if (4 * digits.length + power < -4 * MAX_DECIMAL_EXPONENT) return ZERO;
  const number = BigInt(`0x${digits}`);
  const scale = 1n << BigInt(Math.abs(power));
  return power < 0 ? nearest(number, scale) : nearest(number * scale, 1n);
}

/** The number that is nearest to `numerator` by `denominator`, which are above zero. */
function nearest(numerator: bigint, denominator: bigint): LongDouble {
  const bits = bitsOf(numerator) - bitsOf(denominator) - MANTISSA_BITS;
  let exponent = Math.max(bits, MIN_EXPONENT);
  let mantissa = quotient(numerator, denominator, exponent);
  if (mantissa >= 1n << BigInt(MANTISSA_BITS)) {
    mantissa = quotient(numerator, denominator, ++exponent);
  }
  return exponent > MAX_EXPONENT ? INFINITE : { mantissa, exponent };
}

function bitsOf(number: bigint): number {
  const hex = number.toString(16);
  return 4 * hex.length - (Math.clz32(parseInt(hex[0]!, 16)) - 28);
}

/** `numerator / denominator / 2 ** exponent`, rounded to the nearest integer, or to the even one. */
function quotient(numerator: bigint, denominator: bigint, exponent: number): bigint {
  const shift = BigInt(Math.abs(exponent));
  const over = exponent < 0 ? numerator << shift : numerator;
  const under = exponent > 0 ? denominator << shift : denominator;
  const whole = over / under;
  const twice = 2n * (over - whole * under);
  return twice > under || (twice === under && whole % 2n === 1n) ? whole + 1n : whole;
}

/** The sum of two numbers, or {@linkcode INFINITE}. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble {
  if (a === INFINITE || b === INFINITE) return INFINITE;
  const least = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - least)) +
    (b.mantissa << BigInt(b.exponent - least));
  if (sum === 0n) return ZERO;
  const scale = 1n << BigInt(Math.abs(least));
  const size = sum < 0n ? -sum : sum;
  const found = least < 0 ? nearest(size, scale) : nearest(size * scale, 1n);
  return sum < 0n && found !== INFINITE ? { ...found, mantissa: -found.mantissa } : found;
}

/** A number as text, with as many digits after the point as it needs, and at most 17. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const size = mantissa < 0n ? -mantissa : mantissa;
  const digits = quotient(size * 10n ** BigInt(FRACTION_DIGITS), 1n, -exponent);
  const text = digits.toString().padStart(FRACTION_DIGITS + 1, "0");
  const fraction = text.slice(-FRACTION_DIGITS).replace(/0+$/, "");
  const whole = text.slice(0, -FRACTION_DIGITS);
  const value = fraction === "" ? whole : `${whole}.${fraction}`;
  return mantissa < 0n && value !== "0" ? `-${value}` : value;
}
