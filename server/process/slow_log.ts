// What one worker has of the slow log: the latest commands that took long, in memory, bounded in number
// and in bytes, which count as memory that is in use. Knows no command and no clock.

import type { CommandStats } from "../contract/command_stats.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import { type SlowEntry, slowEntryBytes } from "../contract/server.ts";

/** Most bytes of all entries. */
export const MAX_SLOW_LOG_BYTES = 1024 * 1024;

/**
 * Where commands of fewer microseconds are shown, each has to be timed. A command on one key takes
 * longer only if it waits for a lock or copies much, and then its time is taken anyway.
 */
const TIMES_ALL_BELOW_US = 1000;

/** The latest slow commands, newest first. */
export class SlowLog {
  /** Numbers entries, which go up with time over all workers. */
  nextId: () => number;
  #slowerThanUs = 10_000;
  /** What entries are taken from; without it they are only bounded. */
  memory: MemorySource | null = null;
  readonly #entries: SlowEntry[] = [];
  #heldBytes = 0;
  #maxEntries = 128;
  readonly #stats: CommandStats;

  /** Whether all commands are timed is set on `stats`. */
  constructor(stats: CommandStats) {
    this.#stats = stats;
    let count = 0;
    this.nextId = () => count++;
  }

  /** A command is slow from this many microseconds on. Infinity: never. */
  get slowerThanUs(): number {
    return this.#slowerThanUs;
  }

  set slowerThanUs(us: number) {
    this.#slowerThanUs = us;
    this.#stats.timesAll = us < TIMES_ALL_BELOW_US;
  }

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
    const id = this.nextId();
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
