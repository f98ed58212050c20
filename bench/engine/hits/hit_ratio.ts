// Hit ratio of the cache on many traces, beside an exact LRU and four other policies that hold as many bytes
// of keys and values. Cache-aside: each request is a get, and after a miss a put.

import { type Cache, Outcome, readStats, ValueBuffer } from "../../../cache/mod.ts";
import { makeCache, makeValue, mustPut, NumberedKey } from "../fill.ts";
import { atLeast, plain, type Row } from "../../report.ts";
import { KEY_BYTES, TRACE_KINDS, type TraceKind } from "./kinds.ts";
import { type Hits, lruHits } from "./lru.ts";
import { NO_LIBRARY, otherRatios, type Ratios } from "./others.ts";

/** Shares of the keys that the cache holds. */
export const CAPACITY_SHARES = [0.01, 0.1] as const;
/** How far below the best of the others a row may be, in points, and how many rows have to be so good. */
const NEAR_BEST_POINTS = 0.3;
const NEAR_BEST_ROWS = 80;
/** How far below LRU any row may be, in points. */
const BELOW_LRU_POINTS = 1.5;
/** A region whose shards take items of all sizes. */
const LEAST_MEMORY_BYTES = 2 ** 20;
const LONGEST_VALUE = 16 * 1024;

/** How long the traces are and what they are drawn from. */
export interface HitRatioOptions {
  readonly requests: number;
  readonly keys: number;
  readonly seed: number;
}

/** A cache's size, and how many items it holds when full. */
interface Sized {
  readonly memoryBytes: number;
  readonly held: number;
}

/** Puts new keys with items of a kind until the cache has been full twice. Returns how many it holds. */
function heldWhenFull(cache: Cache, { valueBytes }: TraceKind): number {
  const key = new NumberedKey(KEY_BYTES, 1);
  const value = makeValue(LONGEST_VALUE);
  for (let next = 0;;) {
    for (let i = 0; i < 1000; i++, next++) {
      mustPut(cache, key.set(next), value.subarray(0, valueBytes(next)));
    }
    const { items, evictions } = readStats(cache);
    if (evictions > 0 && next >= 2 * items) return items;
  }
}

/** The size of a cache that holds about `items` items of a kind, everything at its default. */
export function sizeFor(kind: TraceKind, items: number): Sized {
  let bytes = 0;
  for (let id = 0; id < items; id++) bytes += kind.valueBytes(id) + KEY_BYTES + 32;
  let memoryBytes = LEAST_MEMORY_BYTES + Math.round(1.1 * bytes);
  let held = 0;
  for (let round = 0; round < 4; round++) {
    held = heldWhenFull(makeCache(memoryBytes), kind);
    if (Math.abs(held - items) <= items * 0.005) break;
    memoryBytes = Math.max(
      LEAST_MEMORY_BYTES,
      memoryBytes + Math.round((items - held) * 1.1 * bytes / items),
    );
  }
  return { memoryBytes, held };
}

/** Hits of a cache of `memoryBytes` on a trace, and how many bytes of keys and values it then holds. */
export function cacheHits(
  trace: Uint32Array,
  sizes: Uint32Array,
  memoryBytes: number,
): Hits & { resident: number } {
  const cache = makeCache(memoryBytes);
  const key = new NumberedKey(KEY_BYTES, 0x5eed);
  const value = makeValue(LONGEST_VALUE);
  const into = new ValueBuffer();
  let hits = 0;
  let bytes = 0;
  for (let i = 0; i < trace.length; i++) {
    const id = trace[i]!;
    const keyBytes = key.set(id);
    if (cache.get(keyBytes, into) === Outcome.hit) {
      hits++;
      bytes += sizes[id]!;
    } else mustPut(cache, keyBytes, value.subarray(0, sizes[id]! - KEY_BYTES));
  }
  let resident = 0;
  for (let id = 0; id < sizes.length; id++) {
    if (cache.get(key.set(id), into) === Outcome.hit) resident += sizes[id]!;
  }
  return { hits, bytes, resident };
}

