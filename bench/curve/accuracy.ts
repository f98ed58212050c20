// How near the curve of hit ratios comes to real caches: one cache follows a trace and tells the model of the uses of
// sampled keys; then caches of the other sizes follow the same trace. Cache-aside: each request is a get, and after a
// miss a put. The first half of a trace warms up.

import { Outcome, readStats, ValueBuffer } from "../../cache/mod.ts";
import { mixedHash, sampleBound } from "../../server/contract/keys/key_samples.ts";
import {
  CURVE_TIMES,
  type CurveEstimate,
  CurveModel,
  KeyUse,
  MAX_SAMPLE_RATE,
} from "../../server/observe/curve/curve_model.ts";
import { realCache } from "../../server/observe/curve/real_cache.ts";
import { makeCache, makeValue, mustPut, NumberedKey } from "../engine/fill.ts";
import { KEY_BYTES, type TraceKind } from "../engine/hits/kinds.ts";

/** How large all is. */
export interface CurveOptions {
  /** Of the cache that tells the model. */
  readonly memoryBytes: number;
  readonly requests: number;
  readonly keys: number;
  readonly seed: number;
  /** Sizes to compare with; all of CURVE_TIMES unless given. */
  readonly times?: readonly number[];
}

/** What real caches hit in the second half of a trace, and what the model says. */
export interface CurveComparison {
  readonly name: string;
  /** Hit ratio of a real cache of each of CURVE_TIMES; null where none was asked for. */
  readonly real: readonly (number | null)[];
  readonly estimates: readonly CurveEstimate[];
  readonly items: number;
  readonly sampledReads: number;
}

const LONGEST_VALUE = 16 * 1024;
const SLOT_BYTES = 256;
const EIGHTH_BYTES = 32;
const HEADER_BYTES = 20;
const LINK_BYTES = 4;
/** The model looks at the real cache once in so many requests. */
const TICK_REQUESTS = 20_000;
const TICK_MS = 50;

/** What an item takes, as the engine would say. */
function eighthsOf(valueBytes: number): number {
  const bytes = HEADER_BYTES + KEY_BYTES + valueBytes;
  if (bytes <= SLOT_BYTES) return Math.ceil(bytes / EIGHTH_BYTES);
  return Math.ceil(bytes / (SLOT_BYTES - LINK_BYTES) * SLOT_BYTES / EIGHTH_BYTES);
}

/** Hit ratio of a cache of `memoryBytes` in the second half; `model`, if given, is told. */
function hitRatio(
  kind: TraceKind,
  trace: Uint32Array,
  memoryBytes: number,
  model: CurveModel | null,
): { ratio: number; items: number } {
  const cache = makeCache(memoryBytes);
  const key = new NumberedKey(KEY_BYTES, 0x5eed);
  const value = makeValue(LONGEST_VALUE);
  const into = new ValueBuffer();
  const bound = sampleBound(MAX_SAMPLE_RATE);
  const half = trace.length >>> 1;
  let hits = 0;
  let misses = 0;
  let hitsBefore = 0;
  for (let i = 0; i < trace.length; i++) {
    if (i === half) hitsBefore = hits;
    if (model !== null && i % TICK_REQUESTS === 0) {
      model.tick(realCache(cache, hits, misses), i / TICK_REQUESTS * TICK_MS);
      if (i > 0 && i <= half && i + TICK_REQUESTS > half) model.forgetCounts();
    }
    const keyBytes = key.set(trace[i]!);
    const valueBytes = kind.valueBytes(trace[i]!);
    const isHit = cache.get(keyBytes, into) === Outcome.hit;
    if (isHit) hits++;
    else {
      misses++;
      mustPut(cache, keyBytes, value.subarray(0, valueBytes));
    }
    if (model === null) continue;
    const hash = cache.hash(keyBytes, 0, keyBytes.length);
    if (mixedHash(hash) >= bound) continue;
    const eighths = eighthsOf(valueBytes);
    const nowMs = i / TICK_REQUESTS * TICK_MS;
    model.use(hash, KeyUse.read | (isHit ? KeyUse.hit : 0), isHit ? eighths : 0, 0, nowMs);
    if (!isHit) model.use(hash, KeyUse.write, eighths, 0, nowMs);
  }
  const ratio = (hits - hitsBefore) / (trace.length - half);
  return { ratio, items: readStats(cache).items };
}

/** Compares on one kind of trace. */
export function compareCurve(kind: TraceKind, options: CurveOptions): CurveComparison {
  const keys = Math.round(options.keys * kind.keysShare);
  // Loops are longer than that: items of most kinds take a slot.
  const held = readStats(makeCache(options.memoryBytes)).slots;
  const trace = kind.make({ ...options, keys, held, theta: kind.theta });
  const model = new CurveModel();
  let items = 0;
  const real = CURVE_TIMES.map((times) => {
    const isReal = times === 1;
    if (!isReal && options.times?.includes(times) === false) return null;
    const memoryBytes = Math.round(options.memoryBytes * times);
    const got = hitRatio(kind, trace, memoryBytes, isReal ? model : null);
    if (isReal) items = got.items;
    return got.ratio;
  });
  const { sampledReads } = model;
  return { name: kind.name, real, estimates: model.estimates(), items, sampledReads };
}

/** How far the model is off where it says something, in points; the worst. */
export function worstError({ real, estimates }: CurveComparison): number {
  return Math.max(...estimates.map(({ times, hitRatio }) => {
    const ratio = real[CURVE_TIMES.findIndex((one) => one === times)] ?? hitRatio;
    return 100 * Math.abs(hitRatio - ratio);
  }));
}
