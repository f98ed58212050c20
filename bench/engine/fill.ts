// What several benchmarks of the engine need: keys made of a number, and filling a region with them.
// Uses the engine through its door only.

import { Cache, Outcome, readStats, Region } from "../../cache/mod.ts";
import { Random } from "../workload.ts";

/** Writes keys of any length into one buffer, each following from its number alone. */
export class NumberedKey {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #salt: number;

  /** @param length At least 8; `salt` sets families of keys apart. */
  constructor(length: number, salt = 0) {
    this.bytes = new Uint8Array(length).fill(0x6b);
    this.#view = new DataView(this.bytes.buffer);
    this.#salt = salt;
  }

  /** Makes {@linkcode bytes} the key with number `id`. */
  set(id: number): Uint8Array<ArrayBuffer> {
    this.#view.setUint32(0, id);
    this.#view.setUint32(4, Math.imul(id ^ this.#salt, 0x9e3779b1));
    return this.bytes;
  }
}

/** A value of `length` bytes for a seed. */
export function makeValue(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.nextU32() & 0xff);
}

/** A cache over a region of its own, used by this thread alone. */
export function makeCache(memoryBytes: number, averageItemBytes?: number): Cache {
  return new Cache(Region.create({ memoryBytes, averageItemBytes }), 0);
}

/** Puts a value, which must work. */
export function mustPut(cache: Cache, key: Uint8Array, value: Uint8Array): void {
  const outcome = cache.put(key, value);
  if (outcome !== Outcome.stored) throw new Error(`Cannot put: outcome ${outcome}`);
}

/**
 * Inserts new keys of `keyBytes` with values of `valueBytes` until the cache has inserted `factor`
 * times as many as it then holds. Returns how many it holds.
 */
export function fillUntilFull(
  cache: Cache,
  keyBytes: number,
  valueBytes: number,
  factor = 1.5,
): number {
  const key = new NumberedKey(keyBytes);
  const value = makeValue(valueBytes);
  let next = 0;
  for (;;) {
    for (let i = 0; i < 10_000; i++) mustPut(cache, key.set(next++), value);
    const { items, evictions } = readStats(cache);
    if (evictions > 0 && next >= items * factor) return items;
  }
}

/** How many items the cache is meant to hold: what its slab or half its buckets allow. */
export function capacityOf(cache: Cache, eighthsPerItem: number): number {
  const { slots, indexCapacity } = readStats(cache);
  return Math.min(Math.floor(slots * 8 / eighthsPerItem), indexCapacity);
}
