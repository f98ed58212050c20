// Hash flood: puts of keys that all have one hash, made for the purpose, beside ordinary puts, and what
// becomes of the items that were there before.

import { type Cache, Outcome, ValueBuffer } from "../../cache/mod.ts";
import { fillUntilFull, makeCache, makeValue, mustPut, NumberedKey } from "./fill.ts";
import { atMost, type Row } from "../report.ts";
import { sameHashKeys } from "./same_hash_keys.ts";

/** What a flood did. */
export interface FloodResult {
  /** Time of a flooding put beside that of an ordinary one. */
  readonly costRatio: number;
  /** Earlier items that are gone; two windows have space for 32. */
  readonly lostItems: number;
  readonly floodMicros: number;
  readonly ordinaryMicros: number;
}

const VALUE_BYTES = 64;

function microsEach(keys: readonly Uint8Array[], put: (key: Uint8Array) => void): number {
  const startMs = performance.now();
  for (const key of keys) put(key);
  return (performance.now() - startMs) * 1000 / keys.length;
}

/**
 * Floods with `keys`, which all have one hash. The cost is taken in a full region,
 * where every put evicts, in rounds that alternate with ordinary new keys of the same length; the
 * losses in a region with space for all that the flood leaves.
 */
export function flood(
  items: number,
  keys: readonly Uint8Array[],
): FloodResult {
  const value = makeValue(VALUE_BYTES);
  const cost = floodCost(items, keys, value);
  const cache = makeCache(items * 400 + 2 ** 20);
  const resident = new NumberedKey(16, 0xf100d);
  for (let id = 0; id < items; id++) mustPut(cache, resident.set(id), value);
  const held = countHeld(cache, resident, items);
  for (const key of keys) mustPut(cache, key, value);
  return { ...cost, lostItems: held - countHeld(cache, resident, items) };
}

function floodCost(
  items: number,
  keys: readonly Uint8Array[],
  value: Uint8Array,
): Omit<FloodResult, "lostItems"> {
  const keyBytes = keys[0]!.length;
  const cache = makeCache(items * (keyBytes + VALUE_BYTES) + 2 ** 20);
  fillUntilFull(cache, keyBytes, VALUE_BYTES, 1.1);
  const others = new NumberedKey(keyBytes, 0x0dd);
  let floodMicros = Infinity;
  let ordinaryMicros = Infinity;
  const rounds = 4;
  const perRound = Math.floor(keys.length / rounds);
  for (let round = 0; round < rounds; round++) {
    const from = round * perRound;
    const flooding = keys.slice(from, from + perRound);
    const ordinary = flooding.map((_, i) => others.set(from + i).slice());
    const put = (key: Uint8Array) => mustPut(cache, key, value);
    ordinaryMicros = Math.min(ordinaryMicros, microsEach(ordinary, put));
    floodMicros = Math.min(floodMicros, microsEach(flooding, put));
  }
  return { costRatio: floodMicros / ordinaryMicros, floodMicros, ordinaryMicros };
}

function countHeld(cache: Cache, key: NumberedKey, items: number): number {
  const into = new ValueBuffer();
  let held = 0;
  for (let id = 0; id < items; id++) if (cache.get(key.set(id), into) === Outcome.hit) held++;
  return held;
}

/** A flood of `count` keys over `items` items. */
export function floodRows(count: number, items: number): Row[] {
  const keys = sameHashKeys(count);
  const { costRatio, floodMicros, ordinaryMicros, lostItems } = flood(items, keys);
  const micros = `${floodMicros.toFixed(2)} against ${ordinaryMicros.toFixed(2)} µs`;
  const what = `keys of one hash, of ${keys[0]!.length} bytes`;
  return [
    atMost(`${what}: put / ordinary put (${micros})`, costRatio, 1.5, ""),
    atMost(`${what}: other items lost`, lostItems, 32, "(two windows)", 0),
  ];
}
