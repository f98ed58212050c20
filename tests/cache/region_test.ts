// Regions and shards as wholes: sizes, attaching, versions, clearing, repair, statistics.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Cache,
  checkShardLocked,
  Condition,
  ENGINE_COUNTERS,
  insertsLocked,
  Outcome,
  readStats,
  Region,
} from "../../cache/mod.ts";
import { planRegion } from "../../cache/geometry.ts";
import { sequenceOf } from "../../cache/removal.ts";
import {
  COUNTER_WORDS,
  MAX_SHARD_BYTES,
  SHARD_HEADER_BYTES,
  SHARD_LOCK,
} from "../../cache/layout.ts";
import {
  ACTOR_RING_HEAD,
  MAX_ACTOR_COUNTERS,
  MAX_ACTOR_GAUGES,
  MAX_ACTORS,
} from "../../cache/region_layout.ts";
import { isPoisoned } from "../../cache/lock.ts";
import {
  besideFilters,
  bytesOf,
  find,
  get,
  holdShard,
  keysOfShard,
  letGo,
  makeFixture,
  put,
  valueOf,
} from "./fixture.ts";

Deno.test("planRegion() gives attaching threads the same plan, for every size", () => {
  for (let extra = 0; extra < 9000; extra += 113) {
    for (const size of [besideFilters(300_000, 3), 40_000_000, 2 ** 28, 2 ** 30]) {
      const made = planRegion(size + extra, 128, 3);
      assertEquals(planRegion(made.regionBytes, 128, 3), made);
      assert(made.shardsByte + made.shardCount * made.shard.shardBytes <= made.regionBytes);
      assert(made.shard.shardBytes <= MAX_SHARD_BYTES);
      const { stripesWord, stripeCount, stripeShift, mapByte } = made.shard;
      assertEquals(4 * (stripesWord + stripeCount), mapByte);
      assertEquals([stripeCount * 2 ** stripeShift, 4 * stripesWord], [
        2 ** 32,
        SHARD_HEADER_BYTES,
      ]);
      assert(4 * stripeCount <= made.shard.shardBytes / 64 && stripeCount >= 64);
      assert(made.shard.endAddress * 32 <= made.shard.shardBytes);
    }
  }
});

Deno.test("Region.create() refuses what is too small, and too many actors", () => {
  assertThrows(() => Region.create({ memoryBytes: 100_000 }), RangeError, "for 2 threads");
  assertThrows(
    () => Region.create({ memoryBytes: 2 ** 24, actorCount: MAX_ACTORS + 1 }),
    RangeError,
  );
});

Deno.test("Region.attach() sees the same items, and refuses memory that is no region", () => {
  const { cache } = makeFixture();
  put(cache, "key", valueOf(300));
  const other = new Cache(Region.attach(cache.region.buffer), 1, cache.now);
  assertEquals(get(other, "key"), valueOf(300));
  assertEquals(cache.region.counter(1, "hits"), 1);
  assertEquals(cache.region.total("puts"), 1);
  assertThrows(() => Region.attach(new SharedArrayBuffer(2 ** 20)), Error, "Cannot attach");
  assertThrows(() => Region.attach(new SharedArrayBuffer(64)), Error, "Cannot attach");
});

Deno.test("Region.create() has space for a bounded number of names, all different", () => {
  const named = (counters: string[], gauges: string[]) =>
    Region.create({ memoryBytes: 2 ** 20, names: { counters, gauges } });
  const list = (length: number) => Array.from({ length }, (_, i) => `n${i}`);
  const counters = list(MAX_ACTOR_COUNTERS - ENGINE_COUNTERS.length);
  const region = named(counters, list(MAX_ACTOR_GAUGES));
  const last = region.counterWord(0, counters.at(-1)!);
  assertEquals(last + COUNTER_WORDS - region.actorWord(0), ACTOR_RING_HEAD);
  assertThrows(
    () => named([...counters, "more"], []),
    RangeError,
    `Cannot keep ${MAX_ACTOR_COUNTERS + 1} counters`,
  );
  assertThrows(
    () => named([], list(MAX_ACTOR_GAUGES + 1)),
    RangeError,
    `Cannot keep ${MAX_ACTOR_GAUGES + 1} gauges`,
  );
  assertThrows(() => named(["a", "a"], []), RangeError, "of one name");
  assertThrows(() => named(["hits"], []), RangeError, "of one name");
  assertThrows(() => named(["a"], []).gaugeWord(0, "a"), RangeError, "Cannot find a");
});

Deno.test("Region.attach() refuses other names than the region was made with", () => {
  const names = { counters: ["a", "b"], gauges: ["c"] };
  const { buffer } = Region.create({ memoryBytes: 2 ** 20, names });
  assertEquals(Region.attach(buffer, names).counter(1, "b"), 0);
  for (const other of [{ counters: ["b", "a"], gauges: ["c"] }, { counters: [], gauges: [] }]) {
    assertThrows(() => Region.attach(buffer, other), Error, "other counters or gauges");
  }
  assertThrows(() => Region.attach(buffer), Error, "other counters or gauges");
});

