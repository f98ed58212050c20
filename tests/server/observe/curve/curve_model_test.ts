// What uses of keys do to the model: fills, deadlines, deletes, a sample that becomes smaller, and what is not said.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { mixedHash, sampleBound } from "../../../../server/contract/keys/key_samples.ts";
import {
  CURVE_TIMES,
  CurveModel,
  KeyUse,
  MAX_SAMPLE_RATE,
  type RealCache,
} from "../../../../server/observe/curve/curve_model.ts";
import { ShadowCache } from "../../../../server/observe/curve/shadow_cache.ts";
import { Random, zipfKeySequence } from "../../../../bench/workload.ts";

const { hit, read, write } = KeyUse;

/** So many hashes that are in the sample at any rate that tests come to. */
function sampled(count: number): number[] {
  const hashes: number[] = [];
  const bound = sampleBound(MAX_SAMPLE_RATE / 4);
  for (let hash = 1; hashes.length < count; hash++) {
    if (mixedHash(hash) < bound) hashes.push(hash);
  }
  return hashes;
}

/** A real cache with space for so many sampled items of 8 eighths. */
function realOf(items: number, rest: Partial<RealCache> = {}): RealCache {
  const slabEighths = items * 8 / MAX_SAMPLE_RATE / 0.99;
  return {
    hits: 0,
    misses: 0,
    items: 0,
    slabEighths,
    indexLimit: Infinity,
    ghosts: slabEighths,
    probationShare: 0,
    ...rest,
  };
}

/**
 * A loop over so many keys, of which the real cache holds `held`; what was asked for and missed is put if `isFilled`.
 * The hit ratio by size.
 */
function loopOver(keys: number, held: number, isFilled: boolean): Record<string, number> {
  const model = new CurveModel();
  const hashes = sampled(keys);
  const real = realOf(held);
  const cache = new ShadowCache(8192);
  cache.resize(real.slabEighths * MAX_SAMPLE_RATE, Infinity, real.ghosts * MAX_SAMPLE_RATE);
  model.tick(real, 0);
  const counts = { hits: 0, misses: 0 };
  for (let round = 1; round <= 12; round++) {
    for (const hash of hashes) {
      const isHit = cache.read(hash, 0);
      counts[isHit ? "hits" : "misses"] += 1 / MAX_SAMPLE_RATE;
      model.use(hash, isHit ? read | hit : read, isHit ? 8 : 0, 0, 0);
      if (isHit || !isFilled) continue;
      cache.put(hash, 8, 0, 0);
      model.use(hash, write, 8, 0, 0);
    }
    model.tick(realOf(held, counts), round);
    if (round === 6) model.forgetCounts();
  }
  return Object.fromEntries(model.estimates().map(({ times, hitRatio }) => [times, hitRatio]));
}

Deno.test("CurveModel sees that twice the memory would hit what is missed and filled again", () => {
  const curve = loopOver(6000, 4000, true);
  assertEquals([curve[2], curve[4]], [1, 1]);
  assert(curve[1]! < 0.9 && curve[0.5]! < curve[1]!, JSON.stringify(curve));
});

Deno.test("CurveModel sees that half the memory would miss and fill what the real cache hits", () => {
  const curve = loopOver(6000, 6200, true);
  assertEquals([curve[1], curve[4]], [1, 1]);
  assert(curve[0.5]! > 0.2 && curve[0.5]! < 0.8, JSON.stringify(curve));
});

Deno.test("CurveModel sees that no memory would hit what is never stored", () => {
  const curve = loopOver(1000, 800, false);
  assertEquals(Object.values(curve), [0, 0, 0, 0, 0]);
});

Deno.test("CurveModel lets deleted and expired keys be missed at every size", () => {
  const model = new CurveModel();
  const hashes = sampled(200);
  model.tick(realOf(1000), 0);
  let misses = 0;
  for (let round = 1; round <= 10; round++) {
    const nowMs = 1000 * round;
    for (const [i, hash] of hashes.entries()) {
      model.use(hash, write, 8, i % 2 === 0 ? nowMs + 500 : 0, nowMs);
      if (i % 2 === 1) model.use(hash, write, 0, 0, nowMs);
    }
    for (const hash of hashes) {
      model.use(hash, read, 0, 0, nowMs + 600);
      misses++;
    }
    model.tick(realOf(1000, { misses: misses / MAX_SAMPLE_RATE }), nowMs + 700);
  }
  assertEquals(model.estimates().map(({ hitRatio }) => hitRatio), [0, 0, 0, 0, 0]);
});

/** How clients use a cache. */
interface Use {
  /** How long the item of a key lives, by the key's number; 0: for ever. */
  readonly ttlMs: (id: number) => number;
  /** Whether who misses puts the key. */
  readonly fills: boolean;
  /** Share of the requests that put a key, whatever is there. */
  readonly puts: number;
}

