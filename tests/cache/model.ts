// A random walk over a cache beside a Map for each database, which never forgets: what the cache answers
// must be what the Map holds, except that a key may be missing where the cache has counted an eviction or
// an expiry. Databases are flushed and exchanged on the way. Used by the model tests and the soak test.

import { besideFilters } from "./fixture.ts";
import { assert, assertEquals } from "@std/assert";
import {
  bucketTotal,
  Cache,
  checkShardLocked,
  Condition,
  countItems,
  flushBucketsLocked,
  Outcome,
  readDatabases,
  readStats,
  Region,
  type Shard,
  storedDatabase,
  swapDatabasesLocked,
  ValueBuffer,
} from "../../cache/mod.ts";
import { Random } from "../../bench/workload.ts";

/** What a walk is made of. */
export interface WalkOptions {
  readonly seed: number;
  readonly steps: number;
  readonly memoryBytes: number;
  readonly keys: number;
  /** Longest value, in bytes. */
  readonly maxValueBytes: number;
  /** Steps between two checks of every invariant. */
  readonly checkEvery: number;
  /** How many databases are used; 1 unless given. */
  readonly databases?: number;
}

interface Expected {
  readonly value: Uint8Array;
  readonly deadlineMs: number;
  readonly version: number;
}

/** A value of `length` bytes that only this key and this write could have. */
function makeValue(key: number, write: number, length: number): Uint8Array {
  const value = new Uint8Array(length);
  for (let i = 0; i < length; i++) value[i] = Math.imul(key + 1, 31 + i) ^ Math.imul(write, 17) ^ i;
  return value;
}

/** Checks all shards of a cache that no other thread uses. */
export function checkAll(cache: Cache): void {
  let items = 0;
  for (const shard of cache.shards) items += checkShardLocked(shard.memory).items;
  const { itemsWithDeadline } = readStats(cache);
  assertEquals(readStats(cache).items, items);
  const databases = readDatabases(cache);
  assertEquals(databases.reduce((sum, one) => sum + one.items, 0), items);
  assertEquals(databases.reduce((sum, one) => sum + one.itemsWithDeadline, 0), itemsWithDeadline);
}

/** Removes the items of a stored database from a shard, `stride` buckets at a time. */
export function flushShard(shard: Shard, database: number, stride: number): void {
  for (let at = 0; at < bucketTotal(shard.memory);) {
    at = flushBucketsLocked(shard, database, at, at + stride);
  }
}

/** One walk; see the options. */
export class Walk {
  readonly cache: Cache;
  readonly #options: WalkOptions;
  /** What each database holds, by the number that clients use. */
  readonly #models: Map<number, Expected>[];
  /** The one that the step is about, and its stored database. */
  #model: Map<number, Expected>;
  #database = 0;
  readonly #random: Random;
  readonly #value = new ValueBuffer();
  #nowMs = 1_000_000;
  #lost = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#models = Array.from({ length: options.databases ?? 1 }, () => new Map());
    this.#model = this.#models[0]!;
    const region = Region.create({ memoryBytes: besideFilters(options.memoryBytes) });
    this.cache = new Cache(region, 0, () => this.#nowMs);
  }

