// The lock of a shard: one word. It names the owner, and says whether somebody waits and whether the
// shard may be broken. Waits are bounded; a caller that gets no lock has changed nothing.
// Follows the three-state mutex of U. Drepper, "Futexes are tricky" (2011), with an owner.

import * as layout from "./layout.ts";

const { LOCK_DIRTY, LOCK_OWNER_MASK, LOCK_WAITERS } = layout;

const SPINS = 200;
const NAP_MS = 5;

/** Tells the core that this is a spin loop. Not every engine has `Atomics.pause`. */
const pause: () => void = (Atomics as unknown as { pause?: () => void }).pause ?? (() => {});

/** Takes the lock at `words[at]` for `owner` (1 to 255) if it is free, or soon is. Never sleeps. */
export function spinForLock(words: Int32Array, at: number, owner: number): boolean {
  if (Atomics.compareExchange(words, at, 0, owner) === 0) return true;
  for (let i = 0; i < SPINS; i++) {
    pause();
    if (words[at] === 0 && Atomics.compareExchange(words, at, 0, owner) === 0) return true;
  }
  return false;
}

/**
 * Takes the lock after {@linkcode spinForLock} has not, and sleeps until it is free. Gives up and returns
 * false at `giveUpMs`, a time of `performance.now()`; without sleeping if that has passed.
 */
export function sleepForLock(
  words: Int32Array,
  at: number,
  owner: number,
  giveUpMs: number,
): boolean {
  // A thread that has slept takes the lock with the waiters bit set: others may still sleep.
  const wanted = owner | LOCK_WAITERS;
  for (;;) {
    const seen = Atomics.compareExchange(words, at, 0, wanted);
    if (seen === 0) return true;
    if (performance.now() >= giveUpMs) return false;
    const marked = seen | LOCK_WAITERS;
    if (seen !== marked && Atomics.compareExchange(words, at, seen, marked) !== seen) continue;
    Atomics.wait(words, at, marked, NAP_MS);
  }
}

/** Gives the lock at `words[at]` back and wakes one waiter when there is any. */
export function releaseLock(words: Int32Array, at: number): void {
  if ((Atomics.exchange(words, at, 0) & LOCK_WAITERS) !== 0) Atomics.notify(words, at, 1);
}

/** Marks the shard of the held lock at `words[at]` as broken. The lock stays taken until repaired. */
export function poisonLock(words: Int32Array, at: number): void {
  Atomics.or(words, at, LOCK_DIRTY);
}

/** Who holds the lock at `words[at]`: its owner, or 0. */
export function lockOwner(words: Int32Array, at: number): number {
  return Atomics.load(words, at) & LOCK_OWNER_MASK;
}

/** Whether the shard of the lock at `words[at]` is marked as broken. */
export function isPoisoned(words: Int32Array, at: number): boolean {
  return (Atomics.load(words, at) & LOCK_DIRTY) !== 0;
}
