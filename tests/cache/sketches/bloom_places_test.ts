/**
 * Places and sizes of Bloom filters beside the formulas in BigInt, and beside what RedisBloom says of its own.
 */

import { assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { BloomPlaces } from "../../../cache/sketches/bloom_places.ts";
import { bitsPerItem, bloomBits, hashCount } from "../../../cache/sketches/bloom_size.ts";
import { murmur32 } from "../../../cache/sketches/murmur32.ts";
import { reference64, referencePlaces } from "./reference.ts";

Deno.test("BloomPlaces.next() gives the places of RedisBloom, for filters of every size", () => {
  const random = new Random(2);
  const places = new BloomPlaces();
  for (let round = 0; round < 3000; round++) {
    const item = Uint8Array.from({ length: random.below(40) }, () => random.below(256));
    const bits = 64 * (1 + random.below(2 ** random.below(26)));
    places.hash(item, 0, item.length, true);
    places.begin(bits, 0);
    const found = Array.from({ length: 30 }, () => places.next());
    assertEquals(found, referencePlaces(item, bits, 30));
  }
});

Deno.test("BloomPlaces.next() gives those of old filters: a power of two, or hashes of 32 bits", () => {
  const item = new TextEncoder().encode("an item");
  const places = new BloomPlaces();
  places.hash(item, 0, item.length, true);
  places.begin(2 ** 20, 20);
  assertEquals(Array.from({ length: 20 }, () => places.next()), referencePlaces(item, 2 ** 20, 20));

  places.hash(item, 0, item.length, false);
  const a = murmur32(item, 0, item.length, 0x9747b28c);
  const b = murmur32(item, 0, item.length, a);
  places.begin(1000 * 64, 0);
  const found = Array.from({ length: 9 }, () => places.next());
  assertEquals(found, found.map((_, i) => (a + i * b) % 64_000));
  places.begin(1024, 10);
  assertEquals(places.next(), a % 1024);
  assertEquals(places.next(), (a + b) % 1024);
});

Deno.test("bloomBits() and hashCount() are those of BF.DEBUG in RedisBloom", () => {
  const known: [items: number, rate: number, bits: number, hashes: number][] = [
    [50_000, 0.0005, 791_040, 11],
    [10, 0.005, 128, 8],
    [20, 0.0025, 256, 9],
    [40, 0.00125, 576, 10],
    [80, 0.000625, 1280, 11],
    [1600, 3.125e-05, 34_560, 15],
    [3200, 1.5625e-05, 73_728, 16],
  ];
  for (const [items, rate, bits, hashes] of known) {
    assertEquals([bloomBits(items, rate), hashCount(bitsPerItem(rate))], [bits, hashes]);
  }
});

Deno.test("reference64() is MurmurHash64A: the places above do not rest on a wrong one", () => {
  // In redis-server 7.0 PFADD of "a" raises this register: PFDEBUG DECODE shows it.
  const hash = reference64(new TextEncoder().encode("a"), 0xadc83b19n);
  assertEquals(Number(hash & 0x3fffn), 12_711);
});
