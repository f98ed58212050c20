// CLIENT PAUSE: until when which commands wait, as one word that all threads of the process share. So a
// worker that starts meanwhile knows of it, and nobody has to be told. Each protocol asks here before
// it runs a command; who waits here holds nothing but its own input.

import type { ServerRegion } from "../../contract/counters.ts";
import { nextTurn } from "../../contract/time_slices.ts";

/** What waits: commands that write, or all. */
export const PauseKind = { write: 1, all: 2 } as const;
/** One of the values of the constant of the same name. */
export type PauseKind = typeof PauseKind[keyof typeof PauseKind];

/** The longest pause, 24.8 days: the word holds the end, in milliseconds since 1970, modulo 2^32. */
export const MAX_PAUSE_MS = 0x7ffffff0;
/** The two low bits of the word are the kind; without a pause it is 0. */
const KIND_BITS = 3;
/** Longest sleep before the word is looked at, in case a wake-up was missed. */
const SLEEP_MS = 1000;
/** So many go on at once when a pause is over, before others have their turn. */
const GROUP = 32;

/** The pause of the process, as one part of a worker sees it. */
export class Pause {
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #now: () => number;
  readonly #waiting = new Map<object, () => void>();
  #isWatching = false;

  /** `now` is milliseconds since 1970. */
  constructor(region: ServerRegion, now: () => number) {
    this.#words = region.words;
    this.#word = region.gaugeWord(0, "pause");
    this.#now = now;
  }

  /** Whether there may be one. This alone is looked at for each command. */
  get isOn(): boolean {
    return this.#words[this.#word] !== 0;
  }

  /** How many wait here. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Whether a command has to wait that writes, or does not. */
  holds(isWrite: boolean): boolean {
    const word = this.#current();
    return word !== 0 && (isWrite || (word & KIND_BITS) === PauseKind.all);
  }

  /** The word, or 0 where its time is over; then it is set to that. */
  #current(): number {
    const word = Atomics.load(this.#words, this.#word);
    if (word === 0 || this.#leftMs(word) > 0) return word;
    Atomics.compareExchange(this.#words, this.#word, word, 0);
    return 0;
  }

  #leftMs(word: number): number {
    return ((word & ~KIND_BITS) - (this.#now() | 0)) | 0;
  }

  /** Begins one of `ms`. Of this and one that there is, the longer time counts, and the stricter kind. */
  begin(ms: number, kind: PauseKind): void {
    for (;;) {
      const before = this.#current();
      if (before === 0 && ms === 0) return;
      const leftMs = before === 0 ? 0 : this.#leftMs(before);
      const wantedMs = Math.min(Math.max(ms, leftMs), MAX_PAUSE_MS);
      const end = (this.#now() + wantedMs + KIND_BITS) & ~KIND_BITS;
      const word = end | Math.max(kind, before & KIND_BITS);
      if (Atomics.compareExchange(this.#words, this.#word, before, word) === before) break;
    }
    Atomics.notify(this.#words, this.#word);
  }

  /** Ends it. */
  end(): void {
    Atomics.store(this.#words, this.#word, 0);
    Atomics.notify(this.#words, this.#word);
  }

  /** Resolves when it may be over, or `who` is released. Who is still held then waits again. */
  wait(who: object): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(who, resolve);
      if (!this.#isWatching) this.#watch();
    });
  }

  /** Lets one go that waits, if it does. */
  release(who: object): void {
    const resolve = this.#waiting.get(who);
    this.#waiting.delete(who);
    resolve?.();
  }

  /** Wakes those that wait, a few at a time, whenever the word changes or its time is over. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#waiting.size > 0) {
      const word = this.#current();
      if (word !== 0) {
        const ms = Math.min(this.#leftMs(word), SLEEP_MS);
        await Atomics.waitAsync(this.#words, this.#word, word, ms).value;
        if (this.#current() === word) continue;
      }
      let count = 0;
      for (const who of [...this.#waiting.keys()]) {
        this.release(who);
        if (++count % GROUP === 0) await nextTurn();
      }
      // Who is held again is in the map by now, or at his next turn.
      await nextTurn();
    }
    this.#isWatching = false;
  }

  /** Forgets a pause whose time is over; called now and then, since the word goes round. */
  tick(): void {
    if (this.isOn) this.#current();
  }
}
