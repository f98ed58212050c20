// Counts the waits of one thread for locks, and their time. The clock is read twice for each, which is nothing beside
// a wait. How long a wait may take is the business of lock_waits.ts.

import { addCounter } from "./counters.ts";
import { LockWaits } from "./lock_waits.ts";
import type { Region } from "./region.ts";

/** The waits of one thread, in the counters of its actor. */
export class CountedWaits {
  readonly #region: Region;
  readonly #waits: LockWaits;
  readonly #waitsWord: number;
  readonly #timeoutsWord: number;
  readonly #waitUsWord: number;

  /** `nextTurn` is that of {@linkcode LockWaits}. */
  constructor(region: Region, actor: number, nextTurn: (() => Promise<void>) | null) {
    this.#region = region;
    this.#waits = new LockWaits(nextTurn);
    this.#waitsWord = region.counterWord(actor, "lockWaits");
    this.#timeoutsWord = region.counterWord(actor, "lockTimeouts");
    this.#waitUsWord = region.counterWord(actor, "lockWaitUs");
  }

  /** An operation begins to take locks. */
  begin(): void {
    this.#waits.begin();
  }

  /** Takes the lock at `words[at]`, which was found taken. Returns false where that takes longer than it may. */
  acquire(words: Int32Array, at: number, owner: number): boolean {
    const region = this.#region;
    addCounter(region.words, this.#waitsWord, 1);
    // The beginning of what takes long is most often read just now, for this wait.
    const isFirst = region.longSinceMs === 0;
    region.beginLong();
    const fromMs = isFirst ? region.longSinceMs : performance.now();
    const isTaken = this.#waits.acquire(words, at, owner);
    const waitedUs = Math.round((performance.now() - fromMs) * 1000);
    addCounter(region.words, this.#waitUsWord, waitedUs);
    if (!isTaken) addCounter(region.words, this.#timeoutsWord, 1);
    return isTaken;
  }
}
