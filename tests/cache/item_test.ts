// Items: keys and values over any number of pieces come back as they went in.

import { assertEquals } from "@std/assert";
import { checkShardLocked, Outcome, ValueBuffer } from "../../cache/mod.ts";
import { hashKey } from "../../cache/hash.ts";
import { bytesOf, find, get, makeFixture, put, valueOf } from "./fixture.ts";
import { sequenceOf } from "../../cache/removal.ts";

Deno.test("readValue() returns values of every length around piece boundaries", () => {
  const { cache } = makeFixture();
  for (let length = 0; length <= 1300; length++) {
    put(cache, "key", valueOf(length, length));
    assertEquals(get(cache, "key"), valueOf(length, length));
    put(cache, `key${length % 7}`, valueOf(1300 - length, 3));
    assertEquals(get(cache, `key${length % 7}`), valueOf(1300 - length, 3));
  }
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("readValue() returns values stored in the shortest of pieces", () => {
  const { cache } = makeFixture(256 * 1024);
  // Fill with items of one eighth, then delete every other: only single eighths are free.
  for (let i = 0; i < 6000; i++) put(cache, `q${i}`, valueOf(8));
  for (let i = 0; i < 6000; i += 2) cache.delete(bytesOf(`q${i}`));
  for (let length = 24; length <= 1200; length += 7) {
    put(cache, "large", valueOf(length, length));
    assertEquals(get(cache, "large"), valueOf(length, length));
    cache.delete(bytesOf("large"));
  }
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("keyEquals() tells apart keys of up to 1,024 bytes that differ in any one byte", () => {
  const { cache } = makeFixture(4 * 2 ** 20);
  for (const length of [1, 32, 33, 223, 224, 225, 476, 477, 700, 1024]) {
    const key = "x".repeat(length);
    put(cache, key, valueOf(50, length));
    for (let at = 0; at < length; at += Math.ceil(length / 20)) {
      assertEquals(get(cache, key.slice(0, at) + "y" + key.slice(at + 1)), null);
    }
    assertEquals(get(cache, key), valueOf(50, length));
  }
});

Deno.test("keyEquals() compares the part of a key that lies in further pieces", () => {
  const { cache } = makeFixture();
  const key = bytesOf("a".repeat(900) + "1");
  const other = bytesOf("a".repeat(900) + "2");
  const hash = hashKey(key, 0, key.length);
  cache.put(key, valueOf(10));
  const shard = cache.shardOf(hash);
  assertEquals(shard.peekLocked(hash, other, 0, other.length), 0);
  assertEquals(shard.peekLocked(hash, key, 0, key.length) !== 0, true);
});

Deno.test("readKeyLocked() returns a key that is split over pieces", () => {
  const { cache } = makeFixture();
  const key = Array.from({ length: 1024 }, (_, i) => String.fromCharCode(97 + i % 26)).join("");
  put(cache, key, valueOf(3));
  const { shard, address } = find(cache, key);
  const bytes = new Uint8Array(1030);
  shard.readKeyLocked(address, bytes, 4);
  assertEquals(bytes.subarray(4, 1028), bytesOf(key));
});

Deno.test("putLocked() keeps a split key whole when its item grows, shrinks and moves", () => {
  const { cache } = makeFixture();
  const key = "long".repeat(150);
  for (const length of [0, 900, 10, 400, 1, 3000, 0, 60]) {
    put(cache, key, valueOf(length, length));
    assertEquals(get(cache, key), valueOf(length, length));
  }
});

Deno.test("Cache.put() answers tooLarge and changes nothing", () => {
  const { cache } = makeFixture(256 * 1024);
  put(cache, "key", valueOf(100));
  const before = sequenceOf(find(cache, "key").shard.memory);
  const key = bytesOf("key");
  const largest = cache.maxItemBytes - key.length;
  assertEquals(cache.put(key, new Uint8Array(largest + 1)), Outcome.tooLarge);
  assertEquals(cache.put(bytesOf("k".repeat(2048)), new Uint8Array(1)), Outcome.tooLarge);
  assertEquals(get(cache, "key"), valueOf(100));
  assertEquals(sequenceOf(find(cache, "key").shard.memory), before);
  assertEquals(cache.put(key, valueOf(largest, 5)), Outcome.stored);
  assertEquals(get(cache, "key"), valueOf(largest, 5));
});

Deno.test("ValueBuffer grows to the value and reports version and deadline", () => {
  const { cache, clock } = makeFixture();
  put(cache, "key", valueOf(9000), clock.nowMs + 5000);
  const into = new ValueBuffer();
  assertEquals(cache.get(bytesOf("key"), into), Outcome.hit);
  assertEquals([into.length, into.deadlineMs], [9000, clock.nowMs + 5000]);
  const { shard, address } = find(cache, "key");
  assertEquals(into.version, shard.versionLocked(address));
});
