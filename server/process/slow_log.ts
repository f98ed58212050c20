// The slow log of one worker: the latest commands that took long. It is in memory and bounded. Knows
// no command and no clock.

import type { SlowEntry } from "../contract/server.ts";

/** The latest slow commands, newest first. */
export class SlowLog {
  /** A command is slow from this many microseconds on. Infinity: never. */
  slowerThanUs = 10_000;
  #entries: SlowEntry[] = [];
  #maxEntries = 128;
  #nextId = 0;

  /** Most entries. */
  get maxEntries(): number {
    return this.#maxEntries;
  }

  set maxEntries(count: number) {
    this.#maxEntries = count;
    this.#entries.length = Math.min(this.#entries.length, count);
  }

  /** Adds an entry and gives it the next number. */
  add(entry: Omit<SlowEntry, "id">): void {
    if (this.#maxEntries === 0) return;
    this.#entries.unshift({ id: this.#nextId++, ...entry });
    this.#entries.length = Math.min(this.#entries.length, this.#maxEntries);
  }

  /** All entries. */
  get entries(): readonly SlowEntry[] {
    return this.#entries;
  }

  /** Forgets all entries. Numbers go on. */
  clear(): void {
    this.#entries = [];
  }
}
