// Effects of one thread, one after the other, before they go to the log ring or to a snapshot. Has the space and no
// more: record.ts and record_shards.ts fill it, restore.ts reads it. Word 0 is left free for what a record begins
// with.

import { WORD_BYTES, WORD_RANGE } from "../layout.ts";

/** Words that the buffer has, and shrinks back to. */
const KEPT_WORDS = 16 * 1024;
/** Words for what a record begins with. */
const BEFORE_WORDS = 1;
/** A large buffer grows by so many words at most, beside what is asked for. */
const MAX_SPARE_WORDS = 1 << 18;

/** Effects in a row. */
export class EffectBuffer {
  /** The effects as words. */
  words: Int32Array<ArrayBuffer> = new Int32Array(KEPT_WORDS);
  /** The same memory as bytes. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(this.words.buffer);
  /** Words in use, those before the first effect included. */
  used: number = BEFORE_WORDS;

  /** Whether there are no effects. */
  get isEmpty(): boolean {
    return this.used === BEFORE_WORDS;
  }

  /** The effects as they are now: a view, valid until the next one is added. */
  get effects(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(BEFORE_WORDS * WORD_BYTES, this.used * WORD_BYTES);
  }

  /** Forgets all effects, and gives back the memory of large ones. */
  clear(): void {
    this.used = BEFORE_WORDS;
    if (this.words.length > KEPT_WORDS) this.#resize(KEPT_WORDS);
  }

  /** Forgets all effects, and keeps the memory: for who fills it to about the same again and again. */
  rewind(): void {
    this.used = BEFORE_WORDS;
  }

  #resize(length: number): void {
    const words = new Int32Array(length);
    if (length > this.used) words.set(this.words.subarray(0, this.used));
    this.words = words;
    this.bytes = new Uint8Array(words.buffer);
  }

  /** Makes space for an effect of `words` words. Returns where it begins. */
  add(words: number): number {
    const at = this.used;
    const end = at + words;
    if (end > this.words.length) this.#resize(end + Math.min(end, MAX_SPARE_WORDS));
    this.used = end;
    return at;
  }

  /** Writes a number below 2^53 to two words, the low one first. */
  number(at: number, value: number): void {
    const high = Math.floor(value / WORD_RANGE);
    this.words[at] = (value - high * WORD_RANGE) | 0;
    this.words[at + 1] = high;
  }
}
