// Ghosts: what the table remembers and for how long, and what it makes of a border between the rings.

import { assert, assertEquals } from "@std/assert";
import type { Cache } from "../../cache/mod.ts";
import { evictOneLocked } from "../../cache/clock.ts";
import { NO_GHOST, rememberGhostLocked, takeGhostLocked } from "../../cache/ghost.ts";
import {
  GHOST_AGE_MASK,
  GHOST_AGES,
  GHOST_AGES_PER_ITEMS,
  GHOST_SET_ENTRIES,
  MAX_SWEEP_STEPS,
  PROBATION_FALL,
  PROBATION_LOSS,
  PROBATION_RISE,
  PROBATION_UNIT,
  RING_MAIN,
  RING_PROBATION,
  SHARD_GHOST_AGE,
  SHARD_GHOST_SHIFT,
  SHARD_ITEMS,
  SHARD_PROBATION,
} from "../../cache/layout.ts";
import { ringOfKey } from "./counts.ts";
import { find, get, keysOfShard, makeFixture, put, valueOf } from "./fixture.ts";

const small = valueOf(20);

/** Hashes that are all in sets of their own: their first bits differ. */
function spreadHashes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * (2 ** 32 / count)) | (i & 0xff) << 6);
}

/** Puts a key that has a ghost as if it had just left probation. */
function putAgain(cache: Cache, key: string): void {
  rememberGhostLocked(cache.shards[0]!.memory, find(cache, key).hash);
  put(cache, key, small);
}

/**
 * Fills shard 0 with small items, then its main ring by keys with ghosts. All are hit `hits` times. Probation
 * has its least share then.
 */
function fillMain(cache: Cache, hits: number): void {
  const { words } = cache.shards[0]!.memory;
  const keys = keysOfShard(cache, 4000);
  let used = 0;
  for (let items = -1; items < words[SHARD_ITEMS]!; used++) {
    items = words[SHARD_ITEMS]!;
    put(cache, keys[used]!, small);
  }
  assert(words[SHARD_ITEMS]! > 1000);
  for (const end = used + 400; used < end; used++) {
    putAgain(cache, keys[used]!);
    words[SHARD_PROBATION] = 0;
  }
  for (const key of keys.slice(0, used)) for (let i = 0; i < hits; i++) get(cache, key);
}

Deno.test("takeGhostLocked() finds a ghost once, with how many ages have passed", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  const [hash, other] = [0x1234_5678, 0x7234_5678];
  memory.words[SHARD_ITEMS] = 20 * GHOST_AGES_PER_ITEMS;
  rememberGhostLocked(memory, hash);
  for (const filler of spreadHashes(65)) rememberGhostLocked(memory, filler | 0x4000_0000);
  assertEquals(takeGhostLocked(memory, other), NO_GHOST);
  assertEquals(takeGhostLocked(memory, hash), 3);
  assertEquals(takeGhostLocked(memory, hash), NO_GHOST);
});

Deno.test("rememberGhostLocked() drops the oldest of a set", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  memory.words[SHARD_ITEMS] = 1000;
  // Hashes that begin alike are in one set.
  const hashes = Array.from({ length: GHOST_SET_ENTRIES + 1 }, (_, i) => (i + 1) << 6);
  for (const hash of hashes) rememberGhostLocked(memory, hash);
  assertEquals(hashes.map((hash) => takeGhostLocked(memory, hash)), [NO_GHOST, 0, 0, 0, 0]);
});

Deno.test("Where there are few items the table is as if it were smaller, so that no ghost outlives its age", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  memory.words[SHARD_ITEMS] = 32;
  const late = 0x7fff_0040;
  rememberGhostLocked(memory, late);
  for (const hash of spreadHashes(4096)) rememberGhostLocked(memory, hash);
  assert(memory.words[SHARD_GHOST_SHIFT]! > 0);
  assertEquals(takeGhostLocked(memory, late), NO_GHOST);
  memory.words[SHARD_ITEMS] = 4000;
  for (const hash of spreadHashes(4096)) rememberGhostLocked(memory, hash);
  assertEquals(memory.words[SHARD_GHOST_SHIFT], 0);
});