/** A cache's ratios beside those of the others at the same resident bytes. */
export interface Comparison {
  readonly name: string;
  readonly ours: number;
  readonly lru: number;
  /** All but LRU; null where they could not be had. */
  readonly others: readonly { readonly name: string; readonly ratio: number }[] | null;
}

/** Compares on one kind of trace, by requests and, where sizes differ, by bytes. */
async function compare(
  kind: TraceKind,
  share: number,
  options: HitRatioOptions,
): Promise<Comparison[]> {
  const keys = Math.round(options.keys * kind.keysShare);
  const { memoryBytes, held } = sizeFor(kind, Math.round(keys * share));
  const trace = kind.make({ ...options, keys, held, theta: kind.theta });
  const highest = trace.reduce((most, id) => id > most ? id : most, 0);
  const sizes = Uint32Array.from(
    { length: highest + 1 },
    (_, id) => KEY_BYTES + kind.valueBytes(id),
  );
  const allBytes = trace.reduce((sum, id) => sum + sizes[id]!, 0);
  const ours = cacheHits(trace, sizes, memoryBytes);
  const lru = lruHits(trace, sizes, ours.resident);
  // W-TinyLFU has counters for each unit of capacity, so equal items have to be one unit each.
  const unit = kind.isMixed ? 1 : sizes[0]!;
  const units = kind.isMixed ? sizes : new Uint32Array(sizes.length).fill(1);
  const others = await otherRatios(trace, units, ours.resident / unit);
  const name = `${kind.name}, ${100 * share} %`;
  const pick = (what: string, of: "hits" | "bytes", all: number, ratio: keyof Ratios) => ({
    name: what,
    ours: ours[of] / all,
    lru: lru[of] / all,
    others: others && others.map((other) => ({ name: other.name, ratio: Number(other[ratio]) })),
  });
  const byRequests = pick(name, "hits", trace.length, "byRequests");
  return kind.isMixed
    ? [byRequests, pick(`${name}, by bytes`, "bytes", allBytes, "byBytes")]
    : [byRequests];
}

/** Points by which the cache is above the best of the others, LRU among them. */
function abovePoints({ ours, lru, others }: Comparison): number {
  return 100 * (ours - Math.max(lru, ...(others ?? []).map(({ ratio }) => ratio)));
}

function comparisonRow(comparison: Comparison): Row {
  const { name, ours, lru, others } = comparison;
  const figures = others === null
    ? [NO_LIBRARY]
    : others.map(({ name, ratio }) => `${name} ${ratio.toFixed(4)}`);
  const what = `${name}: ${ours.toFixed(4)}; LRU ${lru.toFixed(4)}, ${figures.join(", ")}`;
  return plain(what, abovePoints(comparison), "points");
}

/** The rows of some comparisons, and of what is wanted over all of them. */
export function comparisonRows(comparisons: readonly Comparison[]): Row[] {
  const near = comparisons.filter((one) => abovePoints(one) >= -NEAR_BEST_POINTS).length;
  const aboveLru = Math.min(...comparisons.map(({ ours, lru }) => 100 * (ours - lru)));
  const rows = comparisons.map(comparisonRow);
  if (comparisons.every(({ others }) => others !== null)) {
    const share = 100 * near / comparisons.length;
    const what = `${near} of ${comparisons.length} within ${NEAR_BEST_POINTS} points of the best`;
    rows.push(atLeast(what, share, NEAR_BEST_ROWS, "%", 0));
  }
  rows.push(atLeast("least above LRU", aboveLru, -BELOW_LRU_POINTS, "points"));
  return rows;
}

/** All kinds of traces at all capacities. */
export async function hitRatioRows(
  options: HitRatioOptions,
  kinds: readonly TraceKind[] = TRACE_KINDS,
): Promise<Row[]> {
  const comparisons: Comparison[] = [];
  for (const kind of kinds) {
    for (const share of CAPACITY_SHARES) {
      comparisons.push(...await compare(kind, share, options));
    }
  }
  return comparisonRows(comparisons);
}
