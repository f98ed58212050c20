// Shards that somebody locks who has locked others already: a script that asks for a key it has not named. Those
// are not taken in ascending order, so nobody waits for them; and they are kept until what was written is in the log.

import { lockOwner, poisonLock, releaseLock, spinForLock } from "./lock.ts";
import type { Cache } from "./cache.ts";
import * as layout from "./layout.ts";
import type { Shard } from "./shard.ts";

const { SHARD_LOCK } = layout;
/** Longest time that is spent on one lock: others hold theirs for less, mostly. */
const MAX_SPIN_MS = 2;

/** The further locks of one thread. */
export class FurtherLocks {
  readonly #owner: number;
  readonly #held: Shard[] = [];

  /** Of the thread whose cache this is. */
  constructor({ actor }: Cache) {
    this.#owner = actor + 1;
  }

  /** Whether this thread has locked a shard. */
  holds({ memory }: Shard): boolean {
    return lockOwner(memory.words, SHARD_LOCK) === this.#owner;
  }

  /** Locks one more shard. Returns false where it is not free in a moment. */
  tryHold(shard: Shard): boolean {
    const { memory } = shard;
    const untilMs = performance.now() + MAX_SPIN_MS;
    while (!spinForLock(memory.words, SHARD_LOCK, this.#owner)) {
      if (performance.now() >= untilMs) return false;
    }
    memory.nowMs = 0;
    memory.isMarked = false;
    this.#held.push(shard);
    return true;
  }

  /** Unlocks them. The log has what was changed: the work under the first locks is over. */
  release(): void {
    for (const { memory } of this.#held) releaseLock(memory.words, SHARD_LOCK);
    this.#held.length = 0;
  }

  /** What was done has failed, and they may be half changed: keeps them locked until they are repaired. */
  poison(): void {
    for (const { memory } of this.#held) poisonLock(memory.words, SHARD_LOCK);
    this.#held.length = 0;
  }
}
