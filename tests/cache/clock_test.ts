// The clock: who leaves, who is promoted, who comes back, and how far a hand may go.

import { assert, assertEquals } from "@std/assert";
import { type Cache, checkShardLocked, readStats } from "../../cache/mod.ts";
import { evictOneLocked } from "../../cache/clock.ts";
import {
  FURTHER_SWEEP_STEPS,
  MAX_SWEEP_STEPS,
  RING_MAIN,
  RING_PROBATION,
} from "../../cache/layout.ts";
import { handWord, newerOf } from "../../cache/ring.ts";
import { countOf, ringOfKey } from "./counts.ts";
import { find, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";

const small = valueOf(20);

function evict(cache: Cache, times = 1): void {
  const { memory } = cache.shards[0]!;
  memory.pinned = 0;
  memory.nowMs = cache.now();
  for (let i = 0; i < times; i++) {
    memory.sweepSteps = MAX_SWEEP_STEPS;
    assert(evictOneLocked(memory));
  }
}

/** Up to 8 keys of shard 0, all in the main ring with a count of 0, and nothing else. */
function inMain(cache: Cache, count: number): string[] {
  const [cold, ...keys] = keysOfShard(cache, count + 1);
  for (const key of keys) {
    put(cache, key, small);
    get(cache, key);
  }
  // The one that was not hit ends the sweep in which all others are promoted.
  put(cache, cold, small);
  evict(cache);
  for (const key of keys) assertEquals(ringOfKey(cache, key), RING_MAIN);
  return keys;
}

Deno.test("evictOneLocked() takes new items in order of arrival", () => {
  const { cache } = makeFixture();
  const keys = keysOfShard(cache, 10);
  for (const key of keys) put(cache, key, small);
  for (let gone = 1; gone <= 10; gone++) {
    evict(cache);
    assertEquals(keys.filter((key) => find(cache, key).address === 0), keys.slice(0, gone));
  }
  assertEquals(evictOneLocked(cache.shards[0]!.memory), false);
});

Deno.test("evictOneLocked() moves what was hit in probation to the main ring, with a count of 0", () => {
  const { cache } = makeFixture();
  const [hit, cold] = keysOfShard(cache, 2);
  put(cache, hit, small);
  put(cache, cold, small);
  get(cache, hit);
  evict(cache);
  assertEquals([ringOfKey(cache, hit), ringOfKey(cache, cold)], [RING_MAIN, -1]);
  assertEquals(countOf(cache, hit), 0);
});

Deno.test("ringForNewLocked() sends a key that left probation not long ago to the main ring", () => {
  const { cache } = makeFixture();
  const [key, never] = keysOfShard(cache, 2);
  put(cache, key, small);
  evict(cache);
  put(cache, never, small);
  put(cache, key, small);
  assertEquals(ringOfKey(cache, key), RING_MAIN);
  assertEquals(ringOfKey(cache, never), RING_PROBATION);
});

Deno.test("readStats() counts new items whose key was evicted a little earlier", () => {
  const { cache } = makeFixture();
  const putAll = (from: number, count: number) => {
    for (let i = from; i < from + count; i++) put(cache, `key${i}`, small);
  };
  putAll(0, 100_000);
  const { evictions, ghostHits } = readStats(cache);
  assert(evictions > 0);
  // Of other keys a fingerprint may be the same, once in a thousand times for each entry of a set.
  assert(ghostHits < 100_000 / 200, `${ghostHits}`);
  let latest = 100_000;
  const gone: string[] = [];
  while (gone.length < 500) {
    const key = `key${--latest}`;
    if (find(cache, key).address === 0) gone.push(key);
  }
  const before = readStats(cache).ghostHits;
  for (const key of gone) put(cache, key, small);
  const came = readStats(cache).ghostHits - before;
  assert(came > 400 && came <= 500, `${came} of 500`);
});

Deno.test("evictOneLocked() spares a main item once for each hit, up to 3", () => {
  const { cache } = makeFixture();
  const keys = inMain(cache, 5);
  for (let i = 0; i < 9; i++) get(cache, keys[0]!);
  assertEquals(countOf(cache, keys[0]!), 3);
  evict(cache, 4);
  assert(find(cache, keys[0]!).address !== 0);
  assertEquals(readStats(cache).items, 1);
  evict(cache);
  assertEquals(readStats(cache).items, 0);
});

Deno.test("evictOneLocked() takes an expired item whatever its count, and counts an expiry", () => {
  const { cache, clock } = makeFixture();
  const [key, other] = keysOfShard(cache, 2);
  put(cache, key, small, clock.nowMs + 1);
  put(cache, other, small);
  for (let i = 0; i < 3; i++) get(cache, key);
  clock.nowMs += 1;
  evict(cache);
  const { expirations, evictions } = readStats(cache);
  assertEquals([expirations, evictions], [1, 0]);
  assert(find(cache, other).address !== 0);
});

Deno.test("evictOneLocked() takes the item of its 64th step, whatever its count", () => {
  const { cache } = makeFixture();
  const keys = keysOfShard(cache, 3 * MAX_SWEEP_STEPS);
  for (const key of keys) {
    put(cache, key, small);
    for (let i = 0; i < 3; i++) get(cache, key);
  }
  evict(cache);
  const gone = keys.filter((key) => find(cache, key).address === 0);
  assertEquals(gone, [keys[MAX_SWEEP_STEPS - 1]]);
  const passed = keys.filter((key) => countOf(cache, key) === 2);
  assertEquals(passed, keys.slice(0, MAX_SWEEP_STEPS - 1));
});

Deno.test("evictOneLocked() takes the item of every 8th step behind the 64th in one operation", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  const keys = keysOfShard(cache, 3 * MAX_SWEEP_STEPS);
  for (const key of keys) {
    put(cache, key, small);
    for (let i = 0; i < 3; i++) get(cache, key);
  }
  memory.sweepSteps = MAX_SWEEP_STEPS;
  for (let i = 0; i < 4; i++) assert(evictOneLocked(memory));
  const gone = keys.flatMap((key, i) => find(cache, key).address === 0 ? [i] : []);
  assertEquals(gone, [0, 1, 2, 3].map((i) => MAX_SWEEP_STEPS - 1 + i * FURTHER_SWEEP_STEPS));
});

