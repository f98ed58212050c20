// A random walk over a cache beside a Map that never forgets: what the cache answers must be what
// the Map holds, except that a key may be missing where the cache has counted an eviction or an
// expiry. Used by the model tests and the soak test.

import { besideFilters } from "./fixture.ts";
import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  checkShardLocked,
  Condition,
  Outcome,
  readStats,
  Region,
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
  assertEquals(readStats(cache).items, items);
}

/** One walk; see the options. */
export class Walk {
  readonly cache: Cache;
  readonly #options: WalkOptions;
  readonly #model = new Map<number, Expected>();
  readonly #random: Random;
  readonly #value = new ValueBuffer();
  #nowMs = 1_000_000;
  #lost = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
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
    const key = this.#random.below(this.#options.keys);
    const bytes = this.#keyBytes(key);
    const roll = this.#random.below(100);
    if (roll < 40) this.#get(key, bytes);
    else if (roll < 85) this.#put(key, bytes, step);
    else if (roll < 97) this.#delete(key, bytes);
    else {
      this.#nowMs += this.#random.below(50);
      this.cache.sweep(this.#random.below(this.cache.shards.length), 64);
    }
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
    const outcome = this.cache.get(bytes, this.#value);
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
    const there = this.cache.get(bytes, this.#value) === Outcome.hit;
    const outcome = this.cache.put(bytes, value, { deadlineMs, condition });
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
    const outcome = this.cache.delete(bytes);
    if (outcome === Outcome.hit) assert(expected !== undefined, `key ${key} should not be there`);
    else if (expected !== undefined) this.#lost++;
    this.#model.delete(key);
  }
}