Deno.test("Region.gaugeTotal() adds up what the workers show, without main", () => {
  const names = { counters: [], gauges: ["open", "waiting"] };
  const region = Region.create({ memoryBytes: 2 ** 20, actorCount: 4, names });
  for (let actor = 0; actor < 4; actor++) {
    region.words[region.gaugeWord(actor, "waiting")] = 10 ** actor;
  }
  region.words[region.gaugeWord(1, "open")] = -1;
  assertEquals([region.gaugeTotal("waiting"), region.gaugeTotal("open")], [1110, 2 ** 32 - 1]);
});

Deno.test("Versions of a shard strictly increase over puts, deletes, expiries and clears", () => {
  const { cache, clock } = makeFixture();
  const [key, other] = keysOfShard(cache, 2);
  const shard = cache.shards[0]!;
  let last = sequenceOf(shard.memory);
  const moved = () => {
    const now = sequenceOf(shard.memory);
    assert(now > last, `version ${now} after ${last}`);
    last = now;
  };
  for (let i = 0; i < 20; i++) {
    put(cache, key, valueOf(i * 50));
    moved();
    assertEquals(shard.versionLocked(find(cache, key).address), last);
    cache.delete(bytesOf(key));
    moved();
  }
  put(cache, other, valueOf(1), clock.nowMs + 1);
  moved();
  clock.nowMs += 1;
  assertEquals(get(cache, other), null);
  moved();
  shard.clearLocked();
  moved();
});

Deno.test("insertsLocked() counts each key of the stripe that was absent, and nothing else", () => {
  const { cache, clock } = makeFixture();
  const shard = cache.shards[0]!;
  const shift = shard.memory.stripeShift;
  const hashes = keysOfShard(cache, 2000).map((key) => [key, find(cache, key).hash] as const);
  const [key, hash] = hashes[0]!;
  const [mate] = hashes.find(([name, other]) =>
    name !== key && other >>> shift === hash >>> shift
  )!;
  const [stranger, foreign] = hashes.find(([, other]) => other >>> shift !== hash >>> shift)!;
  const counts = () => [hash, foreign].map((one) => insertsLocked(shard.memory, one));
  const steps: readonly (readonly [string, () => unknown, number, number])[] = [
    ["a key that is new", () => put(cache, key, valueOf(1)), 1, 0],
    ["another value", () => put(cache, key, valueOf(900)), 1, 0],
    ["a delete", () => cache.delete(bytesOf(key)), 1, 0],
    ["a miss", () => get(cache, key), 1, 0],
    ["a key that is new again", () => put(cache, key, valueOf(1), clock.nowMs + 1), 2, 0],
    ["an expiry", () => (clock.nowMs += 1, get(cache, key)), 2, 0],
    ["another key of the stripe", () => put(cache, mate, valueOf(1)), 3, 0],
    ["a key of another stripe", () => put(cache, stranger, valueOf(1)), 3, 1],
    [
      "a condition that does not hold",
      () => {
        cache.put(bytesOf(key), valueOf(1), { condition: Condition.present });
      },
      3,
      1,
    ],
    ["all is forgotten", () => shard.clearLocked(), 3, 1],
    ["a repair, before which anything may have happened", () => shard.repairLocked(), 4, 2],
  ];
  for (const [what, step, own, other] of steps) {
    step();
    assertEquals(counts(), [own, other], what);
  }
  checkShardLocked(shard.memory);
});

Deno.test("Condition.version compares with the item's version, and 0 with its absence", () => {
  const { cache } = makeFixture();
  const key = bytesOf("key");
  const condition = Condition.version;
  assertEquals(cache.put(key, valueOf(1), { condition, version: 1 }), Outcome.conditionNotMet);
  assertEquals(cache.put(key, valueOf(1), { condition, version: 0 }), Outcome.stored);
  const { shard, address } = find(cache, "key");
  const version = shard.versionLocked(address);
  assertEquals(cache.put(key, valueOf(2), { condition, version: 0 }), Outcome.conditionNotMet);
  assertEquals(cache.put(key, valueOf(2), { condition, version }), Outcome.stored);
  assertEquals(cache.put(key, valueOf(3), { condition, version }), Outcome.conditionNotMet);
  assertEquals(get(cache, "key"), valueOf(2));
});

