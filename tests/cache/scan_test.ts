// Walking over a shard's buckets, changing deadlines in place, and reading parts of values.

import { assert, assertEquals } from "@std/assert";
import { bucketTotal, hitCountLocked, itemMemoryLocked, KeyBatch } from "../../cache/mod.ts";
import { scanBucketsLocked, scanSparseLocked } from "../../cache/scan.ts";
import { checkShardLocked, isSparseLocked, readStats } from "../../cache/mod.ts";
import { bytesOf, find, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";

Deno.test("scanBucketsLocked() stops at the limit, at the end of its range and at a full batch", () => {
  const { cache, clock } = makeFixture();
  const keys = keysOfShard(cache, 40);
  for (const key of keys) put(cache, key, valueOf(10));
  put(cache, keys[0], valueOf(10), clock.nowMs + 10);
  clock.nowMs += 10;
  const { memory } = cache.shards[0]!;
  const total = bucketTotal(memory);
  const batch = new KeyBatch();
  const found: string[] = [];
  for (let at = 0; at < total;) {
    batch.reset();
    const next = scanBucketsLocked(memory, at, at + 1000, batch, 7, 0);
    assert(next > at && next <= Math.min(total, at + 1000) && batch.count <= 7);
    for (let i = 0; i < batch.count; i++) {
      const start = batch.starts[i]!;
      found.push(new TextDecoder().decode(batch.bytes.slice(start, start + batch.lengths[i]!)));
    }
    at = next;
  }
  assertEquals(found.sort(), keys.slice(1).sort());
});

Deno.test("scanSparseLocked() finds what scanBucketsLocked() finds, in the same order", () => {
  const { cache, clock } = makeFixture(32 * 2 ** 20);
  const { memory } = cache.shards[0]!;
  const keys = keysOfShard(cache, 300);
  const total = bucketTotal(memory);
  const walk = (step: (at: number, batch: KeyBatch) => number) => {
    const batch = new KeyBatch();
    const found: string[] = [];
    for (let at = 0; at < total;) {
      batch.reset();
      at = step(at, batch);
      for (let i = 0; i < batch.count; i++) {
        const start = batch.starts[i]!;
        found.push(new TextDecoder().decode(batch.bytes.slice(start, start + batch.lengths[i]!)));
      }
    }
    return found;
  };
  for (const [i, key] of keys.entries()) {
    put(cache, key, valueOf(10), i % 5 === 0 ? clock.nowMs + 10 : 0);
    // Some of them in the main ring.
    if (i % 3 === 0) get(cache, key);
    assertEquals(isSparseLocked(memory), i < 256, `${i + 1} items`);
    if (i !== 0 && i !== 200) continue;
    const plain = walk((at, batch) => scanBucketsLocked(memory, at, at + 1000, batch, 7, 0));
    assertEquals(plain.length, i + 1);
    for (const most of [1, 7, 1000]) {
      assertEquals(walk((at, batch) => scanSparseLocked(memory, at, batch, most, 0)), plain);
    }
  }
  assertEquals(walk((at, batch) => scanSparseLocked(memory, at, batch, 7, 1)), []);
});

Deno.test("Shard.setDeadlineLocked() changes deadline, version and counts, and nothing else", () => {
  const { cache, clock } = makeFixture();
  put(cache, "k", valueOf(1000));
  const { shard, address } = find(cache, "k");
  for (const deadlineMs of [clock.nowMs + 5000, clock.nowMs + 10, 0, clock.nowMs + 10]) {
    const version = shard.versionLocked(address);
    shard.setDeadlineLocked(address, deadlineMs);
    assertEquals(shard.deadlineLocked(address), deadlineMs);
    assertEquals(shard.versionLocked(address), version + 1);
    assertEquals(readStats(cache).itemsWithDeadline, deadlineMs === 0 ? 0 : 1);
    checkShardLocked(shard.memory);
    assertEquals(get(cache, "k"), valueOf(1000));
  }
  clock.nowMs += 1000;
  while (!cache.sweep(shard.index, 10_000));
  assertEquals(find(cache, "k").address, 0);
  checkShardLocked(shard.memory);
});

Deno.test("Shard.readValuePartLocked() reads any part of a value in many pieces", () => {
  const { cache } = makeFixture();
  const value = valueOf(1500, 3);
  const key = "a-key-of-some-length".repeat(20);
  put(cache, key, value);
  const { shard, address } = find(cache, key);
  const to = new Uint8Array(2000);
  for (let from = 0; from <= 1500; from += 37) {
    for (const length of [0, 1, 63, 64, 255, 256, 700, 1500]) {
      if (from + length > 1500) continue;
      shard.readValuePartLocked(address, from, length, to, 5);
      assertEquals(to.slice(5, 5 + length), value.slice(from, from + length));
    }
  }
});

Deno.test("itemMemoryLocked() and hitCountLocked() tell what an item takes and how hot it is", () => {
  const { cache } = makeFixture();
  put(cache, "k", bytesOf("v"));
  const { shard, address } = find(cache, "k");
  assertEquals(itemMemoryLocked(shard.memory, address), 36);
  for (const count of [1, 2, 3, 3]) {
    get(cache, "k");
    assertEquals(hitCountLocked(shard.memory, address), count);
  }
});
