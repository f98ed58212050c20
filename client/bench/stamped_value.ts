/**
 * The values of a load. Each names its key and version at its beginning and end, and the bytes between
 * follow from both. So a mixture of two values is found. Values are ASCII that needs no escaping.
 *
 * @module
 */

/** Digits of a key's or version's number, radix 36. */
export const DIGITS = 6;
const STAMP_BYTES = 2 * DIGITS;
const FILLER_PERIOD = 997;

/** Writes values of one length, and checks values that come back. */
export class StampedValues {
  /** The length of each value. */
  readonly valueBytes: number;
  readonly #filler: Uint8Array;

  /** `valueBytes` is at least 12. */
  constructor(valueBytes: number) {
    this.valueBytes = valueBytes;
    this.#filler = new Uint8Array(valueBytes + FILLER_PERIOD);
    let state = 1;
    for (let i = 0; i < this.#filler.length; i++) {
      state = Math.imul(state, 1103515245) + 12345 >>> 0;
      this.#filler[i] = digitByte((state >>> 16) % 36);
    }
  }

  /** Writes the value of a key in a version at `at`. */
  write(bytes: Uint8Array, at: number, id: number, version: number): void {
    const end = at + this.valueBytes;
    const from = fillerStart(id, version);
    bytes.set(this.#filler.subarray(from, from + this.valueBytes), at);
    writeDigits(bytes, at, id);
    writeDigits(bytes, at + DIGITS, version);
    if (this.valueBytes < 2 * STAMP_BYTES) return;
    writeDigits(bytes, end - STAMP_BYTES, id);
    writeDigits(bytes, end - DIGITS, version);
  }

  /** The version of the value at `at`, or -1 if any byte differs from a value of that key. */
  read(bytes: Uint8Array, at: number, id: number): number {
    const end = at + this.valueBytes;
    const version = readDigits(bytes, at + DIGITS);
    if (version < 0 || readDigits(bytes, at) !== id) return -1;
    let fillerEnd = end;
    if (this.valueBytes >= 2 * STAMP_BYTES) {
      fillerEnd = end - STAMP_BYTES;
      if (readDigits(bytes, fillerEnd) !== id) return -1;
      if (readDigits(bytes, end - DIGITS) !== version) return -1;
    }
    const filler = this.#filler;
    const shift = fillerStart(id, version) - at;
    for (let i = at + STAMP_BYTES; i < fillerEnd; i++) {
      if (bytes[i] !== filler[i + shift]) return -1;
    }
    return version;
  }
}

/** Writes a number below 36^6 as six digits. */
export function writeDigits(bytes: Uint8Array, at: number, number: number): void {
  let rest = number;
  for (let i = at + DIGITS - 1; i >= at; i--) {
    const next = Math.floor(rest / 36);
    bytes[i] = digitByte(rest - next * 36);
    rest = next;
  }
}

/** Reads six digits. Returns -1 if they are no digits. */
export function readDigits(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let i = at; i < at + DIGITS; i++) {
    const byte = bytes[i]!;
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 122 ? byte - 87 : -1;
    if (digit < 0) return -1;
    number = number * 36 + digit;
  }
  return number;
}

function digitByte(digit: number): number {
  return digit < 10 ? 48 + digit : 87 + digit;
}

function fillerStart(id: number, version: number): number {
  return (id * 31 + version * 17) % FILLER_PERIOD;
}
