// When a flush_all with a delay is to be carried out, as one word that all threads of the process share: whichever worker sees
// first that the time has come carries it out.

import type { ServerRegion } from "../../contract/counters.ts";

/** The time, in seconds since 1970; 0: there is none. */
export class FlushTime {
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #now: () => number;

  /** `now` is milliseconds since 1970. */
  constructor(region: ServerRegion, now: () => number) {
    this.#words = region.words;
    this.#word = region.gaugeWord(0, "flushAt");
    this.#now = now;
  }

  /** Sets it. */
  set(deadlineMs: number): void {
    Atomics.store(this.#words, this.#word, Math.ceil(deadlineMs / 1000) | 0);
  }

  /** It could not be carried out: again in a second, unless somebody has said otherwise. */
  retry(): void {
    const seconds = Math.ceil(this.#now() / 1000) + 1;
    Atomics.compareExchange(this.#words, this.#word, 0, seconds | 0);
  }

  /** There is none any more. */
  forget(): void {
    if (this.#words[this.#word] !== 0) Atomics.store(this.#words, this.#word, 0);
  }

  /** Whether the time has come and the caller is the one to flush. Then it is forgotten. */
  take(): boolean {
    const seconds = this.#words[this.#word]!;
    if (seconds === 0 || (seconds >>> 0) * 1000 > this.#now()) return false;
    return Atomics.compareExchange(this.#words, this.#word, seconds, 0) === seconds;
  }
}
