// What the tests of the engine's parts share: small caches with a clock of their own, keys and
// values, and keys that fall into one window.

import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  DATABASE_COUNT,
  Outcome,
  Region,
  type Shard,
  storedDatabase,
  ValueBuffer,
} from "../../cache/mod.ts";
import { hashKey } from "../../cache/hash.ts";
import { SHARD_LOCK, WINDOW_BUCKETS } from "../../cache/layout.ts";
import { releaseLock, spinForLock } from "../../cache/lock.ts";
import {
  ACTOR_BLOCK_BYTES,
  FILTER_BITS,
  PAGE_BYTES,
  REGION_HEADER_BYTES,
} from "../../cache/region_layout.ts";
import { secondWindowWord, windowWord } from "../../cache/table.ts";

const encoder = new TextEncoder();

/** A cache over a region of its own, and the clock that it goes by. */
export interface Fixture {
  readonly cache: Cache;
  readonly clock: { nowMs: number };
}

/** Bytes of an actor's block when the sizes in these tests were chosen. */
const USUAL_BLOCK_BYTES = 75_072;

/** Bytes of a region that has `memoryBytes` besides the event filters and the server's words of its actors. */
export function besideFilters(memoryBytes: number, actorCount = 2): number {
  const pagesOf = (blockBytes: number) => Math.ceil(actorCount * blockBytes / PAGE_BYTES);
  const more = pagesOf(ACTOR_BLOCK_BYTES) - pagesOf(USUAL_BLOCK_BYTES);
  const headerBytes = REGION_HEADER_BYTES - PAGE_BYTES;
  return memoryBytes + headerBytes + actorCount * FILTER_BITS / 8 + more * PAGE_BYTES;
}

/** A cache of the given size, event filters not counted, whose clock stands still until a test sets it. */
export function makeFixture(memoryBytes = 2 ** 20, averageItemBytes?: number): Fixture {
  const clock = { nowMs: 1_700_000_000_000 };
  const actorCount = 3;
  const region = Region.create({
    memoryBytes: besideFilters(memoryBytes, actorCount),
    averageItemBytes,
    actorCount,
  });
  return { cache: new Cache(region, 0, () => clock.nowMs), clock };
}

/** The UTF-8 bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** `length` bytes that depend on `seed`. */
export function valueOf(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 101 + (i >> 8) * 7) & 0xff);
}

/** Puts, which must work. */
export function put(cache: Cache, key: string, value: Uint8Array, deadlineMs = 0): void {
  assertEquals(cache.put(bytesOf(key), value, { deadlineMs }), Outcome.stored);
}

/** The value of a key, or null. */
export function get(cache: Cache, key: string): Uint8Array | null {
  const into = new ValueBuffer();
  return cache.get(bytesOf(key), into) === Outcome.hit ? into.copy() : null;
}

/** The shard of a key, and the address of its item there or 0; touches nothing. */
export function find(cache: Cache, key: string): { shard: Shard; address: number; hash: number } {
  const bytes = bytesOf(key);
  const hash = hashKey(bytes, 0, bytes.length);
  const shard = cache.shardOf(hash);
  return { shard, address: shard.peekLocked(hash, bytes, 0, bytes.length), hash };
}

/** The stored database of each number that clients use. */
export function databaseTable({ region }: Cache): number[] {
  return Array.from({ length: DATABASE_COUNT }, (_, number) => storedDatabase(region, number));
}

/** Locks the shard of a hash for the actor of `cache`, for as long as a test wants; null if it is held. */
export function holdShard(cache: Cache, hash: number): Shard | null {
  const shard = cache.shardOf(hash);
  return spinForLock(shard.memory.words, SHARD_LOCK, cache.actor + 1) ? shard : null;
}

/** Ends what {@linkcode holdShard} has begun. */
export function letGo(shard: Shard): void {
  releaseLock(shard.memory.words, SHARD_LOCK);
}

/** Keys of which a test names the first few; it has asked for as many. */
export type KeyList = [string, string, string, ...string[]];

/** `count` keys of shard 0, numbered on from `from`. */
export function keysOfShard(cache: Cache, count: number, from = 0): KeyList {
  const keys: string[] = [];
  for (let i = from; keys.length < count; i++) {
    const key = `k${i}`;
    const bytes = bytesOf(key);
    if (cache.shardOf(hashKey(bytes, 0, bytes.length)).index === 0) keys.push(key);
  }
  return keys as KeyList;
}

/** `count` keys of shard 0 that all have the same two windows, which do not overlap. For caches with few buckets. */
export function keysOfWindows(cache: Cache, count: number): KeyList {
  const memory = cache.shards[0]!.memory;
  const byWindows = new Map<number, string[]>();
  for (let i = 0; i < 50_000_000; i++) {
    const key = `w${i}`;
    const bytes = bytesOf(key);
    const hash = hashKey(bytes, 0, bytes.length);
    if (cache.shardOf(hash).index !== 0) continue;
    const [first, second] = [windowWord(memory, hash), secondWindowWord(memory, hash)];
    if (Math.abs(first - second) < WINDOW_BUCKETS) continue;
    const windows = first * 2 ** 20 + second;
    const keys = byWindows.get(windows) ?? [];
    byWindows.set(windows, keys);
    keys.push(key);
    if (keys.length === count) return keys as KeyList;
  }
  assert(false, "no two windows have that many keys");
}
