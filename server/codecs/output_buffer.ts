// The buffer for the answers of one batch of commands. It grows as they need it, and shrinks when it
// is used again. A command that refuses half-way can take back what it has answered. Each protocol
// adds its own framing; knows no socket.

import { grownLength, releaseBytes, resizedInPlace } from "../contract/growing_bytes.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import {
  answerBytes,
  type Failure,
  type FailureListener,
  MAX_ANSWER_BYTES,
  type Reply,
} from "../contract/reply.ts";

/** The size to which a buffer shrinks back, in bytes; and one for messages, of which there may be one for each client. */
export const OUTPUT_KEPT_BYTES = 16 * 1024;
export const MESSAGES_KEPT_BYTES = 512;

/** And that of one that rests. */
const RESTING_BYTES = 64;

/** A buffer grows by this much beyond its need when memory is short. */
const SHORT_STEP_BYTES = 32 * 1024;

/** For answers that nobody bounds, as in tests. */
const UNBOUNDED: MemorySource = {
  bytesLeft: Infinity,
  tryTake: () => true,
  take() {},
  give() {},
};

/** Answers in the order of their commands. */
export abstract class OutputBuffer implements Reply {
  bytes: Uint8Array<ArrayBuffer>;
  /** The size that it begins with and shrinks back to. */
  readonly keptBytes: number;
  /** Bytes of answers in `bytes`, from its start. */
  used = 0;
  /** Whether it holds more than there was memory for. It must then be written before it grows again. */
  isOver = false;
  #memory: MemorySource;
  /** Whether its kept size is taken from the memory, too. */
  #isCounted = false;
  /** Whether it rests; see {@linkcode rest}. */
  isResting = false;
  /** Who hears of refusals. */
  failures: FailureListener | null = null;
  /** Where the answer of the command in work begins. */
  protected begun = 0;
  /** Starts of the latest header, and of the value that space was made for. */
  protected headerAt = 0;
  protected valueAt = 0;
  protected valueLength = 0;

  /** Bytes beyond its kept size are taken from `memory`. */
  constructor(memory: MemorySource = UNBOUNDED, keptBytes = OUTPUT_KEPT_BYTES) {
    this.#memory = memory;
    this.keptBytes = keptBytes;
    this.bytes = new Uint8Array(keptBytes);
  }

  /** Takes memory from another source from now on, for its kept size too if it `isCounted`. */
  takeFrom(memory: MemorySource, isCounted: boolean): void {
    this.#memory = memory;
    this.#isCounted = isCounted;
    // An answer has to be given, short memory or not; a failed try lets others be asked to give up.
    if (isCounted && !memory.tryTake(this.keptBytes)) memory.take(this.keptBytes);
  }

  /** How many value bytes the command in work may still answer: see Reply. */
  get bytesLeft(): number {
    return Math.max(0, Math.min(this.#allowed(), this.#free()));
  }

  /** Whether lack of memory limits {@linkcode bytesLeft}. */
  protected get isShort(): boolean {
    return this.#free() < this.#allowed();
  }

  /** Tells the memory that there was too little of it for an answer. */
  protected goShort(): void {
    if (this.#memory.tryTake(MAX_ANSWER_BYTES)) this.#memory.give(MAX_ANSWER_BYTES);
  }

  #allowed(): number {
    return MAX_ANSWER_BYTES - (this.used - this.begun);
  }

  #free(): number {
    return this.bytes.length - this.used + Math.max(0, this.#memory.bytesLeft);
  }

  /**
   * A command will answer here, but not soon: what was answered before goes to `other`, which is empty and of the same
   * client, and the buffer is let go of.
   */
  rest(other: OutputBuffer): void {
    if (this.used > 0) {
      [this.bytes, other.bytes] = [other.bytes, this.bytes];
      [this.used, other.used] = [0, this.used];
      other.isOver = this.isOver;
    }
    releaseBytes(this.bytes);
    this.bytes = new Uint8Array(RESTING_BYTES);
    if (this.#isCounted) this.#memory.give(this.keptBytes);
    this.#isCounted = false;
    this.isOver = false;
    this.isResting = true;
    this.begun = 0;
  }

  /** Forgets all answers, and gives back the memory that they took. */
  reset(): void {
    if (this.bytes.length !== this.keptBytes) this.#shrink();
    if (this.#isCounted) this.#memory.give(this.keptBytes);
    this.#isCounted = false;
    this.isResting = false;
    this.isOver = false;
    this.used = 0;
    this.begun = 0;
  }

  #shrink(): void {
    this.#memory.give(this.bytes.length - (this.isResting ? RESTING_BYTES : this.keptBytes));
    releaseBytes(this.bytes);
    this.bytes = new Uint8Array(this.keptBytes);
  }

  /** Begins the answer of a command. If the command is refused, its answer is taken back to here. */
  begin(): void {
    this.begun = this.used;
  }

  /** Forgets what the current command has answered so far. */
  takeBack(): void {
    this.used = this.begun;
  }

  /**
   * Puts `failure` in the place of some answers: those from `places[0]` to `places[1]`, and so on for the first
   * `count` of `places`, which ascend.
   */
  replace(places: Int32Array, count: number, failure: Failure): void {
    const before = this.bytes.slice(0, this.used);
    this.used = 0;
    let from = 0;
    for (let i = 0; i < count; i += 2) {
      this.append(before.subarray(from, places[i]));
      this.begin();
      this.fail(failure);
      from = places[i + 1]!;
    }
    this.append(before.subarray(from));
  }

  /** Adds bytes that are answers already. */
  append(bytes: Uint8Array): void {
    this.makeSpace(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Makes space for `length` more bytes, in `bytes` from `used`. */
  protected makeSpace(length: number): void {
    if (this.used + length > this.bytes.length) this.#grow(this.used + length);
  }

  #grow(needed: number): void {
    const { length } = this.bytes;
    let size = grownLength(length, needed);
    if (!this.#memory.tryTake(size - length)) {
      size = needed + SHORT_STEP_BYTES;
      this.isOver = !this.#memory.tryTake(size - length);
      if (this.isOver) this.#memory.take(size - length);
    }
    this.bytes = resizedInPlace(this.bytes, size);
  }

  /** As a number, where the protocol does not tell them apart. */
  boolean(value: boolean): void {
    this.integer(value ? 1 : 0);
  }

  /** As a value, where the protocol does not tell them apart. */
  verbatim(text: Uint8Array): void {
    answerBytes(text, 0, text.length, this);
  }

  abstract reserve(length: number): number;
  abstract value(start: number, length: number): void;
  abstract ok(): void;
  abstract status(word: string): void;
  abstract text(text: string): void;
  abstract miss(): void;
  abstract conditionNotMet(): void;
  abstract integer(value: number | bigint): void;
  abstract double(value: number, text?: string): void;
  abstract array(count: number): void;
  abstract set(count: number): void;
  abstract map(count: number): void;
  abstract missArray(): void;
  abstract fail(failure: Failure): void;
}
