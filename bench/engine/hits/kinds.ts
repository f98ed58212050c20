// What the hit ratio is measured on: each kind of trace, with how many keys it has and how large their items
// are. The numbers of keys and requests are given by the caller, so that tests can have them small.

import {
  loopAndZipfTrace,
  loopTrace,
  newsTrace,
  scanTrace,
  shiftTrace,
  temporalTrace,
  type TraceOptions,
  zipfTrace,
} from "./traces.ts";

/** Bytes of every key. */
export const KEY_BYTES = 16;
/** With header and key about one slot. */
const USUAL_BYTES = 208;
/** Bounds of the mixed sizes, key included. */
const LEAST_BYTES = 50;
const MOST_BYTES = 10_000;
/** Mixed sizes take this share of the keys, since their items are eight times as large. */
const MIXED_KEYS_SHARE = 0.4;

/** One kind of trace. */
export interface TraceKind {
  readonly name: string;
  /** The requests; `theta` of the options is the kind's own. */
  readonly make: (options: TraceOptions) => Uint32Array;
  readonly theta: number;
  /** Keys, as a share of those asked for. */
  readonly keysShare: number;
  /** Bytes of the value of a key. */
  readonly valueBytes: (id: number) => number;
  /** Whether items differ in size, so that the hit ratio in bytes is another. */
  readonly isMixed: boolean;
}

function usualBytes(): number {
  return USUAL_BYTES;
}

function tinyBytes(): number {
  return KEY_BYTES;
}

/** Value sizes whose logarithms are spread evenly. */
function mixedBytes(id: number): number {
  let hash = Math.imul(id + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash ^= hash >>> 13;
  const share = (hash >>> 0) / 2 ** 32;
  return Math.floor(LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** share) - KEY_BYTES;
}

function kind(
  name: string,
  make: (options: TraceOptions) => Uint32Array,
  theta = 0.9,
  rest: Partial<TraceKind> = {},
): TraceKind {
  return { name, make, theta, keysShare: 1, valueBytes: usualBytes, isMixed: false, ...rest };
}

/** All kinds. */
export const TRACE_KINDS: readonly TraceKind[] = [
  kind("Zipf(0.7)", zipfTrace, 0.7),
  kind("Zipf(0.9)", zipfTrace, 0.9),
  kind("Zipf(1.1)", zipfTrace, 1.1),
  kind("a third scans", scanTrace),
  kind("all shifts 5 times", shiftTrace),
  kind("loop of 1.1", loopTrace),
  kind("half loop, half Zipf", loopAndZipfTrace),
  kind("50 bytes to 10 KB", zipfTrace, 0.9, {
    keysShare: MIXED_KEYS_SHARE,
    valueBytes: mixedBytes,
    isMixed: true,
  }),
  kind("temporal", temporalTrace),
  kind("news", newsTrace),
  kind("16 + 16 bytes", zipfTrace, 0.9, { valueBytes: tinyBytes }),
];
