// Numbers as C prints them with "%.14g" and the like, and texts as its strtod() reads them. JSON of scripts is made
// of these, and clients compare it byte by byte.

/** Digits that tell whether what is behind a digit is exactly one half. */
const EXACT_DIGITS = 60;
const MIN_FIXED_EXPONENT = -4;
/** Up to so many digits a text and the number that it means belong to each other. */
const EXACT_PRECISION = 15;
/** A number below the one that is whole times the other has at most 15 digits. */
const MAX_SHORT = 1e5;
const SHORT_SCALE = 2 ** 10;
/** What has 18 digits at most has 25 at most behind the point, in binary as in decimal: 5^26 has more. */
const HALF_WAY_BOUND = 2 ** 25;

/** A number with at most `precision` digits, 1 to 17: what "%.<precision>g" makes of it. */
export function generalText(number: number, precision: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 10 ** Math.min(precision, 15)) {
    return Object.is(number, -0) ? "-0" : String(number);
  }
  if (Number.isInteger(number * SHORT_SCALE) && Math.abs(number) < MAX_SHORT) {
    // As many digits in binary behind the point as in decimal: all digits of this number, which are not too many.
    if (precision >= EXACT_PRECISION) return String(number);
  }
  if (precision <= EXACT_PRECISION) {
    const shortest = shortestText(number, precision);
    if (shortest !== undefined) return shortest;
  }
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  const [mantissa = "", power = ""] = roundedHalfEven(number, precision).split("e");
  const exponent = Number(power);
  if (exponent < MIN_FIXED_EXPONENT || exponent >= precision) {
    const sign = exponent < 0 ? "-" : "+";
    return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return withoutZeros(fixed(mantissa, exponent));
}

/**
 * The fewest digits that mean this number, where they are as many as are asked for at most, and need no exponent: so few are
 * what is left of all digits, too. Most numbers are such, and this is five times as fast.
 */
function shortestText(number: number, precision: number): string | undefined {
  const size = Math.abs(number);
  if (!(size >= 10 ** MIN_FIXED_EXPONENT && size < 10 ** precision)) return undefined;
  const text = String(number);
  // Sign, point and zeros before the first digit count, too: then it takes the other way.
  return text.length <= precision ? text : undefined;
}

/** The number with `precision` digits, as toExponential() has it; but of two that are as near the even one. */
function roundedHalfEven(number: number, precision: number): string {
  const rounded = number.toExponential(precision - 1);
  // What lies half-way has so few digits in all, and so few of them behind the point in binary.
  if (!Number.isInteger(number * HALF_WAY_BOUND)) return rounded;
  const longer = number.toExponential(EXACT_DIGITS);
  const digits = longer.replace(/^-|\.|e.*$/g, "");
  if (!/^50*$/.test(digits.slice(precision))) return rounded;
  if (Number(digits[precision - 1]) % 2 === 1) return rounded;
  // toExponential() has gone up; the even one is what stands there.
  const kept = longer.slice(0, longer.indexOf(".") + precision);
  return `${precision === 1 ? kept.slice(0, -1) : kept}${longer.slice(longer.indexOf("e"))}`;
}

/** Moves the point of "-1.234" by an exponent. */
function fixed(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace(/^-|\./g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1);
  return `${sign}${whole}.${digits.slice(exponent + 1)}`;
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0*$/, "") : text;
}

const ZERO = 0x30;
const NINE = 9;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const OPEN = 0x28;
const CLOSE = 0x29;
const UNDERSCORE = 0x5f;
const LOWER = 0x20;
const LETTER_A = 0x61;
const LETTER_E = 0x65;
const LETTER_P = 0x70;
const LETTER_X = 0x78;
const LETTER_Z = 0x7a;
/** So many digits are summed up as a number; more go through the text. */
const MAX_QUICK_DIGITS = 15;
/** Hexadecimal digits that are added up exactly; what is behind them is only looked at for the rounding. */
const MAX_HEX_DIGITS = 26;
const MAX_EXPONENT = 100_000;
const DECODER = new TextDecoder();

/** Reads numbers from bytes that end with, or are followed by, a byte that belongs to none. */
export class NumberReader {
  /** Where the number that was read last ends. */
  end = 0;
  #bytes: Uint8Array = new Uint8Array();

  /** The number that begins at `at`, as strtod() has it; {@linkcode end} is `at` where there is none. */
  read(bytes: Uint8Array, at: number): number {
    this.#bytes = bytes;
    const first = bytes[at];
    const start = first === PLUS || first === MINUS ? at + 1 : at;
    this.end = at;
    const size = this.#unsigned(start);
    return first === MINUS ? -size : size;
  }

