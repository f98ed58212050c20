// The slow log of one worker: the latest commands that took long, in memory, bounded in number and in
// bytes, which count as memory that is in use. Knows no command and no clock.

import type { MemorySource } from "../contract/memory_account.ts";
import { type SlowEntry, slowEntryBytes } from "../contract/server.ts";

/** Most bytes of all entries. */
export const MAX_SLOW_LOG_BYTES = 1024 * 1024;

/** The latest slow commands, newest first. */
export class SlowLog {
  /** A command is slow from this many microseconds on. Infinity: never. */
  slowerThanUs = 10_000;
  /** What entries are taken from; without it they are only bounded. */
  memory: MemorySource | null = null;
  readonly #entries: SlowEntry[] = [];
  #heldBytes = 0;
  #maxEntries = 128;
  #nextId = 0;

  /** Most entries. */
  get maxEntries(): number {
    return this.#maxEntries;
  }

  set maxEntries(count: number) {
    this.#maxEntries = count;
    while (this.#entries.length > count) this.#dropOldest();
  }

  /** Keeps an entry, which gets the next number, in place of old ones where there are too many. */
  add(entry: Omit<SlowEntry, "id">): void {
    if (this.#maxEntries === 0) return;
    const bytes = slowEntryBytes(entry);
    while (this.#entries.length >= this.#maxEntries) this.#dropOldest();
    while (this.#heldBytes + bytes > MAX_SLOW_LOG_BYTES) this.#dropOldest();
    const id = this.#nextId++;
    while (this.memory !== null && !this.memory.tryTake(bytes)) {
      if (this.#entries.length === 0) return;
      this.#dropOldest();
    }
    this.#heldBytes += bytes;
    this.#entries.unshift({ id, ...entry });
  }

  #dropOldest(): void {
    const bytes = slowEntryBytes(this.#entries.pop()!);
    this.#heldBytes -= bytes;
    this.memory?.give(bytes);
  }

  /** All entries. */
  get entries(): readonly SlowEntry[] {
    return this.#entries;
  }

  /** Forgets all entries. Numbers go on. */
  clear(): void {
    while (this.#entries.length > 0) this.#dropOldest();
  }
}
