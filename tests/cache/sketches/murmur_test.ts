/**
 * Both MurmurHash2 beside the reference in BigInt, on bytes of every length and on known values.
 */

import { assertEquals } from "@std/assert";
import { murmur32 } from "../../../cache/sketches/murmur32.ts";
import { Murmur64 } from "../../../cache/sketches/murmur64.ts";
import { Random } from "../../../bench/workload.ts";
import { reference32, reference64 } from "./reference.ts";

Deno.test("Murmur64.hash() is MurmurHash64A of every length, with seeds of 32 and 64 bits", () => {
  const random = new Random(1);
  const hash = new Murmur64();
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: 3 + round % 70 }, () => random.below(256));
    const seed = round % 2 === 0
      ? 0xadc83b19n
      : BigInt(random.nextU32()) << 32n | BigInt(random.nextU32());
    const start = round % 3;
    const item = bytes.subarray(start);
    hash.hash(bytes, start, item.length, Number(seed >> 32n), Number(seed & 0xffffffffn));
    const found = BigInt(hash.high >>> 0) << 32n | BigInt(hash.low >>> 0);
    assertEquals(found, reference64(item, seed));
  }
});

Deno.test("murmur32() is MurmurHash2 of every length", () => {
  const text = new TextEncoder().encode("abcdefghijk");
  const hashes = Array.from({ length: 12 }, (_, length) => murmur32(text, 0, length, 7));
  assertEquals(hashes, hashes.map((_, length) => reference32(text.subarray(0, length), 7)));
  assertEquals(new Set(hashes).size, 12);
});