Deno.test("ringForNewLocked() forgets a ghost that is too old", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  fillMain(cache, 0);
  const [young, old] = keysOfShard(cache, 2, 1_000_000);
  for (const [key, ages] of [[young, GHOST_AGES], [old, GHOST_AGES + 1]] as const) {
    rememberGhostLocked(memory, find(cache, key).hash);
    memory.words[SHARD_GHOST_AGE] = (memory.words[SHARD_GHOST_AGE]! + ages) & GHOST_AGE_MASK;
    put(cache, key, small);
  }
  assertEquals([ringOfKey(cache, young), ringOfKey(cache, old)], [RING_MAIN, RING_PROBATION]);
});

Deno.test("A young ghost enlarges probation where the main ring has cold items, which its key enters", () => {
  const { cache } = makeFixture();
  const { words } = cache.shards[0]!.memory;
  fillMain(cache, 0);
  const [again] = keysOfShard(cache, 1, 1_000_000);
  putAgain(cache, again);
  assertEquals(words[SHARD_PROBATION], PROBATION_RISE - PROBATION_FALL);
  assertEquals(ringOfKey(cache, again), RING_MAIN);
});

Deno.test("A young ghost shrinks probation where the main ring is in use, and its key enters probation", () => {
  const { cache } = makeFixture();
  const { words } = cache.shards[0]!.memory;
  fillMain(cache, 3);
  const [again] = keysOfShard(cache, 1, 1_000_000);
  words[SHARD_PROBATION] = PROBATION_LOSS + 100;
  putAgain(cache, again);
  assertEquals(ringOfKey(cache, again), RING_PROBATION);
  assertEquals(words[SHARD_PROBATION], 100 - PROBATION_FALL);
});

Deno.test("New keys alone take back what probation was given", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  fillMain(cache, 0);
  memory.words[SHARD_PROBATION] = 100 * PROBATION_FALL;
  for (const key of keysOfShard(cache, 500, 2_000_000)) put(cache, key, small);
  assertEquals(memory.words[SHARD_PROBATION], 0);
});

Deno.test("Probation stays below its most and at or above its least, whatever the ghosts say", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  fillMain(cache, 0);
  for (const key of keysOfShard(cache, 4000, 3_000_000)) {
    putAgain(cache, key);
    const items = memory.words[SHARD_PROBATION]! / PROBATION_UNIT;
    assert(items >= 0 && items <= memory.words[SHARD_ITEMS]! / 2, `${items}`);
  }
});

Deno.test("The same requests make the same cache", () => {
  const held = [0, 1].map(() => {
    const { cache } = makeFixture();
    for (let i = 0; i < 40_000; i++) {
      const key = `key${i * i % 9973 % (1 + i % 4000)}`;
      if (get(cache, key) === null) put(cache, key, small);
    }
    return cache.shards.map((
      { memory },
    ) => [...memory.words.subarray(SHARD_ITEMS, SHARD_GHOST_SHIFT)]);
  });
  assertEquals(held[0], held[1]);
});

Deno.test("evictOneLocked() leaves a ghost of what was in probation, none of what was in the main ring", () => {
  const { cache } = makeFixture();
  const { memory } = cache.shards[0]!;
  fillMain(cache, 0);
  const [fresh, known] = keysOfShard(cache, 2, 1_000_000);
  put(cache, fresh, small);
  putAgain(cache, known);
  memory.words[SHARD_PROBATION] = 0;
  for (const [key, ring] of [[fresh, RING_PROBATION], [known, RING_MAIN]] as const) {
    assertEquals(ringOfKey(cache, key), ring);
    const { hash } = find(cache, key);
    while (find(cache, key).address !== 0) {
      memory.pinned = 0;
      memory.sweepSteps = MAX_SWEEP_STEPS;
      assert(evictOneLocked(memory));
    }
    assertEquals(takeGhostLocked(memory, hash) !== NO_GHOST, ring === RING_PROBATION, key);
  }
});