Deno.test("Steps that an operation's first evictions leave are there for its further ones", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  const keys = keysOfShard(cache, 2 * MAX_SWEEP_STEPS);
  keys.forEach((key, i) => {
    put(cache, key, small);
    for (let hit = 0; i > 0 && hit < 3; hit++) get(cache, key);
  });
  memory.sweepSteps = MAX_SWEEP_STEPS;
  for (let i = 0; i < 2; i++) assert(evictOneLocked(memory));
  const gone = keys.flatMap((key, i) => find(cache, key).address === 0 ? [i] : []);
  assertEquals(gone, [0, MAX_SWEEP_STEPS - 1 + FURTHER_SWEEP_STEPS]);
});

Deno.test("evictOneLocked() takes an item larger than the average unless it was hit twice", () => {
  const { cache } = makeFixture();
  const [large, ...keys] = keysOfShard(cache, 4);
  put(cache, large, valueOf(2000));
  get(cache, large);
  for (const key of keys) {
    put(cache, key, small);
    get(cache, key);
  }
  evict(cache);
  assertEquals(find(cache, large).address, 0);
  for (const key of keys) assert(find(cache, key).address !== 0);
});

Deno.test("evictOneLocked() never takes the pinned item, and says so when it is the only one", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  const [pinned, other, third] = keysOfShard(cache, 3);
  for (const key of [pinned, other, third]) put(cache, key, small);
  memory.pinned = find(cache, pinned).address;
  memory.nowMs = cache.now();
  assert(evictOneLocked(memory));
  assert(evictOneLocked(memory));
  assertEquals(evictOneLocked(memory), false);
  assert(find(cache, pinned).address !== 0);
  assertEquals(readStats(cache).items, 1);
});

Deno.test("Rings stay whole when members of each kind leave them", () => {
  const { cache } = makeFixture();
  const keys = inMain(cache, 8);
  const { memory } = cache.shards[0]!;
  const hand = memory.words[handWord(RING_MAIN)]!;
  assert(newerOf(memory, hand) !== hand);
  for (const key of keys) {
    cache.delete(new TextEncoder().encode(key));
    checkShardLocked(memory);
  }
});
