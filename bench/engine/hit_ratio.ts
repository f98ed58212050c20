// Hit ratio of the cache beside an exact LRU that holds as many items, on the same traces.
// Cache-aside: each request is a get, and after a miss a put.

import { Outcome, ValueBuffer } from "../../cache/mod.ts";
import { fillUntilFull, makeCache, makeValue, mustPut, NumberedKey } from "./fill.ts";
import { atLeast, plain, type Row } from "../report.ts";
import { lruHits, scanTrace, shiftTrace, type TraceOptions, zipfTrace } from "./traces.ts";

const KEY_BYTES = 16;
/** With header and key exactly one slot. */
const VALUE_BYTES = 208;

/** Shares of the keys that the cache holds. */
export const CAPACITY_SHARES = [0.01, 0.1, 0.25] as const;

/**
 * The traces, and how many points above LRU the cache must be at each of the shares. The two
 * without targets are harder forms of those before them.
 */
export const TRACE_KINDS: readonly {
  readonly name: string;
  readonly make: (options: TraceOptions) => Uint32Array;
  readonly points?: readonly number[];
}[] = [
  { name: "Zipf(0.9)", make: zipfTrace, points: [8, 4, 1] },
  { name: "a fifth scans", make: (options) => scanTrace(options), points: [7, 4.5, 4] },
  { name: "a fifth scans of the same keys", make: (options) => scanTrace(options, true) },
  { name: "hottest 1 % shifts", make: (options) => shiftTrace(options), points: [5, -1.5, -1.5] },
  { name: "hottest eighth shifts", make: (options) => shiftTrace(options, 0.125) },
];

/** Bytes of a region that holds about `items` items when full, and how many it really holds. */
export function regionFor(items: number): { memoryBytes: number; held: number } {
  let memoryBytes = items * 275 + 256 * 1024;
  let held = 0;
  for (let round = 0; round < 4; round++) {
    held = fillUntilFull(makeCache(memoryBytes), KEY_BYTES, VALUE_BYTES, 2);
    if (Math.abs(held - items) <= items * 0.002) break;
    memoryBytes += Math.round((items - held) * 272);
  }
  return { memoryBytes, held };
}

/** Hits of a cache of `memoryBytes` on a trace. */
export function cacheHits(trace: Uint32Array, memoryBytes: number): number {
  const cache = makeCache(memoryBytes);
  const key = new NumberedKey(KEY_BYTES, 0x5eed);
  const value = makeValue(VALUE_BYTES);
  const into = new ValueBuffer();
  let hits = 0;
  for (let i = 0; i < trace.length; i++) {
    const bytes = key.set(trace[i]!);
    if (cache.get(bytes, into) === Outcome.hit) hits++;
    else mustPut(cache, bytes, value);
  }
  return hits;
}

/** All traces at all capacities. */
export function hitRatioRows(options: TraceOptions): Row[] {
  const regions = CAPACITY_SHARES.map((share) => regionFor(Math.round(options.keys * share)));
  const rows: Row[] = [];
  for (const { name, make, points } of TRACE_KINDS) {
    const trace = make(options);
    regions.forEach(({ memoryBytes, held }, i) => {
      const cache = cacheHits(trace, memoryBytes) / trace.length;
      const lru = lruHits(trace, 2 * options.keys, held) / trace.length;
      const what = `${name}, ${(100 * held / options.keys).toFixed(2)} % of the keys: ` +
        `${cache.toFixed(4)}, LRU ${lru.toFixed(4)}`;
      const above = 100 * (cache - lru);
      rows.push(points ? atLeast(what, above, points[i]!, "points") : plain(what, above, "points"));
    });
  }
  return rows;
}
