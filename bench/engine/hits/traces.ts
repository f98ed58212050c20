// Seeded request traces for the hit ratio: sequences of key numbers, one per request. Same options, same
// trace, on every machine. Knows nothing of caches but how many items the one to be measured holds.

import { Random, shuffledIds, Zipf, zipfKeySequence } from "../../workload.ts";

/** How long a trace is and what it is drawn from. */
export interface TraceOptions {
  readonly requests: number;
  /** Key numbers are below this, but for those of scans. */
  readonly keys: number;
  /** Items that the cache holds when full. */
  readonly held: number;
  readonly theta: number;
  readonly seed: number;
}

/** Zipf-distributed requests. */
export function zipfTrace({ requests, keys, seed, theta }: TraceOptions): Uint32Array {
  return zipfKeySequence(requests, keys, seed, theta);
}

/** Zipf, but a third of all requests, in long bursts, walk in order over keys that nothing else asks for. */
export function scanTrace(options: TraceOptions): Uint32Array {
  const trace = zipfTrace(options);
  const burst = Math.max(1, Math.floor(options.keys / 100));
  let next = 0;
  for (let from = 0; from < trace.length; from += 3 * burst) {
    const end = Math.min(trace.length, from + burst);
    for (let i = from; i < end; i++) trace[i] = options.keys + next++ % options.keys;
  }
  return trace;
}

/** Zipf, and five times, at equal distances, all keys change their popularity. */
export function shiftTrace({ requests, keys, theta, seed }: TraceOptions): Uint32Array {
  const random = new Random(seed);
  const zipf = new Zipf(random, keys, theta);
  const span = Math.ceil(requests / 6);
  const trace = new Uint32Array(requests);
  for (let from = 0; from < requests; from += span) {
    const scattered = shuffledIds(keys, random);
    const end = Math.min(requests, from + span);
    for (let i = from; i < end; i++) trace[i] = scattered[zipf.next()]!;
  }
  return trace;
}

/** The same keys again and again in one order, a tenth more than the cache holds. */
export function loopTrace({ requests, held }: TraceOptions): Uint32Array {
  const length = Math.round(1.1 * held);
  return Uint32Array.from({ length: requests }, (_, i) => i % length);
}

/** Each request is the next of such a loop, or Zipf over other keys: half of them each. */
export function loopAndZipfTrace(options: TraceOptions): Uint32Array {
  const { keys, held, seed } = options;
  const trace = zipfTrace(options);
  const random = new Random(seed + 1);
  const length = Math.round(1.1 * held);
  let next = 0;
  for (let i = 0; i < trace.length; i++) {
    if (random.nextU32() & 1) trace[i] = keys + next++ % length;
  }
  return trace;
}

/** A tenth of the requests are for new keys; others repeat an earlier request, more likely a late one. */
export function temporalTrace({ requests, theta, seed }: TraceOptions): Uint32Array {
  const random = new Random(seed);
  const back = new Zipf(random, requests, theta);
  const trace = new Uint32Array(requests);
  let next = 0;
  for (let i = 0; i < requests; i++) {
    let distance = 0;
    if (i > 0 && random.below(10) !== 0) { do distance = 1 + back.next(); while (distance > i); }
    trace[i] = distance === 0 ? next++ : trace[i - distance]!;
  }
  return trace;
}

/** A tenth of the requests are for new keys; others ask for a key by its age, more likely a young one. */
export function newsTrace({ requests, keys, theta, seed }: TraceOptions): Uint32Array {
  const random = new Random(seed);
  const age = new Zipf(random, keys, theta);
  const trace = new Uint32Array(requests);
  let next = 0;
  for (let i = 0; i < requests; i++) {
    let back = 0;
    if (next > 0 && random.below(10) !== 0) { do back = 1 + age.next(); while (back > next); }
    trace[i] = back === 0 ? next++ : next - back;
  }
  return trace;
}
