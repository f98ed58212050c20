// The buffer behind the answers of one batch of commands: it grows as they need it and shrinks when
// it is used again. What a command has answered can be taken back, for a refusal in its midst.
// Each protocol adds its own framing; knows no socket.

import type { Failure, Reply } from "../reply.ts";

/** The size to which a buffer shrinks back, in bytes. */
export const OUTPUT_KEPT_BYTES = 16 * 1024;

/** Up to this length a loop copies ASCII faster than the encoder does. */
const SHORT_TEXT_CHARS = 64;

const encoder = new TextEncoder();

/** Answers in the order of their commands. */
export abstract class OutputBuffer implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(OUTPUT_KEPT_BYTES);
  /** How many bytes of `bytes` are answers. */
  used = 0;
  /** Where the answer of the command in work begins. */
  protected begun = 0;
  /** Where the latest header, and the value that room was made for, begin. */
  protected headerAt = 0;
  protected valueAt = 0;
  protected valueLength = 0;

  /** Forgets everything. */
  reset(): void {
    if (this.bytes.length > OUTPUT_KEPT_BYTES) this.bytes = new Uint8Array(OUTPUT_KEPT_BYTES);
    this.used = 0;
    this.begun = 0;
  }

  /** A command begins: what it answers from here on is taken back if it is refused. */
  begin(): void {
    this.begun = this.used;
  }

  /** Forgets what the command in work has answered so far. */
  takeBack(): void {
    this.used = this.begun;
  }

  /** Makes room for `length` bytes more, in `bytes` from `used`. */
  protected reserve(length: number): void {
    if (this.used + length > this.bytes.length) this.#grow(this.used + length);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }

  /** Writes a text at `at`, where there is room; returns its length in bytes. */
  protected writeText(text: string, at: number): number {
    const { length } = text;
    const { bytes } = this;
    let i = length <= SHORT_TEXT_CHARS ? 0 : length + 1;
    for (; i < length; i++) {
      const char = text.charCodeAt(i);
      if (char > 0x7f) break;
      bytes[at + i] = char;
    }
    return i === length ? length : encoder.encodeInto(text, bytes.subarray(at)).written;
  }

  abstract readonly roomLeft: number;
  abstract room(length: number): number;
  abstract value(start: number, length: number): void;
  abstract ok(): void;
  abstract status(word: string): void;
  abstract text(text: string): void;
  abstract miss(): void;
  abstract conditionNotMet(): void;
  abstract integer(value: number | bigint): void;
  abstract double(value: number): void;
  abstract array(count: number): void;
  abstract map(count: number): void;
  abstract missArray(): void;
  abstract fail(failure: Failure): void;
}
