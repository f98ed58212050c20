// Hash flood: puts of keys that all have one hash, beside ordinary puts, and what becomes of the
// items that were there before. The hash is injected, or comes with keys made for the purpose.

import { Cache, Outcome, PutRequest, ValueBuffer } from "../../cache/mod.ts";
import { fillUntilFull, makeCache, makeValue, mustPut, NumberedKey } from "./fill.ts";
import { atMost, type Row } from "../report.ts";
import { sameHashKeys } from "./same_hash_keys.ts";

/** What a flood did. */
export interface FloodResult {
  /** Time of a flooding put beside that of an ordinary one. */
  readonly costRatio: number;
  /** Earlier items that are gone; a window has space for 16. */
  readonly lostItems: number;
  readonly floodMicros: number;
  readonly ordinaryMicros: number;
}

const VALUE_BYTES = 64;

/** Puts one key with a hash that need not be its own. */
function putWithHash(cache: Cache, hash: number, key: Uint8Array, value: Uint8Array): void {
  const shard = cache.shardOf(hash);
  let stored = false;
  const put = new PutRequest();
  put.setKey(hash, key, 0, key.length);
  put.setValue(value, 0, value.length);
  cache.withShard(hash, { runLocked: () => stored = shard.putLocked(put) === Outcome.stored });
  if (!stored) throw new Error("Cannot put a key of a flood");
}

function microsEach(keys: readonly Uint8Array[], put: (key: Uint8Array) => void): number {
  const startMs = performance.now();
  for (const key of keys) put(key);
  return (performance.now() - startMs) * 1000 / keys.length;
}

/**
 * Floods with `keys`, all under the hash that `hashOf` gives. The cost is taken in a full region,
 * where every put evicts, in rounds that alternate with ordinary new keys of the same length; the
 * losses in a region with space for all that the flood leaves.
 */
export function flood(
  items: number,
  keys: readonly Uint8Array[],
  hashOf: (cache: Cache, key: Uint8Array) => number,
): FloodResult {
  const value = makeValue(VALUE_BYTES);
  const cost = floodCost(items, keys, hashOf, value);
  const cache = makeCache(items * 400 + 2 ** 20);
  const resident = new NumberedKey(16, 0xf100d);
  for (let id = 0; id < items; id++) mustPut(cache, resident.set(id), value);
  const held = countHeld(cache, resident, items);
  for (const key of keys) putWithHash(cache, hashOf(cache, key), key, value);
  return { ...cost, lostItems: held - countHeld(cache, resident, items) };
}

function floodCost(
  items: number,
  keys: readonly Uint8Array[],
  hashOf: (cache: Cache, key: Uint8Array) => number,
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
    const ordinaryHash = (key: Uint8Array) => cache.hash(key, 0, key.length);
    const put = (key: Uint8Array) => putWithHash(cache, ordinaryHash(key), key, value);
    const putFlooding = (key: Uint8Array) => putWithHash(cache, hashOf(cache, key), key, value);
    ordinaryMicros = Math.min(ordinaryMicros, microsEach(ordinary, put));
    floodMicros = Math.min(floodMicros, microsEach(flooding, putFlooding));
  }
  return { costRatio: floodMicros / ordinaryMicros, floodMicros, ordinaryMicros };
}

function countHeld(cache: Cache, key: NumberedKey, items: number): number {
  const into = new ValueBuffer();
  let held = 0;
  for (let id = 0; id < items; id++) if (cache.get(key.set(id), into) === Outcome.hit) held++;
  return held;
}

/** A flood of `count` keys over `items` items, with an injected hash and with real keys. */
export function floodRows(count: number, items: number): Row[] {
  const short = Array.from({ length: count }, (_, i) => new NumberedKey(16, 0xbad).set(i).slice());
  const injected = flood(items, short, (cache, key) => {
    cache.hash(key, 0, key.length);
    return 0x1234567;
  });
  const made = sameHashKeys(count);
  const real = flood(items, made, (cache, key) => cache.hash(key, 0, key.length));
  const micros = ({ floodMicros, ordinaryMicros }: FloodResult) =>
    `${floodMicros.toFixed(2)} against ${ordinaryMicros.toFixed(2)} µs`;
  return [
    atMost(
      `injected hash, 16-byte keys: put / ordinary put (${micros(injected)})`,
      injected.costRatio,
      1.5,
      "",
    ),
    atMost("injected hash: other items lost", injected.lostItems, 16, "(one window)", 0),
    atMost(
      `keys of ${made[0]!.length} bytes: put / ordinary put (${micros(real)})`,
      real.costRatio,
      1.5,
      "",
    ),
    atMost("such keys: other items lost", real.lostItems, 16, "(one window)", 0),
  ];
}
