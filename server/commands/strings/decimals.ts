// Decimal fractions as text, for INCRBYFLOAT. Reads them, adds them exactly, and writes at most 17
// digits after the point, without an exponent. Bounded, so that an exponent cannot ask for megabytes.

/** A number: `digits` times ten to the minus `scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Zero. */
export const ZERO: Decimal = { digits: 0n, scale: 0 };

/** Longest text that is read or written, in characters. */
export const MAX_DECIMAL_CHARS = 512;
const MAX_EXPONENT = 308;
const FRACTION_DIGITS = 17;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Reads `length` bytes from `start`. Returns undefined if they are no number, or too large. */
export function parseDecimal(
  bytes: Uint8Array,
  start: number,
  length: number,
): Decimal | undefined {
  if (length === 0 || length > MAX_DECIMAL_CHARS / 2) return undefined;
  const match = NUMBER.exec(String.fromCharCode(...bytes.subarray(start, start + length)));
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const power = Number(exponent);
  if (Math.abs(power) > MAX_EXPONENT || whole.length + power > MAX_EXPONENT) return undefined;
  const magnitude = BigInt(whole + fraction);
  const digits = sign === "-" ? -magnitude : magnitude;
  const scale = fraction.length - power;
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/** The sum as text, rounded half away from zero to 17 digits after the point. */
export function addDecimals(a: Decimal, b: Decimal): string {
  const scale = Math.max(a.scale, b.scale);
  const sum = a.digits * 10n ** BigInt(scale - a.scale) + b.digits * 10n ** BigInt(scale - b.scale);
  const negative = sum < 0n;
  let digits = negative ? -sum : sum;
  let places = scale;
  if (places > FRACTION_DIGITS) {
    const unit = 10n ** BigInt(places - FRACTION_DIGITS);
    digits = (digits + unit / 2n) / unit;
    places = FRACTION_DIGITS;
  }
  const text = digits.toString().padStart(places + 1, "0");
  const fraction = text.slice(text.length - places).replace(/0+$/, "");
  const whole = places === 0 ? text : text.slice(0, -places);
  const value = places === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
  return negative && value !== "0" ? `-${value}` : value;
}
