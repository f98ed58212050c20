// What a cache should hold after the operations of a log, by a model that knows nothing of the engine, and what it does
// hold.

import { assertEquals } from "@std/assert";
import { type Cache, Outcome, ValueBuffer } from "../../cache/mod.ts";
import { DATABASE_COUNT } from "../../cache/database_layout.ts";
import { databaseTable } from "../cache/fixture.ts";
import type { Committed } from "./crash.ts";
import { DATABASES, type Held, type Key, keyOf } from "./operations.ts";

const decoder = new TextDecoder();
const SOAK_SEEDS = 40;

/** What clients would find: each key's value and deadline, and what the numbers of databases mean. */
export class Model {
  readonly held = new Map<string, Held>();
  table: number[];
  readonly #hashes: ReadonlyMap<string, number>;

  /** What the records that end by `endByte` have made of nothing. `cache` gives keys their hashes. */
  constructor(
    cache: Cache,
    keys: readonly Key[],
    committed: readonly Committed[],
    endByte: number,
  ) {
    this.table = Array.from({ length: DATABASE_COUNT }, (_, i) => i);
    this.#hashes = new Map(keys.map(({ name, bytes, database }) => {
      return [name, cache.hash(bytes, 0, bytes.length, database)];
    }));
    const inOrder = committed.toSorted((a, b) => a.endByte - b.endByte);
    for (const each of inOrder) if (each.endByte <= endByte) this.#carryOut(each);
  }

  #carryOut({ effects }: Committed): void {
    for (const effect of effects) {
      if (effect.kind === "set" && effect.held !== null) this.held.set(effect.name, effect.held);
      else if (effect.kind === "set") this.held.delete(effect.name);
      else if (effect.kind === "table") this.table = [...effect.table];
      else if (effect.kind === "swap") {
        const { a, b } = effect;
        [this.table[a], this.table[b]] = [this.table[b]!, this.table[a]!];
      } else {
        for (const name of this.held.keys()) {
          const isIn = (this.#hashes.get(name)! & (effect.shards - 1)) === effect.shard;
          const { kind } = effect;
          if (isIn && (kind === "clear" || name.startsWith(`${effect.database} `))) {
            this.held.delete(name);
          }
        }
      }
    }
  }
}

/** What a cache holds of these keys. */
export function contentsOf(cache: Cache, keys: readonly Key[]): Map<string, Held> {
  const into = new ValueBuffer();
  const held = new Map<string, Held>();
  for (const { name, bytes, database } of keys) {
    if (cache.get(bytes, into, database) !== Outcome.hit) continue;
    held.set(name, { value: decoder.decode(into.copy()), deadlineMs: into.deadlineMs });
  }
  return held;
}

/**
 * Compares what a cache holds with the model: no key has another value. Returns how many of the model's are missing that
 * have not expired by `nowMs`.
 */
export function missingOf(
  cache: Cache,
  model: Model,
  keys: readonly Key[],
  nowMs: number,
): number {
  const found = contentsOf(cache, keys);
  assertEquals(databaseTable(cache), model.table);
  for (const [name, held] of found) assertEquals(held, model.held.get(name), name);
  let missing = 0;
  for (const [name, { deadlineMs }] of model.held) {
    const isLive = deadlineMs === 0 || deadlineMs > nowMs;
    if (isLive && !found.has(name)) missing++;
  }
  return missing;
}

/** The keys numbered from 0, in every database that operations use. */
export function allKeys(count: number): Key[] {
  return Array.from({ length: DATABASES * count }, (_, i) => keyOf(i % DATABASES, i >> 1));
}

/** The seeds of a test: these, or many more with SLABKV_SOAK=1. */
export function seedsOf(...seeds: readonly number[]): readonly number[] {
  if (Deno.env.get("SLABKV_SOAK") !== "1") return seeds;
  return Array.from({ length: SOAK_SEEDS }, (_, i) => 100 + i);
}
