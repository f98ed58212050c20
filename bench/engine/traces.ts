// Seeded request traces for the hit ratio: sequences of key numbers, one per request. And how often an exact
// LRU hits on one.

import { Random, shuffledIds, Zipf, zipfKeySequence } from "../workload.ts";

/** How long a trace is and what it is drawn from. */
export interface TraceOptions {
  readonly requests: number;
  readonly keys: number;
  readonly theta: number;
  readonly seed: number;
}

/** Zipf-distributed requests. */
export function zipfTrace({ requests, keys, seed, theta }: TraceOptions): Uint32Array {
  return zipfKeySequence(requests, keys, seed, theta);
}

/**
 * Zipf, but a fifth of all requests, in long bursts, belong to a scan that walks keys in order:
 * those from number `keys` on, which nothing else asks for, or the same keys as all others.
 */
export function scanTrace(options: TraceOptions, sameKeys = false): Uint32Array {
  const trace = zipfTrace(options);
  const burst = Math.max(1, Math.floor(options.keys / 100));
  const first = sameKeys ? 0 : options.keys;
  let next = 0;
  for (let from = 0; from < trace.length; from += 5 * burst) {
    const end = Math.min(trace.length, from + burst);
    for (let i = from; i < end; i++) trace[i] = first + next++ % options.keys;
  }
  return trace;
}

/**
 * Zipf whose ranks move on by `jumpShare` of the keys after every eighth of the trace: that many
 * of the hottest keys become the coldest, and those that followed them become the hottest.
 */
export function shiftTrace(options: TraceOptions, jumpShare = 0.01): Uint32Array {
  const random = new Random(options.seed);
  const scattered = shuffledIds(options.keys, random);
  const zipf = new Zipf(random, options.keys, options.theta);
  const span = Math.floor(options.requests / 8);
  const jump = Math.floor(options.keys * jumpShare);
  return Uint32Array.from({ length: options.requests }, (_, i) => {
    const rank = zipf.next() + Math.floor(i / span) * jump;
    return scattered[rank % options.keys]!;
  });
}

/** Hits of an exact LRU of `capacity` items on a trace of keys below `keys`; a miss is put. */
export function lruHits(trace: Uint32Array, keys: number, capacity: number): number {
  // Entry 0 is the list's sentinel; key k is entry k + 1.
  const newer = new Int32Array(keys + 1);
  const older = new Int32Array(keys + 1);
  const held = new Uint8Array(keys + 1);
  let count = 0;
  let hits = 0;
  for (let i = 0; i < trace.length; i++) {
    const entry = trace[i]! + 1;
    if (held[entry] !== 0) {
      hits++;
      newer[older[entry]!] = newer[entry]!;
      older[newer[entry]!] = older[entry]!;
    } else {
      held[entry] = 1;
      if (count === capacity) {
        const oldest = newer[0]!;
        held[oldest] = 0;
        newer[0] = newer[oldest]!;
        older[newer[0]!] = 0;
      } else count++;
    }
    const newest = older[0]!;
    newer[newest] = entry;
    older[entry] = newest;
    newer[entry] = 0;
    older[0] = entry;
  }
  return hits;
}
