// 64-bit counters in shared memory that have one writer at a time and any number of readers.
// Three words, high, low, high again: a reader that finds both high words equal has read one
// value (Lamport, "Concurrent reading and writing", CACM 20(11), 1977). No lock, no BigInt.

import * as layout from "./layout.ts";

const { COUNTER_HIGH, COUNTER_HIGH_AGAIN, COUNTER_LOW, WORD_RANGE } = layout;

/** Adds `amount` (0 to 2^31 - 1) to the counter at word `at`. One writer at a time. */
export function addCounter(words: Int32Array, at: number, amount: number): void {
  const old = words[at + COUNTER_LOW]! >>> 0;
  const sum = old + amount;
  if (sum < WORD_RANGE) {
    words[at + COUNTER_LOW] = sum | 0;
    return;
  }
  const high = (words[at + COUNTER_HIGH]! + 1) | 0;
  Atomics.store(words, at + COUNTER_HIGH, high);
  Atomics.store(words, at + COUNTER_LOW, sum | 0);
  Atomics.store(words, at + COUNTER_HIGH_AGAIN, high);
}

/** Reads the counter at word `at`, also while its writer changes it. Exact up to 2^53. */
export function readCounter(words: Int32Array, at: number): number {
  for (;;) {
    const closing = Atomics.load(words, at + COUNTER_HIGH_AGAIN);
    const low = Atomics.load(words, at + COUNTER_LOW);
    const opening = Atomics.load(words, at + COUNTER_HIGH);
    if (opening === closing) return (opening >>> 0) * WORD_RANGE + (low >>> 0);
  }
}

/** Makes the counter at word `at` any whole number from 0. Only its writer may do so. */
export function setCounter(words: Int32Array, at: number, value: number): void {
  const high = Math.floor(value / WORD_RANGE) | 0;
  const low = (value % WORD_RANGE) | 0;
  Atomics.store(words, at + COUNTER_HIGH, high);
  Atomics.store(words, at + COUNTER_LOW, low);
  Atomics.store(words, at + COUNTER_HIGH_AGAIN, high);
}

/** Sets the counter at word `at` to zero. Only its writer may do so. */
export function clearCounter(words: Int32Array, at: number): void {
  setCounter(words, at, 0);
}
