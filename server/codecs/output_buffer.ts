// The buffer behind the answers of one batch of commands: it grows as they need it and shrinks when
// it is used again. What a command has answered can be taken back, for a refusal in its midst.
// Each protocol adds its own framing; knows no socket.

import { grownLength, keptBytes, resizedBytes } from "../contract/growing_bytes.ts";
import type { MemorySource } from "../contract/memory_budget.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../contract/reply.ts";

/** The size to which a buffer shrinks back, in bytes. */
export const OUTPUT_KEPT_BYTES = 16 * 1024;

/** By how much a buffer grows beyond its need when memory is short. */
const SHORT_STEP_BYTES = 32 * 1024;

/** For answers that nobody bounds, as in tests. */
const UNBOUNDED: MemorySource = { bytesLeft: Infinity, take() {}, give() {} };

/** Answers in the order of their commands. */
export abstract class OutputBuffer implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(OUTPUT_KEPT_BYTES);
  /** How many bytes of `bytes` are answers. */
  used = 0;
  /** Whether it holds more than there was memory for: to be written before it grows further. */
  isOver = false;
  readonly #memory: MemorySource;
  /** Where the answer of the command in work begins. */
  protected begun = 0;
  /** Where the latest header, and the value that space was made for, begin. */
  protected headerAt = 0;
  protected valueAt = 0;
  protected valueLength = 0;

  /** What it takes beyond its kept size comes from `memory`. */
  constructor(memory: MemorySource = UNBOUNDED) {
    this.#memory = memory;
  }

  /** How many value bytes the command in work may still answer: see Reply. */
  get bytesLeft(): number {
    return Math.max(0, Math.min(this.#allowed(), this.#free()));
  }

  /** Whether it is for lack of memory that {@linkcode bytesLeft} is not more. */
  protected get isShort(): boolean {
    return this.#free() < this.#allowed();
  }

  #allowed(): number {
    return MAX_ANSWER_BYTES - (this.used - this.begun);
  }

  #free(): number {
    return this.bytes.length - this.used + Math.max(0, this.#memory.bytesLeft);
  }

  /** Forgets everything, and gives back the memory that it took. */
  reset(): void {
    const kept = keptBytes(this.bytes, OUTPUT_KEPT_BYTES);
    if (kept !== this.bytes) {
      this.#memory.give(this.bytes.length - kept.length);
      this.bytes = kept;
    }
    this.isOver = false;
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

  /** Makes space for `length` bytes more, in `bytes` from `used`. */
  protected makeSpace(length: number): void {
    if (this.used + length > this.bytes.length) this.#grow(this.used + length);
  }

  #grow(needed: number): void {
    const { length } = this.bytes;
    const left = this.#memory.bytesLeft;
    let size = grownLength(length, needed);
    if (size - length > left) {
      size = needed + SHORT_STEP_BYTES;
      this.isOver = size - length > left;
    }
    this.#memory.take(size - length);
    this.bytes = resizedBytes(this.bytes, this.used, size);
  }

  abstract reserve(length: number): number;
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
