// Keys that go missing though there is space: only a full window of the index can take one then.
// Families of keys as programs make them, and random keys, up to a share of the capacity.

import { Outcome, ValueBuffer } from "../../cache/mod.ts";
import { Random } from "../workload.ts";
import { capacityOf, makeCache, makeValue, mustPut } from "./fill.ts";
import { atMost, type Row } from "../report.ts";

const encoder = new TextEncoder();
const DIGITS_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function base62(number: number): string {
  let text = "";
  for (let rest = number, i = 0; i < 5; i++, rest = Math.floor(rest / 62)) {
    text = DIGITS_62[rest % 62] + text;
  }
  return text;
}

function binary(number: number): Uint8Array {
  return Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24);
}

function uuid(number: number): string {
  const random = new Random(number + 1);
  const words = Array.from({ length: 4 }, () => random.nextU32().toString(16).padStart(8, "0"));
  const hex = words.join("");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    "4" + hex.slice(13, 16),
    "8" + hex.slice(17, 20),
  ];
  return [...parts, hex.slice(20)].join("-");
}

/** Families of keys: each makes the key with a number. */
export const KEY_FAMILIES: Readonly<Record<string, (number: number) => Uint8Array>> = {
  "decimal": (number) => encoder.encode(String(number)),
  "padded decimal": (number) => encoder.encode("user:" + String(number).padStart(9, "0")),
  "hex": (number) => encoder.encode(number.toString(16)),
  "base62": (number) => encoder.encode(base62(number)),
  "binary": binary,
  "UUID": (number) => encoder.encode(uuid(number)),
  "URL": (number) => encoder.encode(`https://www.example.com/shop/articles/${number}?page=1`),
};

/** Keys of 16 random bytes. */
function randomKeys(seed: number): (number: number) => Uint8Array {
  const random = new Random(seed);
  const words = new Uint32Array(4);
  return () => {
    for (let i = 0; i < 4; i++) words[i] = random.nextU32();
    return new Uint8Array(words.buffer.slice(0));
  };
}

/**
 * Puts `count` keys in a region of which they fill `share` of the capacity, and reads them all.
 * Returns the share of keys that are missing.
 */
export function lostShare(
  makeKey: (number: number) => Uint8Array,
  count: number,
  share: number,
  eighthsPerItem: number,
): number {
  const wanted = count / share;
  // What an item takes of the slab, or of the slots that bring its two buckets with them.
  let memoryBytes = Math.round(wanted * Math.max(eighthsPerItem * 32, 128) * 1.1) + 256 * 1024;
  let cache = makeCache(memoryBytes);
  for (let round = 0; round < 3; round++) {
    memoryBytes = Math.round(memoryBytes * wanted / capacityOf(cache, eighthsPerItem));
    cache = makeCache(memoryBytes);
  }
  const keys = Array.from({ length: count }, (_, i) => makeKey(i));
  const value = makeValue(eighthsPerItem * 32);
  for (const key of keys) {
    // Header, key and value together are just the eighths asked for.
    const valueBytes = Math.max(0, eighthsPerItem * 32 - 32 - key.length);
    mustPut(cache, key, value.subarray(0, valueBytes));
  }
  const into = new ValueBuffer();
  let missing = 0;
  for (const key of keys) if (cache.get(key, into) !== Outcome.hit) missing++;
  return missing / count;
}

/** All families at 60 % of the capacity, random keys at 70 %. */
export function lostKeyRows(count: number): Row[] {
  const rows: Row[] = [];
  for (const [name, makeKey] of Object.entries(KEY_FAMILIES)) {
    const lost = lostShare(makeKey, count, 0.6, 4);
    rows.push(atMost(`${name} keys at 60 %: lost`, 100 * lost, 0.01, "%", 4));
  }
  const ordinary = lostShare(randomKeys(1), count, 0.7, 4);
  rows.push(
    atMost("random keys at 70 %, items of half a slot: lost", 100 * ordinary, 0.01, "%", 4),
  );
  const large = lostShare(randomKeys(2), count, 0.7, 8);
  rows.push(atMost("random keys at 70 %, items of a slot: lost", 100 * large, 0.01, "%", 4));
  const small = lostShare(randomKeys(3), count, 0.7, 2);
  rows.push(atMost("random keys at 70 %, items of two eighths: lost", 100 * small, 1, "%", 4));
  return rows;
}
