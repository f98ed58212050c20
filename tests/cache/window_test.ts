// The index and its windows: lookups see all of one, a full one gives up exactly one item.

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked, readStats } from "../../cache/mod.ts";
import { countOf } from "./counts.ts";
import { WINDOW_BUCKETS } from "../../cache/layout.ts";
import { bytesOf, find, get, keysOfWindow, makeFixture, put, valueOf } from "./fixture.ts";

/** A cache with one full window, and its 16 keys and some more of the same home bucket. */
function fullWindow(deadline: (i: number, nowMs: number) => number = () => 0) {
  const { cache, clock } = makeFixture();
  const keys = keysOfWindow(cache, WINDOW_BUCKETS + 2);
  for (let i = 0; i < WINDOW_BUCKETS; i++) {
    put(cache, keys[i]!, valueOf(i + 1), deadline(i, clock.nowMs));
  }
  return { cache, clock, keys, inside: keys.slice(0, WINDOW_BUCKETS), next: keys[WINDOW_BUCKETS]! };
}

Deno.test("findLocked() finds all 16 keys of one home bucket, and after a delete the others", () => {
  const { cache, inside } = fullWindow();
  inside.forEach((key, i) => assertEquals(get(cache, key), valueOf(i + 1)));
  cache.delete(bytesOf(inside[3]!));
  assertEquals(get(cache, inside[3]!), null);
  inside.forEach((key, i) => i !== 3 && assertEquals(get(cache, key), valueOf(i + 1)));
  assertEquals(readStats(cache).windowEvictions, 0);
});

Deno.test("evictFromWindowLocked() takes an expired item first, though it was hit most", () => {
  const { cache, clock, inside, next } = fullWindow((i, nowMs) => i === 9 ? nowMs + 10 : 0);
  for (let i = 0; i < 3; i++) get(cache, inside[9]!);
  clock.nowMs += 10;
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => assertEquals(find(cache, key).address !== 0, i !== 9));
  const { expirations, windowEvictions } = readStats(cache);
  assertEquals([expirations, windowEvictions], [1, 0]);
});

Deno.test("evictFromWindowLocked() takes the lowest count", () => {
  const { cache, inside, next } = fullWindow();
  inside.forEach((key, i) => i !== 6 && get(cache, key));
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => assertEquals(find(cache, key).address !== 0, i !== 6));
  assertEquals(readStats(cache).windowEvictions, 1);
});

Deno.test("evictFromWindowLocked() takes the oldest version among equal counts", () => {
  const { cache, inside, next } = fullWindow();
  put(cache, inside[0]!, valueOf(77));
  for (const key of inside.slice(1)) get(cache, key);
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => assertEquals(find(cache, key).address !== 0, i !== 1));
});

Deno.test("evictFromWindowLocked() subtracts the victim's count from the others", () => {
  const { cache, inside, next } = fullWindow();
  inside.forEach((key, i) => {
    for (let hit = 0; hit < (i === 2 ? 2 : 3); hit++) get(cache, key);
  });
  put(cache, next, valueOf(5));
  inside.forEach((key, i) => i !== 2 && assertEquals(countOf(cache, key), 1));
});

Deno.test("A full window costs no item outside it, and a key of it stays readable at once", () => {
  const { cache, keys } = fullWindow();
  for (let i = 0; i < 500; i++) put(cache, `other${i}`, valueOf(3));
  const { items } = readStats(cache);
  for (let round = 0; round < 50; round++) {
    const key = keys[round % keys.length]!;
    put(cache, key, valueOf(round));
    assertEquals(get(cache, key), valueOf(round));
  }
  for (let i = 0; i < 500; i++) assert(find(cache, `other${i}`).address !== 0);
  assertEquals(readStats(cache).items, items);
  checkShardLocked(cache.shards[0]!.memory);
});