/** Lets caches of all sizes, and the model of that in the middle, follow a trace, one request a millisecond. */
function assertAsCaches(use: Use, tolerance: number): void {
  const model = new CurveModel();
  const hashes = sampled(6000);
  const real = realOf(2000);
  const caches = CURVE_TIMES.map((times) => {
    const cache = new ShadowCache(8192);
    const share = times * MAX_SAMPLE_RATE;
    cache.resize(real.slabEighths * share, Infinity, real.ghosts * share);
    return cache;
  });
  const hits = CURVE_TIMES.map(() => 0);
  const counts = { hits: 0, misses: 0 };
  let reads = 0;
  const random = new Random(7);
  const trace = zipfKeySequence(120_000, hashes.length, 9, 0.8);
  model.tick(real, 0);
  for (const [nowMs, id] of trace.entries()) {
    const hash = hashes[id]!;
    const ttlMs = use.ttlMs(id);
    const deadlineMs = ttlMs === 0 ? 0 : nowMs + ttlMs;
    const isPut = random.nextFloat() < use.puts;
    const isCounted = nowMs >= trace.length / 2;
    if (!isPut && isCounted) reads++;
    for (const [i, cache] of caches.entries()) {
      const tell = (kind: number, eighths: number, deadlineMs: number) => {
        if (CURVE_TIMES[i] === 1) model.use(hash, kind, eighths, deadlineMs, nowMs);
      };
      const isHit = !isPut && cache.read(hash, nowMs);
      if (isHit && isCounted) hits[i]!++;
      if (isHit) tell(read | hit, 8, cache.items.deadlines[cache.items.find(hash)]!);
      else if (!isPut) tell(read, 0, 0);
      if (CURVE_TIMES[i] === 1 && !isPut) counts[isHit ? "hits" : "misses"] += 1 / MAX_SAMPLE_RATE;
      if (isHit || !isPut && !use.fills) continue;
      cache.put(hash, 8, deadlineMs, nowMs);
      tell(write, 8, deadlineMs);
    }
    if (nowMs % 250 !== 0) continue;
    for (const cache of caches) cache.sweep(2000, nowMs);
    model.tick({ ...real, ...counts }, nowMs);
    if (nowMs === trace.length / 2) model.forgetCounts();
  }
  const estimates = model.estimates();
  assert(estimates.length >= 4, JSON.stringify(estimates));
  for (const { times, hitRatio } of estimates) {
    const ratio = hits[CURVE_TIMES.indexOf(times as 1)]! / reads;
    assertAlmostEquals(hitRatio, ratio, tolerance, `${times} times`);
  }
}

Deno.test("CurveModel says of items with deadlines what caches of each size hit", () => {
  assertAsCaches({ ttlMs: (id) => 10_000 + 10 * id, fills: true, puts: 0 }, 0.01);
});

Deno.test("CurveModel says of keys that nobody puts after a miss what caches of each size hit", () => {
  assertAsCaches({ ttlMs: () => 0, fills: false, puts: 0.3 }, 0.02);
});

Deno.test("CurveModel samples fewer keys where they are too many, and forgets the others", () => {
  const model = new CurveModel();
  model.tick(realOf(20_000), 0);
  const bound = sampleBound(MAX_SAMPLE_RATE);
  const { bytes } = model;
  for (let hash = 1, left = 60_000; left > 0; hash++) {
    if (mixedHash(hash) >= bound) continue;
    left--;
    model.use(hash, write, 8, 0, 0);
  }
  // The real cache would hold 20,000 of them, and its shadow has 8192 places.
  assertEquals(model.rate, MAX_SAMPLE_RATE / 4);
  assertEquals(model.bytes, bytes);
  model.sampleMore();
  assertEquals(model.rate, MAX_SAMPLE_RATE / 4);
  assert(bytes < 6 * 2 ** 20, String(bytes));
  model.clear();
  assertEquals([model.rate, model.sampledReads, model.estimates()], [MAX_SAMPLE_RATE, 0, []]);
});

Deno.test("CurveModel samples more keys again, but no more than at first, and never none", () => {
  const model = new CurveModel();
  model.tick(realOf(1000), 0);
  for (let i = 0; i < 30; i++) model.sampleLess();
  assertEquals(model.rate, MAX_SAMPLE_RATE / 2 ** 14);
  for (let i = 0; i < 30; i++) model.sampleMore();
  assertEquals(model.rate, MAX_SAMPLE_RATE);
});

Deno.test("CurveModel says nothing while its shadows miss what the real cache has held from before", () => {
  const model = new CurveModel();
  const hashes = sampled(200);
  const used = { items: 40_000 };
  model.tick(realOf(200, used), 0);
  for (let round = 1; round <= 2; round++) {
    for (const hash of hashes.slice(0, 100)) model.use(hash, read | hit, 8, 0, 0);
    model.tick(realOf(200, { ...used, hits: 20_000 * round }), round);
  }
  assertEquals([model.sampledReads, model.estimates()], [0, []]);
});
