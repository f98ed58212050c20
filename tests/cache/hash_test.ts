// The hash: known values, spans inside larger buffers, and no families of keys that fall together.

import { assert, assertEquals } from "@std/assert";
import { hashKey } from "../../cache/hash.ts";
import { sameHashKeys } from "../../bench/engine/same_hash_keys.ts";

const encoder = new TextEncoder();

/** The definition, in big integers. */
function slowHash(bytes: Uint8Array): number {
  const mask = 0xffff_ffffn;
  let djb2 = 5381n;
  let fnv = 0x811c9dc5n;
  for (const byte of bytes) {
    djb2 = (djb2 * 33n + BigInt(byte)) & mask;
    fnv = ((fnv ^ BigInt(byte)) * 0x01000193n) & mask;
  }
  let hash = djb2 ^ fnv;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(BigInt.asIntN(32, hash ^ (hash >> 16n)));
}

Deno.test("hashKey() is djb2 XOR FNV-1a, avalanched, for every length", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) & 0xff);
    assertEquals(hashKey(bytes, 0, length), slowHash(bytes));
  }
});

Deno.test("hashKey() hashes only the span it is given", () => {
  const bytes = encoder.encode("xxkeyyy");
  assertEquals(hashKey(bytes, 2, 3), hashKey(encoder.encode("key"), 0, 3));
});

Deno.test("hashKey() gives a million base62 counters next to no equal hashes", () => {
  const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const seen = new Set<number>();
  const key = new Uint8Array(5);
  const count = 1_000_000;
  for (let i = 0; i < count; i++) {
    for (let at = 4, rest = i; at >= 0; at--, rest = Math.floor(rest / 62)) {
      key[at] = digits.charCodeAt(rest % 62);
    }
    seen.add(hashKey(key, 0, 5));
  }
  // Random hashes would lose n^2 / 2^33, 116; plain djb2 loses 100,000.
  assert(count - seen.size < 400, `${count - seen.size} hashes came twice`);
});

Deno.test("sameHashKeys() makes different keys of one hash", () => {
  const keys = sameHashKeys(64);
  assertEquals(new Set(keys.map((key) => hashKey(key, 0, key.length))).size, 1);
  assertEquals(new Set(keys.map((key) => key.join())).size, 64);
});