  #unsigned(start: number): number {
    const first = this.#digit(start);
    if (first > NINE && this.#bytes[start] !== POINT) return this.#named(start);
    if (first === 0 && (this.#at(start + 1) | LOWER) === LETTER_X) {
      const hex = this.#hex(start + 2);
      if (this.end > start) return hex;
    }
    return this.#decimal(start);
  }

  #at(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  /** The decimal digit at `at`; what is none is more than 9. */
  #digit(at: number): number {
    const digit = this.#at(at) - ZERO;
    return digit < 0 ? NINE + 1 : digit;
  }

  #decimal(start: number): number {
    let at = start;
    let quick = 0;
    while (this.#digit(at) <= NINE) quick = 10 * quick + this.#digit(at++);
    const wholeDigits = at - start;
    if (this.#at(at) === POINT && (wholeDigits > 0 || this.#digit(at + 1) <= NINE)) {
      at++;
      while (this.#digit(at) <= NINE) at++;
    }
    if (at === start) return 0;
    const isPlain = at === start + wholeDigits;
    const end = this.#exponentEnd(at, LETTER_E);
    this.end = end;
    if (isPlain && end === at && wholeDigits <= MAX_QUICK_DIGITS) return quick;
    return Number(DECODER.decode(this.#bytes.subarray(start, end)));
  }

  /** Where an exponent ends that may stand at `at`; that where there is none. */
  #exponentEnd(at: number, letter: number): number {
    if ((this.#at(at) | LOWER) !== letter) return at;
    const sign = this.#at(at + 1);
    let end = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    if (this.#digit(end) > NINE) return at;
    while (this.#digit(end) <= NINE) end++;
    return end;
  }

  /** The value of a hexadecimal digit, or -1. */
  #hexDigit(at: number): number {
    const digit = this.#digit(at);
    if (digit <= NINE) return digit;
    const letter = this.#at(at) | LOWER;
    return letter >= LETTER_A && letter <= LETTER_A + 5 ? letter - LETTER_A + 10 : -1;
  }

  #hex(start: number): number {
    let at = start;
    let mantissa = 0n;
    let kept = 0;
    let exponent = 0;
    let digits = 0;
    let hasPoint = false;
    for (;; at++) {
      if (this.#at(at) === POINT && !hasPoint) {
        hasPoint = true;
        continue;
      }
      const digit = this.#hexDigit(at);
      if (digit < 0) break;
      digits++;
      if (kept < MAX_HEX_DIGITS) {
        mantissa = 16n * mantissa + BigInt(digit);
        if (mantissa > 0n) kept++;
        if (hasPoint) exponent -= 4;
      } else {
        if (digit > 0) mantissa |= 1n;
        if (!hasPoint) exponent += 4;
      }
    }
    if (digits === 0) return 0;
    const end = this.#exponentEnd(at, LETTER_P);
    if (end > at) exponent += Number(DECODER.decode(this.#bytes.subarray(at + 1, end)));
    this.end = end;
    return scaled(mantissa, Math.max(-MAX_EXPONENT, Math.min(exponent, MAX_EXPONENT)));
  }

  /** "inf", "infinity", "nan" and "nan(...)" in any case. */
  #named(start: number): number {
    if (this.#hasWord(start, "infinity")) return this.#ending(start + 8, Infinity);
    if (this.#hasWord(start, "inf")) return this.#ending(start + 3, Infinity);
    if (!this.#hasWord(start, "nan")) return 0;
    let at = start + 3;
    if (this.#at(at) === OPEN) {
      do at++; while (this.#isNameByte(at));
      if (this.#at(at) === CLOSE) return this.#ending(at + 1, NaN);
    }
    return this.#ending(start + 3, NaN);
  }

  #ending(end: number, number: number): number {
    this.end = end;
    return number;
  }

  #isNameByte(at: number): boolean {
    const letter = this.#at(at) | LOWER;
    return this.#digit(at) <= NINE || letter >= LETTER_A && letter <= LETTER_Z ||
      this.#at(at) === UNDERSCORE;
  }

  #hasWord(at: number, word: string): boolean {
    for (let i = 0; i < word.length; i++) {
      if ((this.#at(at + i) | LOWER) !== word.charCodeAt(i)) return false;
    }
    return true;
  }
}

/** `mantissa * 2 ** exponent`, rounded once where the result is not among the smallest of numbers. */
function scaled(mantissa: bigint, exponent: number): number {
  let number = Number(mantissa);
  // In steps, since a power may be out of range where the product is not.
  for (let left = exponent; left !== 0 && number !== 0 && Number.isFinite(number);) {
    const step = Math.max(-1000, Math.min(left, 1000));
    number *= 2 ** step;
    left -= step;
  }
  return number;
}
