// How long a thread may wait for locks. A thread that sleeps serves nobody, so the bound is for all that it
// does in one turn of its event loop, which is many commands of a pipeline. When that is used up, whoever
// comes next gets what a short spin gives. Knows nothing of shards.

import { sleepForLock, spinForLock } from "./lock.ts";

/** Longest time that a thread waits for locks in a turn, in milliseconds. */
export const MAX_LOCK_WAIT_MS = 50;
/** Shorter waits add up over several turns, since to see a turn end costs more than they do. */
const SHORT_MS = 5;

/** The waits of one thread. */
export class LockWaits {
  readonly #nextTurn: (() => Promise<void>) | null;
  /** Milliseconds that this turn has waited. */
  #waitedMs = 0;
  #isRenewing = false;

  /** `nextTurn` resolves after the thread's next turn; null: each operation has a turn of its own. */
  constructor(nextTurn: (() => Promise<void>) | null) {
    this.#nextTurn = nextTurn;
  }

  /** An operation begins to take locks. */
  begin(): void {
    if (this.#nextTurn === null) this.#waitedMs = 0;
  }

  /** Takes the lock at `words[at]` for `owner`. Returns false where that takes longer than is left. */
  acquire(words: Int32Array, at: number, owner: number): boolean {
    if (spinForLock(words, at, owner)) return true;
    const fromMs = performance.now();
    const isTaken = sleepForLock(words, at, owner, fromMs + MAX_LOCK_WAIT_MS - this.#waitedMs);
    this.#waitedMs += performance.now() - fromMs;
    if (this.#waitedMs > SHORT_MS && this.#nextTurn !== null && !this.#isRenewing) {
      this.#renew(this.#nextTurn);
    }
    return isTaken;
  }

  async #renew(nextTurn: () => Promise<void>): Promise<void> {
    this.#isRenewing = true;
    await nextTurn();
    this.#isRenewing = false;
    this.#waitedMs = 0;
  }
}
