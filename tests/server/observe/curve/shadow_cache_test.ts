// A shadow cache beside a shard of the engine on the same requests, and what it does with deadlines and sizes.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Outcome, readStats, ValueBuffer } from "../../../../cache/mod.ts";
import { realCache } from "../../../../server/observe/curve/real_cache.ts";
import { ShadowCache } from "../../../../server/observe/curve/shadow_cache.ts";
import { makeCache, makeValue, mustPut, NumberedKey } from "../../../../bench/engine/fill.ts";
import { zipfKeySequence } from "../../../../bench/workload.ts";

const EIGHTHS = 8;

function newShadow(items: number): ShadowCache {
  const shadow = new ShadowCache(items + 8);
  shadow.resize(items * EIGHTHS, Infinity, 2 * items);
  return shadow;
}

Deno.test("ShadowCache with all keys hits as often as a cache of the same size", () => {
  const trace = zipfKeySequence(120_000, 20_000, 5, 0.9);
  const cache = makeCache(2 ** 20);
  const real = realCache(cache, 0, 0);
  const shadow = new ShadowCache(8192);
  shadow.resize(real.slabEighths, real.indexLimit, real.ghosts);
  const key = new NumberedKey(16);
  const value = makeValue(208);
  const into = new ValueBuffer();
  let hits = 0;
  let shadowHits = 0;
  for (const id of trace) {
    const bytes = key.set(id);
    if (cache.get(bytes, into) === Outcome.hit) hits++;
    else mustPut(cache, bytes, value);
    const hash = cache.hash(bytes, 0, bytes.length);
    if (shadow.read(hash, 0)) shadowHits++;
    else shadow.put(hash, EIGHTHS, 0, 0);
  }
  assertAlmostEquals(shadowHits / trace.length, hits / trace.length, 0.01);
  assertAlmostEquals(shadow.items.count / readStats(cache).items, 1, 0.01);
});

Deno.test("ShadowCache evicts until an item fits, and keeps its sums right", () => {
  const shadow = newShadow(100);
  for (let hash = 1; hash <= 1000; hash++) shadow.put(hash, 1 + hash % 20, 0, 0);
  const { items } = shadow;
  let used = 0;
  for (let hash = 1; hash <= 1000; hash++) {
    const item = items.find(hash);
    if (item !== 0) used += items.eighths[item]!;
  }
  assertEquals(items.used, used);
  // It may be over by half an item, so that it is full in the mean.
  assert(used <= 102 * EIGHTHS && used > 90 * EIGHTHS, String(used));
  shadow.resized(items.hashes[items.hands[0] || items.hands[1]]!, 300, 0);
  assert(items.used <= 100 * EIGHTHS, String(items.used));
  shadow.clear();
  assertEquals([items.count, items.used, items.find(1000)], [0, 0, 0]);
});

Deno.test("ShadowCache lets items expire when they are read, and when a sweep meets them", () => {
  const shadow = newShadow(100);
  for (let hash = 1; hash <= 50; hash++) shadow.put(hash, 4, 1000 + hash, 900);
  assertEquals([shadow.read(1, 1000), shadow.read(1, 1001)], [true, false]);
  assertEquals([shadow.ttlOf(50), shadow.ttlOf(1)], [150, -1]);
  shadow.sweep(100, 1025);
  assertEquals(shadow.items.count, 25);
  shadow.remove(50);
  assertEquals([shadow.has(50, 0), shadow.has(49, 0)], [false, true]);
});

Deno.test("ShadowCache.keep() removes what does not pass, whatever is free", () => {
  const shadow = newShadow(100);
  for (let hash = 1; hash <= 90; hash++) shadow.put(hash, 4, 0, 0);
  for (let hash = 10; hash < 20; hash++) shadow.remove(hash);
  shadow.keep((hash) => hash % 2 === 0);
  assertEquals(shadow.items.count, 40);
  for (let hash = 100; hash < 160; hash++) shadow.put(hash, 4, 0, 0);
  assertEquals(shadow.items.count, 100);
});
