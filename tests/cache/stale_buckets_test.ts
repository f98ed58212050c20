// A shard that was emptied: its header says so, and what lies in its index, its map and its slab is no
// longer there for anybody, though it still lies there.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../bench/workload.ts";
import { KeyBatch, Outcome, readStats } from "../../cache/mod.ts";
import { scanBucketsLocked } from "../../cache/scan.ts";
import { SHARD_HEADER_BYTES, SHARD_STALE } from "../../cache/layout.ts";
import { bucketTotal } from "../../cache/index_growth.ts";
import { bytesOf, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";
import { checkAll, flushShard } from "./model.ts";

Deno.test("Shard.clearLocked() writes nothing but the shard's header", () => {
  const { cache } = makeFixture(2 ** 22);
  for (let i = 0; i < 30_000; i++) put(cache, `k${i}`, valueOf(100));
  const shard = cache.shards[0]!;
  const before = shard.memory.bytes.slice(SHARD_HEADER_BYTES);
  shard.clearLocked();
  assertEquals(shard.memory.bytes.slice(SHARD_HEADER_BYTES), before);
});

Deno.test("what Shard.clearLocked() has emptied is not found, scanned, swept or flushed", () => {
  const { cache, clock } = makeFixture(2 ** 23);
  const shard = cache.shards[0]!;
  const { memory } = shard;
  const keys = keysOfShard(cache, 2000);
  const deadlineMs = clock.nowMs + 1000;
  const fill = () => {
    for (const key of keys) put(cache, key, valueOf(40), deadlineMs);
    cache.put(bytesOf(keys[0]), valueOf(40), { database: 3 });
    shard.clearLocked();
    for (const key of keys.slice(0, 3)) put(cache, key, valueOf(9), deadlineMs + 5000);
  };
  fill();
  const batch = new KeyBatch();
  assertEquals(scanBucketsLocked(memory, 0, Infinity, batch, 1000, 0), bucketTotal(memory));
  assertEquals(batch.count, 3);
  fill();
  clock.nowMs += 2000;
  while (!cache.sweep(0, 50));
  assertEquals(keys.filter((key) => get(cache, key) !== null), keys.slice(0, 3));
  fill();
  cache.put(bytesOf("other"), valueOf(1), { database: 4 });
  flushShard(shard, 0, 100);
  assertEquals(keys.filter((key) => get(cache, key) !== null), []);
  checkAll(cache);
});

Deno.test("shards that are emptied again and again hold what was stored since", () => {
  for (const averageItemBytes of [16, 128, 400]) {
    const { cache, clock } = makeFixture(2 ** 22, averageItemBytes);
    const random = new Random(averageItemBytes);
    const held = new Map<string, Uint8Array>();
    let [hits, stale] = [0, 0];
    for (let step = 0; step < 60_000; step++) {
      const key = `k${random.below(4000)}`;
      const roll = random.below(1000);
      if (roll === 0) {
        const index = random.below(cache.shards.length);
        cache.shards[index]!.clearLocked();
        for (const name of held.keys()) {
          const bytes = bytesOf(name);
          const { index: of } = cache.shardOf(cache.hash(bytes, 0, bytes.length));
          if (of === index) held.delete(name);
        }
      } else if (roll < 400) {
        const value = valueOf(random.below(400), step);
        put(cache, key, value, random.below(4) === 0 ? clock.nowMs + 1_000_000 : 0);
        held.set(key, value);
      } else if (roll < 450) {
        assertEquals(cache.delete(bytesOf(key)) === Outcome.hit, held.delete(key));
      } else {
        assertEquals(get(cache, key), held.get(key) ?? null, `step ${step}, ${key}`);
        if (held.has(key)) hits++;
      }
      if (step % 5000 === 0) checkAll(cache);
      if (cache.shards[0]!.memory.words[SHARD_STALE] !== 0) stale++;
    }
    checkAll(cache);
    assertEquals(readStats(cache).evictions, 0);
    assert(hits > 5000 && stale > 10, `${hits} hits, ${stale} steps with stale blocks`);
  }
});
