import { assert, assertEquals, assertThrows } from "@std/assert";
import { KEEP_DEADLINE, readStats, swapDatabasesLocked } from "../../../cache/mod.ts";
import { Random } from "../../../bench/workload.ts";
import { checkAll } from "../model.ts";
import { bytesOf, valueOf } from "../fixture.ts";
import { assertRestored, LoggedCache, restore, takeSnapshot } from "./fixture.ts";

const MEMORY_BYTES = 512 * 1024;

/** One change of any kind, mostly puts. */
function change(logged: LoggedCache, random: Random, keys: number, maxValueBytes: number): void {
  const { cache, clock } = logged;
  const key = bytesOf(`key:${random.below(keys)}`.padEnd(random.below(50) === 0 ? 600 : 0, "x"));
  const database = random.below(10) === 0 ? 3 : 0;
  const roll = random.below(100);
  if (roll < 70) {
    const length = random.below(random.below(20) === 0 ? maxValueBytes : 300);
    const deadline = random.below(5);
    const deadlineMs = deadline === 0
      ? clock.nowMs + random.below(5000)
      : deadline === 1
      ? KEEP_DEADLINE
      : 0;
    const clientFlags = random.below(3) === 0 ? random.nextU32() | 0 : undefined;
    cache.put(key, valueOf(length, random.below(1000)), { database, deadlineMs, clientFlags });
  } else if (roll < 80) cache.delete(key, database);
  else if (roll < 92) {
    const hash = cache.hash(key, 0, key.length, database);
    const shard = cache.shardOf(hash);
    cache.withShard(hash, {
      runLocked: () => {
        const address = shard.peekLocked(hash, key, 0, key.length);
        const deadlineMs = random.below(3) === 0 ? 0 : clock.nowMs + random.below(5000);
        if (address === 0) return;
        shard.setDeadlineLocked(address, deadlineMs, random.below(2) === 0);
      },
    });
  } else if (roll < 99) {
    clock.nowMs += random.below(20);
    cache.sweep(random.below(cache.shards.length), 64);
  } else if (random.below(2) === 0) {
    if (random.below(10) > 0) return;
    const shard = cache.shards[random.below(cache.shards.length)]!;
    cache.withShard(shard.index, { runLocked: () => shard.clearLocked() });
  } else if (random.below(10) === 0) {
    cache.withAllShards({ runLocked: () => swapDatabasesLocked(cache, 0, 3) });
  }
  logged.drain();
}

Deno.test("Restore brings back from the log alone what a cache has held", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const logged = new LoggedCache(MEMORY_BYTES);
    const random = new Random(seed);
    for (let i = 0; i < 20_000; i++) change(logged, random, 3000, 8000);
    assert(readStats(logged.cache).evictions > 100);
    const restored = restore(logged, null, MEMORY_BYTES);
    checkAll(restored);
    assertRestored(restored, logged.cache);
    assert(readStats(restored).evictions < 20);
  }
});

Deno.test("Restore brings back from a snapshot made under changes, and the log behind it, what a cache has held", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const logged = new LoggedCache(MEMORY_BYTES);
    const random = new Random(seed);
    for (let i = 0; i < 10_000; i++) change(logged, random, 3000, 8000);
    const before = logged.position;
    const snapshot = takeSnapshot(logged, () => {
      for (let i = 0; i < 300; i++) change(logged, random, 3000, 8000);
    });
    for (let i = 0; i < 3000; i++) change(logged, random, 3000, 8000);
    logged.blocks.splice(0, logged.blocks.findIndex(({ position }) => position >= before));
    const restored = restore(logged, snapshot, MEMORY_BYTES);
    checkAll(restored);
    assertRestored(restored, logged.cache);
    assert(readStats(restored).evictions < 20);
  }
});

Deno.test("Restore evicts nothing where all fits as it did before", () => {
  const logged = new LoggedCache(8 * MEMORY_BYTES);
  const random = new Random(7);
  for (let i = 0; i < 60_000; i++) change(logged, random, 40_000, 2000);
  const before = logged.position;
  const snapshot = takeSnapshot(logged, () => {
    for (let i = 0; i < 100; i++) change(logged, random, 40_000, 2000);
  });
  for (let i = 0; i < 20_000; i++) change(logged, random, 40_000, 2000);
  assert(readStats(logged.cache).evictions > 1000);
  logged.blocks.splice(0, logged.blocks.findIndex(({ position }) => position >= before));
  const restored = restore(logged, snapshot, 8 * MEMORY_BYTES);
  checkAll(restored);
  assertRestored(restored, logged.cache);
  assertEquals(readStats(restored).evictions, 0);
});

Deno.test("Restore brings items back into regions of other sizes, with other shards", () => {
  for (const memoryBytes of [300 * 1024, 2 ** 20]) {
    const logged = new LoggedCache(MEMORY_BYTES);
    const random = new Random(memoryBytes);
    for (let i = 0; i < 5000; i++) change(logged, random, 1500, 2000);
    const snapshot = takeSnapshot(logged);
    for (let i = 0; i < 2000; i++) change(logged, random, 1500, 2000);
    const restored = restore(logged, snapshot, memoryBytes);
    checkAll(restored);
    assertRestored(restored, logged.cache);
    const { evictions } = readStats(restored);
    assertEquals(evictions > 0, memoryBytes < MEMORY_BYTES);
  }
});

Deno.test("Restore moves items between their windows where these were filled in another order, and evicts none", () => {
  const logged = new LoggedCache(8 * MEMORY_BYTES);
  const random = new Random(3);
  const value = valueOf(4, 1);
  while (readStats(logged.cache).windowEvictions < 100) {
    logged.cache.put(bytesOf(`key:${random.nextU32()}`), value);
    logged.drain();
  }
  const snapshot = takeSnapshot(logged);
  logged.blocks.length = 0;
  const restored = restore(logged, snapshot, 8 * MEMORY_BYTES);
  checkAll(restored);
  assertRestored(restored, logged.cache);
  assertEquals(readStats(restored).evictions, 0);
  assertEquals(readStats(restored).items, readStats(logged.cache).items);
});

Deno.test("Restore refuses an item whose hash is not that of its key, in sections and logs", () => {
  const logged = new LoggedCache(MEMORY_BYTES);
  for (const database of [0, 3]) {
    const key = bytesOf(`the key in ${database}`);
    logged.cache.put(key, valueOf(100, 1), { database });
  }
  const snapshot = takeSnapshot(logged);
  checkAll(restore(logged, snapshot, MEMORY_BYTES));
  checkAll(restore(logged, null, MEMORY_BYTES));
  for (const from of [snapshot, null]) {
    const places = from === null ? logged.blocks.map(({ bytes }) => bytes) : from.sections;
    let tried = 0;
    for (const bytes of places) {
      const text = new TextDecoder("latin1").decode(bytes);
      for (const { index } of text.matchAll(/the key in/g)) {
        bytes[index]! ^= 1;
        assertThrows(() => restore(logged, from, MEMORY_BYTES), RangeError, "not that of its key");
        bytes[index]! ^= 1;
        tried++;
      }
    }
    assertEquals(tried, 2);
  }
});