  /** Takes all steps. Returns how many keys were found missing without having been deleted. */
  run(): number {
    for (let step = 1; step <= this.#options.steps; step++) {
      this.#step(step);
      if (step % this.#options.checkEvery === 0) checkAll(this.cache);
    }
    checkAll(this.cache);
    const { evictions, expirations } = readStats(this.cache);
    assert(this.#lost <= evictions + expirations, "keys are missing that nothing has taken");
    return this.#lost;
  }

  #step(step: number): void {
    if (this.#models.length > 1) this.#chooseDatabase();
    const key = this.#random.below(this.#options.keys);
    const bytes = this.#keyBytes(key);
    const roll = this.#random.below(100);
    if (roll < 40) this.#get(key, bytes);
    else if (roll < 80) this.#put(key, bytes, step);
    else if (roll < 85) this.#setDeadline(key, bytes);
    else if (roll < 97) this.#delete(key, bytes);
    else {
      this.#nowMs += this.#random.below(50);
      this.cache.sweep(this.#random.below(this.cache.shards.length), 64);
    }
  }

  #chooseDatabase(): void {
    const models = this.#models;
    const number = this.#random.below(models.length);
    const roll = this.#random.below(1000);
    if (roll === 0) this.#flush(number);
    else if (roll < 4) {
      const other = (number + 1 + this.#random.below(models.length - 1)) % models.length;
      swapDatabasesLocked(this.cache, number, other);
      [models[number], models[other]] = [models[other]!, models[number]!];
    }
    this.#model = models[number]!;
    this.#database = storedDatabase(this.cache.region, number);
  }

  #flush(number: number): void {
    const { region, shards } = this.cache;
    const stored = storedDatabase(region, number);
    const others = readStats(this.cache).items - countItems(this.cache, stored);
    for (const shard of shards) flushShard(shard, stored, 1 + this.#random.below(500));
    assertEquals(countItems(this.cache, stored), 0);
    assertEquals(readStats(this.cache).items, others);
    this.#models[number]!.clear();
  }

  /** Keys of many lengths, long ones among them, so that some run over their first piece. */
  #keyBytes(key: number): Uint8Array {
    const text = `key:${key}:`;
    return new TextEncoder().encode(text.padEnd(key % 17 === 0 ? 700 : key % 40, "x"));
  }

  /** What the model holds for the key, if it has not expired. */
  #live(key: number): Expected | undefined {
    const expected = this.#model.get(key);
    if (expected === undefined) return undefined;
    if (expected.deadlineMs === 0 || expected.deadlineMs > this.#nowMs) return expected;
    this.#model.delete(key);
    return undefined;
  }

  #get(key: number, bytes: Uint8Array): void {
    const expected = this.#live(key);
    const outcome = this.cache.get(bytes, this.#value, this.#database);
    if (outcome === Outcome.miss) {
      if (expected !== undefined) this.#lost++;
      this.#model.delete(key);
      return;
    }
    assertEquals(outcome, Outcome.hit);
    assert(expected !== undefined, `key ${key} is there but should not be`);
    assertEquals(this.#value.copy(), expected.value);
    assertEquals(this.#value.deadlineMs, expected.deadlineMs);
  }

  #put(key: number, bytes: Uint8Array, write: number): void {
    const { maxValueBytes } = this.#options;
    // Mostly small values, now and then one of any size.
    const limit = this.#random.below(10) === 0 ? maxValueBytes : Math.min(300, maxValueBytes);
    const value = makeValue(key, write, this.#random.below(limit + 1));
    const deadlineMs = this.#random.below(4) === 0 ? this.#nowMs + 1 + this.#random.below(500) : 0;
    const roll = this.#random.below(10);
    const condition = roll === 0
      ? Condition.absent
      : roll === 1
      ? Condition.present
      : Condition.none;
    const there = this.cache.get(bytes, this.#value, this.#database) === Outcome.hit;
    const outcome = this.cache.put(bytes, value, {
      deadlineMs,
      condition,
      database: this.#database,
    });
    if (condition === (there ? Condition.absent : Condition.present)) {
      assertEquals(outcome, Outcome.conditionNotMet);
      return;
    }
    assertEquals(outcome, Outcome.stored);
    if (!there && this.#live(key) !== undefined) this.#lost++;
    this.#model.set(key, { value, deadlineMs, version: write });
  }

  #delete(key: number, bytes: Uint8Array): void {
    const expected = this.#live(key);
    const outcome = this.cache.delete(bytes, this.#database);
    if (outcome === Outcome.hit) assert(expected !== undefined, `key ${key} should not be there`);
    else if (expected !== undefined) this.#lost++;
    this.#model.delete(key);
  }

  /** Gives a key another deadline, or takes it away: EXPIRE and PERSIST. */
  #setDeadline(key: number, bytes: Uint8Array): void {
    const expected = this.#live(key);
    const hash = this.cache.hash(bytes, 0, bytes.length, this.#database);
    const shard = this.cache.shardOf(hash);
    const deadlineMs = this.#random.below(3) === 0 ? 0 : this.#nowMs + 1 + this.#random.below(500);
    this.cache.withShard(hash, {
      runLocked: () => {
        const address = shard.peekLocked(hash, bytes, 0, bytes.length);
        if (address === 0) {
          if (expected !== undefined) this.#lost++;
          this.#model.delete(key);
          return;
        }
        assert(expected !== undefined, `key ${key} is there but should not be`);
        shard.setDeadlineLocked(address, deadlineMs);
        this.#model.set(key, { ...expected, deadlineMs });
      },
    });
  }
}
