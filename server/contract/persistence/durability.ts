// Who waits until what this thread has changed is on the disk: the answers to writes under
// `--fsync always`. They wait in one queue, which one wait for main's word moves on. Knows no protocol.

import { type LogRing, LogState } from "../../../cache/mod.ts";
import type { Config } from "../../config/config.ts";

/** Whoever waits longer is told that it is not known. */
const MAX_WAIT_MS = 10_000;
/** Time between two looks at how long they have waited. */
const LOOK_MS = 250;

/** The log ring, as far as somebody waits for it. */
export type AwaitedRing = Pick<
  LogRing,
  "commits" | "flushed" | "flushedAfter" | "gaps" | "isFlushed" | "lastOfThread" | "state"
>;

/** One that waits. */
interface Waiter {
  readonly position: number;
  readonly sinceMs: number;
  readonly done: (isDurable: boolean) => void;
}

/** What answers of one thread wait for; null where they wait for nothing. */
export function durabilityOf(
  log: LogRing | null,
  { fsync, onWriteError }: Pick<Config, "fsync" | "onWriteError">,
  clock: () => number,
): Durability | null {
  if (log === null || fsync !== "always") return null;
  return new Durability(log, onWriteError === "continue", clock);
}

/** What one thread waits for. */
export class Durability {
  readonly #ring: AwaitedRing;
  readonly #goesOn: boolean;
  readonly #clock: () => number;
  /** In the order of their positions; those before `#first` have been told. */
  #waiters: Waiter[] = [];
  #first = 0;
  #isWatching = false;
  #gaps: number;

  /** With `goesOn`, nobody waits for a log that cannot be written. `clock` is in milliseconds. */
  constructor(ring: AwaitedRing, goesOn: boolean, clock: () => number) {
    this.#ring = ring;
    this.#goesOn = goesOn;
    this.#clock = clock;
    this.#gaps = ring.gaps;
  }

  /** How many records this thread has appended: a command that has changed something has added to it. */
  get commits(): number {
    return this.#ring.commits;
  }

  /**
   * Waits until all that this thread has changed so far is on the disk. Resolves with false where that may never
   * be, or takes too long: then it may or may not outlive a crash.
   */
  wait(): Promise<boolean> {
    const { gaps, lastOfThread } = this.#ring;
    if (gaps !== this.#gaps) {
      // One of the records that found no space may be ours.
      this.#gaps = gaps;
      return Promise.resolve(this.#goesOn);
    }
    if (this.#ring.isFlushed(lastOfThread)) return Promise.resolve(true);
    return new Promise((done) => {
      this.#waiters.push({ position: lastOfThread, sinceMs: this.#clock(), done });
      if (!this.#isWatching) void this.#watch();
    });
  }

  /** Watches what is on the disk as long as anybody waits. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    for (;;) {
      const { flushed } = this.#ring;
      this.#tell();
      if (this.#first === this.#waiters.length) break;
      await this.#ring.flushedAfter(flushed, LOOK_MS);
    }
    this.#waiters = [];
    this.#first = 0;
    this.#isWatching = false;
  }

  /** Tells those whose wait is over. */
  #tell(): void {
    const isFailing = this.#ring.state === LogState.failing;
    const startedMs = this.#clock() - MAX_WAIT_MS;
    for (; this.#first < this.#waiters.length; this.#first++) {
      const { position, sinceMs, done } = this.#waiters[this.#first]!;
      if (this.#ring.isFlushed(position)) done(true);
      else if (isFailing) done(this.#goesOn);
      else if (sinceMs < startedMs) done(false);
      else return this.#forget();
    }
  }

  /** Lets go of those that were told, now and then. */
  #forget(): void {
    if (this.#first * 2 < this.#waiters.length) return;
    this.#waiters = this.#waiters.slice(this.#first);
    this.#first = 0;
  }
}
