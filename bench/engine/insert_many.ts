// Inserts keys of one family and notes the longest time that a single put took.
// Runs in either thread of refill.ts.

import { type Cache, Outcome } from "../../cache/mod.ts";
import { makeValue, NumberedKey } from "./fill.ts";

/** What to insert. */
export interface InsertOptions {
  readonly count: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Sets this thread's keys apart. */
  readonly salt: number;
}

/** What came of it. */
export interface InsertResult {
  readonly errors: number;
  readonly longestMs: number;
}

/** Inserts `count` new keys. */
export function insertMany(cache: Cache, options: InsertOptions): InsertResult {
  const key = new NumberedKey(options.keyBytes, options.salt);
  const value = makeValue(options.valueBytes);
  let errors = 0;
  let longestMs = 0;
  let lastMs = performance.now();
  for (let id = 0; id < options.count; id++) {
    if (cache.put(key.set(id), value) !== Outcome.stored) errors++;
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }
  return { errors, longestMs };
}
