/**
 * Bytes on their way in: a window over a stream that readers take from. A reader is a generator which asks
 * for more with `yield`, so it needs no promise, and can be fed byte by byte. Opens nothing.
 *
 * @module
 */

import { Crc64 } from "./crc64.ts";

/**
 * A reader, or a part of one. It yields {@linkcode MORE} when it needs more bytes, {@linkcode FOUND} when it
 * has found something.
 */
export type Reading<T = void> = Generator<typeof MORE | typeof FOUND, T, void>;

/** More bytes are needed. */
export const MORE = 0;
/** Something was found; what, the reader says. */
export const FOUND = 1;

/** The size of the window, unless more is needed at once. */
const WINDOW_BYTES = 256 * 1024;

/** Why a file cannot be read further. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** How many bytes were before. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** The file ends inside something. */
export class CutOffError extends FormatError {
  constructor(position: number) {
    super("it ends too early", position);
  }
}

/** The window. */
export class ByteInput {
  /** The bytes; those from `at` to `end` have come and are not taken yet. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where the next byte lies. */
  at = 0;
  /** Where those end that have come. */
  end = 0;
  /** Whether no more will come. */
  hasEnded = false;
  /** How many bytes the reader needs from `at` on before it goes on. */
  wanted = 1;
  /** How many bytes came before `bytes[0]`. */
  #before = 0;
  #crc: Crc64 | null = null;
  /** Up to where bytes are in the checksum. */
  #summed = 0;
  readonly #windowBytes: number;

  /** The window has `windowBytes`, unless more is needed at once. */
  constructor(windowBytes = WINDOW_BYTES) {
    this.#windowBytes = windowBytes;
    this.bytes = new Uint8Array(windowBytes);
  }

  /** The first `end` of `bytes`, all of which have come. */
  static over(bytes: Uint8Array<ArrayBuffer>, end: number): ByteInput {
    const input = new ByteInput(0);
    input.bytes = bytes;
    input.end = end;
    input.hasEnded = true;
    return input;
  }

  /** How many bytes were taken. */
  get position(): number {
    return this.#before + this.at;
  }

  /** How many bytes are there to take. */
  get left(): number {
    return this.end - this.at;
  }

  /** Makes space for more, and returns it. What was taken is forgotten. */
  space(): Uint8Array<ArrayBuffer> {
    this.#sum();
    const { at, end, wanted } = this;
    const { length } = this.bytes;
    const window = this.#windowBytes;
    if (wanted > length) this.#move(Math.max(wanted, 2 * length));
    else if (length > window && Math.max(wanted, end - at + 1) <= window) {
      this.#move(window);
    } else if (at > 0) this.bytes.copyWithin(0, at, end);
    this.#before += at;
    this.#summed -= at;
    this.end -= at;
    this.at = 0;
    return this.bytes.subarray(this.end);
  }

  #move(size: number): void {
    const moved = new Uint8Array(size);
    moved.set(this.bytes.subarray(this.at, this.end));
    this.bytes = moved;
  }

  /** Says that so many bytes have come into the space. */
  add(count: number): void {
    this.end += count;
  }

  /** Waits for `count` bytes. Throws CutOffError where there are not so many. */
  *need(count: number): Reading {
    while (this.end - this.at < count) {
      if (this.hasEnded) throw new CutOffError(this.#before + this.end);
      this.wanted = count;
      yield MORE;
    }
    this.wanted = 1;
  }

  /** Takes `count` bytes without a look at them, however many. */
  *skip(count: number): Reading {
    let left = count;
    for (;;) {
      const taken = Math.min(left, this.end - this.at);
      this.at += taken;
      left -= taken;
      if (left === 0) return;
      yield* this.need(1);
    }
  }

  /** Takes a byte. */
  *byte(): Reading<number> {
    if (this.at === this.end) yield* this.need(1);
    return this.bytes[this.at++]!;
  }

  /** Sums up all that is taken from here on. */
  beginSum(): void {
    this.#crc = new Crc64();
    this.#summed = this.at;
  }

  /** The checksum of what was taken since {@linkcode beginSum}, which ends here: eight bytes, the lowest first. */
  endSum(): Uint8Array {
    this.#sum();
    const sum = this.#crc!.bytes();
    this.#crc = null;
    return sum;
  }

  #sum(): void {
    this.#crc?.add(this.bytes, this.#summed, this.at);
    this.#summed = this.at;
  }
}