Deno.test("Shard.clearLocked() empties a shard whatever its words hold, and it works on", () => {
  const { cache } = makeFixture();
  const keys = keysOfShard(cache, 200);
  for (const key of keys) put(cache, key, valueOf(100));
  const { memory } = cache.shards[0]!;
  const { bucketsWord, slabAddress, endAddress, mapByte, slotCount } = memory.geometry;
  memory.words.fill(0x5a5a5a5a, slabAddress * 16, endAddress * 16);
  memory.words.fill(-1, bucketsWord, bucketsWord + 50);
  memory.bytes.fill(0x1b, mapByte, mapByte + slotCount);
  memory.words.fill(-7, 16, 28);
  cache.shards[0]!.clearLocked();
  const { items, usedEighths } = checkShardLocked(memory);
  assertEquals([items, usedEighths], [0, 0]);
  for (const key of keys) put(cache, key, valueOf(200));
  for (const key of keys) assertEquals(get(cache, key), valueOf(200));
  checkShardLocked(memory);
});

Deno.test("Cache.repair() clears and unlocks a poisoned shard and leaves all others", () => {
  const { cache } = makeFixture();
  for (let i = 0; i < 400; i++) put(cache, `k${i}`, valueOf(50));
  const { items } = readStats(cache);
  const shard = cache.shards[0]!;
  let inside = 0;
  const work = {
    runLocked() {
      inside = checkShardLocked(shard.memory).items;
      throw new Error("bug");
    },
  };
  assertThrows(() => cache.withShard(0, work), Error, "bug");
  assert(isPoisoned(shard.memory.words, SHARD_LOCK));
  assertEquals(cache.put(bytesOf(keysOfShard(cache, 1)[0]!), valueOf(1)), Outcome.busy);
  assertEquals(cache.repair(), 1);
  assertEquals(readStats(cache).items, items - inside);
  assertEquals(readStats(cache).shardsCleared, 1);
  put(cache, keysOfShard(cache, 1)[0]!, valueOf(1));
  assertEquals(cache.repair(), 0);
});

Deno.test("Cache.repair() clears what a dead actor held, not what a living one holds", () => {
  const { cache } = makeFixture();
  const dead = new Cache(Region.attach(cache.region.buffer), 1, cache.now);
  const living = new Cache(Region.attach(cache.region.buffer), 2, cache.now);
  holdShard(dead, 3);
  const held = holdShard(living, 4);
  assertEquals(cache.repair(1), 1);
  const nothing = { runLocked() {} };
  assert(cache.withShard(3, nothing));
  assertEquals(cache.withShard(4, nothing), false);
  assert(held !== null);
  letGo(held);
});

Deno.test("Cache.withShards() takes each shard once, and none at all when one is held", () => {
  const { cache } = makeFixture();
  const other = new Cache(Region.attach(cache.region.buffer), 1, cache.now);
  const hashes = Int32Array.of(5, 13, 2, 7, 2);
  const locked = () =>
    cache.shards.filter(({ memory }) => memory.words[SHARD_LOCK] !== 0).map(({ index }) => index);
  let inside: number[] = [];
  const work = { runLocked: () => inside = locked() };
  assert(cache.withShards(hashes, 5, work));
  assertEquals([inside, locked()], [[2, 5, 7], []]);
  const held = holdShard(other, 5);
  assert(held !== null);
  inside = [];
  assertEquals(cache.withShards(hashes, 5, work), false);
  assertEquals([inside, locked()], [[], [5]]);
  letGo(held);
  const broken = {
    runLocked() {
      throw new Error("bug");
    },
  };
  assertThrows(() => cache.withShards(hashes, 5, broken), Error, "bug");
  assertEquals(locked(), [2, 5, 7]);
  assertEquals(cache.repair(), 3);
  assert(cache.withShards(hashes, 2, work));
  assertEquals([inside, locked()], [[5], []]);
});

Deno.test("readStats() adds up items, bytes and evictions, and says what limits", () => {
  const { cache } = makeFixture(512 * 1024);
  assertEquals(readStats(cache).limitedBy, "nothing");
  for (let i = 0; i < 10; i++) put(cache, `k${i}`, valueOf(50));
  const few = readStats(cache);
  assertEquals([few.items, few.usedBytes, few.evictions], [10, 10 * 96, 0]);
  for (let i = 0; i < 5000; i++) put(cache, `k${i}`, valueOf(200));
  const full = readStats(cache);
  assertEquals(full.limitedBy, "memory");
  assertEquals(full.items + full.evictions, 5000);
  assert(full.usedBytes <= full.slabBytes && full.usedBytes > full.slabBytes * 0.97);
  const narrow = makeFixture(512 * 1024, 2048).cache;
  // All slots are in use once, so the index cannot grow when small items come.
  for (let i = 0; i < 500; i++) put(narrow, `k${i}`, valueOf(2000));
  for (let i = 0; i < 5000; i++) put(narrow, `k${i}`, valueOf(4));
  assertEquals(readStats(narrow).limitedBy, "index");
});
