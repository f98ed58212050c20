// How long a record waits from its answer until the kernel has it, at most: the latest, the longest of
// about a minute, the longest ever. What main measures is an upper bound. Knows no ring and no file.

import type { PersistenceStatus } from "../contract/persistence/persistence_status.ts";

/** The minute is kept in so many parts; the oldest is forgotten as a whole. */
const PARTS = 6;
const PART_MS = 10_000;

/** The longest waits. Times are in milliseconds by one clock. */
export class WriteLag {
  readonly #status: PersistenceStatus;
  /** No record that is not written was answered before. */
  #sinceMs: number;
  /** A tail of the ring, and when it was that. */
  #markTail: number;
  #markMs: number;
  readonly #longest = new Float64Array(PARTS);
  #part = 0;
  #partSinceMs: number;
  #worstMs = 0;
  #lastMs = 0;
  #hasNews = false;

  /** Nothing that is behind `position` of the ring was answered before `nowMs`. */
  constructor(status: PersistenceStatus, position: number, nowMs: number) {
    this.#status = status;
    this.#partSinceMs = nowMs;
    this.#sinceMs = this.#markMs = nowMs;
    this.#markTail = position;
  }

  /** At `nowMs` the ring is about to be read from `position` on, and has just been empty. */
  wasEmpty(position: number, nowMs: number): void {
    this.#markTail = position;
    this.#markMs = nowMs;
  }

  /**
   * The ring is about to be read from `position` on, and what was written of it before was noted. It ends at `tail`, as
   * was seen after `nowMs`. Under writes as fast as can be it is never found empty.
   */
  willRead(position: number, tail: number, nowMs: number): void {
    if (((position - this.#markTail) | 0) < 0) return;
    // All that was there at that time has been read.
    this.#sinceMs = this.#markMs;
    this.#markTail = tail;
    this.#markMs = nowMs;
  }

  /** At `nowMs` the kernel has what was read. */
  note(nowMs: number): void {
    const ms = Math.max(0, nowMs - this.#sinceMs);
    this.#lastMs = ms;
    this.#longest[this.#part] = Math.max(this.#longest[this.#part]!, ms);
    this.#worstMs = Math.max(this.#worstMs, ms);
    this.#hasNews = true;
  }

  /** Says what there is, and forgets what is too old. Called a few times a second, or more often. */
  tick(nowMs: number): void {
    const passed = Math.floor((nowMs - this.#partSinceMs) / PART_MS);
    for (let i = 0; i < Math.min(passed, PARTS); i++) {
      this.#part = (this.#part + 1) % PARTS;
      this.#longest[this.#part] = 0;
    }
    this.#partSinceMs += passed * PART_MS;
    if (passed === 0 && !this.#hasNews) return;
    this.#hasNews = false;
    this.#status.set("lagUs", this.#lastMs * 1000);
    this.#status.set("lagMinuteUs", Math.max(...this.#longest) * 1000);
    this.#status.set("lagWorstUs", this.#worstMs * 1000);
  }
}
