// The background sweep: runs only when something is due, removes all that is, and forgets nothing.

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked, KEEP_DEADLINE, MAX_DEADLINE_MS, readStats } from "../../cache/mod.ts";
import { isSweepDueLocked } from "../../cache/expiry.ts";
import { SHARD_DEADLINE_ITEMS, SHARD_NEXT_DEADLINE_S } from "../../cache/layout.ts";
import { bytesOf, find, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";

const value = valueOf(10);

function setUp(count: number) {
  const { cache, clock } = makeFixture();
  const keys = keysOfShard(cache, count);
  const { memory } = cache.shards[0]!;
  const due = () => {
    memory.nowMs = clock.nowMs;
    return isSweepDueLocked(memory);
  };
  return { cache, clock, keys, memory, due };
}

Deno.test("Cache.get() no longer finds a key from its deadline on", () => {
  const { cache, clock, keys: [key] } = setUp(1);
  put(cache, key, value, clock.nowMs + 100);
  clock.nowMs += 99;
  assertEquals(get(cache, key), value);
  clock.nowMs += 1;
  assertEquals(get(cache, key), null);
  assertEquals(readStats(cache).expirations, 1);
});

Deno.test("isSweepDueLocked() is false without deadlines and before the earliest", () => {
  const { cache, clock, keys, due } = setUp(3);
  put(cache, keys[0]!, value);
  assertEquals(due(), false);
  put(cache, keys[1]!, value, clock.nowMs + 60_000);
  assertEquals(due(), false);
  put(cache, keys[2]!, value, clock.nowMs + 5_000);
  clock.nowMs += 5_000;
  assertEquals(due(), true);
});

Deno.test("sweepExpiredLocked() removes all that is due, a few buckets at a time, and no other", () => {
  const { cache, clock, keys, memory, due } = setUp(90);
  keys.forEach((key, i) => put(cache, key, value, i % 3 === 0 ? 0 : clock.nowMs + i * 1000));
  clock.nowMs += 45_000;
  let calls = 1;
  while (!cache.sweep(0, 16)) calls++;
  assert(calls > 10, `a pass took ${calls} calls`);
  keys.forEach((key, i) => {
    assertEquals(find(cache, key).address !== 0, i % 3 === 0 || i > 45, key);
  });
  assertEquals(memory.words[SHARD_DEADLINE_ITEMS], 30);
  assertEquals(due(), false);
  assertEquals(memory.words[SHARD_NEXT_DEADLINE_S], Math.floor((clock.nowMs + 1000) / 1000));
  checkShardLocked(memory);
});

Deno.test("sweepExpiredLocked() remembers deadlines that are set while it is under way", () => {
  const { cache, clock, keys, due } = setUp(40);
  for (const key of keys.slice(0, 30)) put(cache, key, value, clock.nowMs + 1000);
  clock.nowMs += 1000;
  assertEquals(cache.sweep(0, 200), false);
  for (const key of keys.slice(30)) put(cache, key, value, clock.nowMs + 2000);
  while (!cache.sweep(0, 200));
  assertEquals(due(), false);
  clock.nowMs += 2000;
  assertEquals(due(), true);
  while (!cache.sweep(0, 200));
  assertEquals(readStats(cache).items, 0);
  assertEquals(readStats(cache).expirations, 40);
});

Deno.test("KEEP_DEADLINE keeps the deadline of a key, a plain put takes it away", () => {
  const { cache, clock, keys: [key], memory } = setUp(1);
  put(cache, key, value, clock.nowMs + 1000);
  cache.put(bytesOf(key), valueOf(500), { deadlineMs: KEEP_DEADLINE });
  const { shard, address } = find(cache, key);
  assertEquals(shard.deadlineLocked(address), clock.nowMs + 1000);
  put(cache, key, value);
  assertEquals(memory.words[SHARD_DEADLINE_ITEMS], 0);
  clock.nowMs += 5000;
  assertEquals(get(cache, key), value);
});

Deno.test("Deadlines up to 2^48 - 1 come back exactly", () => {
  const { cache, keys: [key] } = setUp(1);
  for (const deadlineMs of [2 ** 48 - 1, 2 ** 41 + 1, 2 ** 47, 4294967296 * 500]) {
    put(cache, key, value, deadlineMs);
    const { shard, address } = find(cache, key);
    assertEquals(shard.deadlineLocked(address), deadlineMs);
  }
});

Deno.test("Cache.put() and Shard.setDeadlineLocked() bound a deadline that an item cannot hold", () => {
  const { cache, clock, keys, memory } = setUp(2);
  const [shard] = cache.shards;
  const deadline = () => {
    const { address } = find(cache, keys[0]!);
    return address === 0 ? null : shard!.deadlineLocked(address);
  };
  const table: [number, number | null][] = [
    [2 ** 48 - 1, MAX_DEADLINE_MS],
    [2 ** 48, MAX_DEADLINE_MS],
    [2 ** 49 + 5, MAX_DEADLINE_MS],
    [2 ** 64, MAX_DEADLINE_MS],
    [1e300, MAX_DEADLINE_MS],
    [Infinity, MAX_DEADLINE_MS],
    [clock.nowMs + 0.5, clock.nowMs + 1],
    [-2, null],
    [-(2 ** 48), null],
    [NaN, null],
  ];
  for (const [asked, expected] of table) {
    put(cache, keys[0]!, value, asked);
    assertEquals(deadline(), expected, `put with ${asked}`);
    put(cache, keys[0]!, value);
    cache.withShard(0, {
      runLocked: () => shard!.setDeadlineLocked(find(cache, keys[0]!).address, asked),
    });
    assertEquals(deadline(), expected, `set to ${asked}`);
    cache.delete(bytesOf(keys[0]!));
    assertEquals(memory.words[SHARD_DEADLINE_ITEMS], 0, `count after ${asked}`);
    checkShardLocked(memory);
  }
});
