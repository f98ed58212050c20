// The index and its windows: lookups see all of them, full ones give up exactly one item.

import { assert, assertEquals } from "@std/assert";
import { type Cache, checkShardLocked, readStats } from "../../cache/mod.ts";
import { countOf, ringOfKey } from "./counts.ts";
import { takeGhostLocked } from "../../cache/ghost.ts";
import { RING_PROBATION, SHARD_BUMP, SHARD_END, WINDOW_BUCKETS } from "../../cache/layout.ts";
import { bucketOfItemLocked, secondWindowWord, windowWord } from "../../cache/table.ts";
import {
  bytesOf,
  find,
  get,
  keysOfShard,
  keysOfWindows,
  makeFixture,
  put,
  valueOf,
} from "./fixture.ts";

/** How many keys two windows hold. */
const FULL = 2 * WINDOW_BUCKETS;

/** Takes every slot of shard 0 once, so that its index cannot grow. Overwrites leave no reserve. */
function useAllSlots(cache: Cache): void {
  const keys = keysOfShard(cache, 4);
  for (const key of keys) put(cache, key, valueOf(1));
  for (const key of keys) put(cache, key, valueOf(cache.maxItemBytes - key.length));
  const { words } = cache.shards[0]!.memory;
  assertEquals(words[SHARD_BUMP], words[SHARD_END]);
  for (const key of keys) cache.delete(bytesOf(key));
  assertEquals(readStats(cache).items, 0);
}

/** A cache in which two windows are full, with their keys and some more that belong there. */
function fullWindows(deadline: (i: number, nowMs: number) => number = () => 0) {
  const { cache, clock } = makeFixture(512 * 1024, 1024);
  const keys = keysOfWindows(cache, FULL + 2);
  for (let i = 0; i < FULL; i++) {
    put(cache, keys[i]!, valueOf(i + 1), deadline(i, clock.nowMs));
  }
  return { cache, clock, keys, inside: keys.slice(0, FULL), next: keys[FULL]! };
}

Deno.test("findLocked() finds all 32 keys of two windows, and after a delete the others", () => {
  const { cache, inside } = fullWindows();
  inside.forEach((key, i) => assertEquals(get(cache, key), valueOf(i + 1)));
  cache.delete(bytesOf(inside[3]!));
  assertEquals(get(cache, inside[3]!), null);
  inside.forEach((key, i) => i !== 3 && assertEquals(get(cache, key), valueOf(i + 1)));
  assertEquals(readStats(cache).windowEvictions, 0);
});

Deno.test("evictFromWindowLocked() takes an expired item first, though it was hit most", () => {
  const { cache, clock, inside, next } = fullWindows((i, nowMs) => i === 9 ? nowMs + 10 : 0);
  for (let i = 0; i < 3; i++) get(cache, inside[9]!);
  clock.nowMs += 10;
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => assertEquals(find(cache, key).address !== 0, i !== 9));
  const { expirations, windowEvictions } = readStats(cache);
  assertEquals([expirations, windowEvictions], [1, 0]);
});

Deno.test("evictFromWindowLocked() takes the lowest count", () => {
  const { cache, inside, next } = fullWindows();
  inside.forEach((key, i) => i !== 6 && get(cache, key));
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => assertEquals(find(cache, key).address !== 0, i !== 6));
  assertEquals(readStats(cache).windowEvictions, 1);
});

Deno.test("evictFromWindowLocked() takes the oldest version among equal counts", () => {
  const { cache, inside, next } = fullWindows();
  put(cache, inside[0]!, valueOf(77));
  for (const key of inside.slice(1)) get(cache, key);
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => assertEquals(find(cache, key).address !== 0, i !== 1));
});

Deno.test("evictFromWindowLocked() subtracts the victim's count from the others", () => {
  const { cache, inside, next } = fullWindows();
  inside.forEach((key, i) => {
    for (let hit = 0; hit < (i === 2 ? 2 : 3); hit++) get(cache, key);
  });
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => i !== 2 && assertEquals(countOf(cache, key), 1));
});

Deno.test("evictFromWindowLocked() subtracts once where the two windows overlap", () => {
  const { cache } = makeFixture(512 * 1024, 4096);
  const { memory } = cache.shards[0]!;
  assert(memory.bucketCount < 2 * WINDOW_BUCKETS, "not all windows overlap");
  useAllSlots(cache);
  const keys = keysOfShard(cache, 2000);
  for (const key of keys) {
    put(cache, key, valueOf(3));
    for (let hit = 0; hit < 3; hit++) get(cache, key);
    checkShardLocked(memory);
  }
  assert(readStats(cache).windowEvictions > 100);
  for (const key of keys) {
    if (find(cache, key).address !== 0) assert(countOf(cache, key) <= 3);
  }
});

Deno.test("evictFromWindowLocked() leaves a ghost of what was in probation", () => {
  const { cache, inside, next } = fullWindows();
  const { memory } = cache.shards[0]!;
  const victim = inside.find((key) => ringOfKey(cache, key) === RING_PROBATION)!;
  for (const key of inside) if (key !== victim) get(cache, key);
  const { hash } = find(cache, victim);
  put(cache, next, valueOf(5));
  assertEquals(find(cache, victim).address, 0);
  assertEquals(takeGhostLocked(memory, hash), 0);
});

Deno.test("Full windows cost no item outside them, and a key of theirs stays readable at once", () => {
  const { cache, keys } = fullWindows();
  for (let i = 0; i < 500; i++) put(cache, `other${i}`, valueOf(3));
  const { memory } = cache.shards[0]!;
  const { hash } = find(cache, keys[0]!);
  const others = Array.from({ length: 500 }, (_, i) => `other${i}`).filter((key) => {
    const other = find(cache, key);
    if (other.address === 0) return false;
    if (other.shard.index !== 0) return true;
    const bucket = bucketOfItemLocked(memory, other.hash, other.address);
    return [windowWord(memory, hash), secondWindowWord(memory, hash)]
      .every((window) => bucket < window || bucket >= window + WINDOW_BUCKETS);
  });
  assert(others.length > 300);
  for (let round = 0; round < 50; round++) {
    const key = keys[round % keys.length]!;
    put(cache, key, valueOf(round));
    assertEquals(get(cache, key), valueOf(round));
  }
  for (const key of others) assert(find(cache, key).address !== 0);
  checkShardLocked(cache.shards[0]!.memory);
});
