// A reply that is kept until the answer to its request is composed. It holds the value bytes in one
// buffer that is reused, and the kind of each outcome. For the HTTP routes: their bodies differ by
// route, not by outcome. Knows no route and no status.

import { grownBytes, grownLength, grownPlaces, resizedInPlace } from "../contract/growing_bytes.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../contract/reply.ts";

/** The kinds of outcomes. */
export const OutcomeKind = {
  ok: 0,
  value: 1,
  miss: 2,
  integer: 3,
  conditionNotMet: 4,
  failure: 5,
} as const;
/** One of the values of the constant of the same name. */
export type OutcomeKind = typeof OutcomeKind[keyof typeof OutcomeKind];

/** The size to which the value buffer shrinks back, in bytes. */
const KEPT_BYTES = 256 * 1024;

/** Outcomes of one command, in order. One per worker. */
export class CollectedReply implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** Number of outcomes. Each one in a list counts. */
  count = 0;
  /** Kind of each outcome. */
  kinds: Uint8Array = new Uint8Array(16);
  /** Place of each value in `bytes`. */
  starts: Int32Array = new Int32Array(16);
  lengths: Int32Array = new Int32Array(16);
  /** The refusal, where there is one. */
  failure: Failure | null = null;
  /** The number of each outcome that is a number. */
  readonly integers: (number | bigint)[] = [];
  /** What all values together may be, in bytes; more is refused before it is copied. */
  maxBytes = MAX_ANSWER_BYTES;
  #used = 0;

  /** Forgets everything. */
  reset(): void {
    this.count = 0;
    this.#used = 0;
    this.failure = null;
    if (this.bytes.length > KEPT_BYTES) this.bytes = resizedInPlace(this.bytes, KEPT_BYTES);
  }

  get bytesLeft(): number {
    return this.maxBytes - this.#used;
  }

  reserve(length: number): number {
    const at = this.#used;
    if (at + length > this.bytes.length) this.#growBytes(at + length);
    return at;
  }

  /** The bytes of the first value, which are the caller's alone. No other value is good then. */
  release(): Uint8Array<ArrayBuffer> {
    const [from, length] = [this.starts[0]!, this.lengths[0]!];
    if (from > 0) return this.bytes.slice(from, from + length);
    const bytes = resizedInPlace(this.bytes, length);
    this.bytes = new Uint8Array(KEPT_BYTES);
    return bytes;
  }

  /** In place, since large buffers that wait for the collector add up. */
  #growBytes(needed: number): void {
    this.bytes = resizedInPlace(this.bytes, grownLength(this.bytes.length, needed));
  }

  value(start: number, length: number): void {
    const index = this.#next(OutcomeKind.value);
    this.starts[index] = start;
    this.lengths[index] = length;
    this.#used = start + length;
  }

  ok(): void {
    this.#next(OutcomeKind.ok);
  }

  miss(): void {
    this.#next(OutcomeKind.miss);
  }

  conditionNotMet(): void {
    this.#next(OutcomeKind.conditionNotMet);
  }

  integer(value: number | bigint): void {
    this.integers[this.#next(OutcomeKind.integer)] = value;
  }

  array(_count: number): void {}

  set(_count: number): void {}

  missArray(): void {
    this.miss();
  }

  status(_word: string): void {
    throw new Error("The commands of the JSON routes answer no words");
  }

  text(text: string): void {
    this.status(text);
  }

  verbatim(_text: Uint8Array): void {
    this.status("");
  }

  boolean(value: boolean): void {
    this.integer(value ? 1 : 0);
  }

  double(value: number): void {
    this.status(String(value));
  }

  map(count: number): void {
    this.status(String(count));
  }

  fail(failure: Failure): void {
    this.#next(OutcomeKind.failure);
    this.failure = failure;
  }

  #next(kind: OutcomeKind): number {
    const index = this.count++;
    if (index === this.kinds.length) this.#grow();
    this.kinds[index] = kind;
    return index;
  }

  #grow(): void {
    const { kinds, starts, lengths, count } = this;
    this.kinds = grownBytes(kinds, kinds.length, count);
    this.starts = grownPlaces(starts, count);
    this.lengths = grownPlaces(lengths, count);
  }
}
