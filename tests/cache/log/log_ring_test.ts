import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Cache,
  LogRecords,
  Outcome,
  Region,
  storedDatabase,
  swapDatabasesLocked,
} from "../../../cache/mod.ts";
import { CLEAR_WORDS, SWAP_WORDS } from "../../../cache/log/effect_layout.ts";
import { ACTOR_LOG_INTENT, ACTOR_LOG_PLACE, LOG_TAIL } from "../../../cache/region_layout.ts";
import { besideFilters, bytesOf, databaseTable, put, valueOf } from "../fixture.ts";
import { assertRestored, LoggedCache, restore } from "./fixture.ts";

/** Positions and lengths in words of all records that were read, whole ones. */
function recordsOf(logged: LoggedCache): number[][] {
  const records: number[][] = [];
  const reader = new LogRecords((_words, _bytes, from, to, position) => {
    records.push([position, to - from]);
  });
  for (const { position, bytes } of logged.blocks) reader.block(bytes, position);
  return records;
}

Deno.test("LogRing has one record for all that a locked operation has changed, and none for reads", () => {
  const logged = new LoggedCache(2 ** 20);
  const { cache, log } = logged;
  const hashes = new Int32Array([1, 2, 3]);
  cache.withShards(hashes, 3, { runLocked: () => cache.shards.forEach((it) => it.clearLocked()) });
  put(cache, "a", valueOf(10));
  const { commits } = log;
  cache.delete(bytesOf("b"));
  assertEquals(log.commits, commits);
  cache.delete(bytesOf("a"));
  assertEquals(log.commits, commits + 1);
  logged.drain();
  assertEquals(recordsOf(logged).length, 3);
  assertEquals(log.lastOfThread, log.readPosition);
});

Deno.test("LogRing goes around many times without losing a byte", () => {
  const logged = new LoggedCache(2 ** 20);
  const { cache } = logged;
  for (let i = 0; i < 3000; i++) {
    put(cache, `k${i % 200}`, valueOf((i * 37) % 900, i));
    if (i % 7 === 0) logged.drain();
  }
  logged.drain();
  assert(logged.position > 10 * logged.log.capacityBytes);
  assertRestored(restore(logged, null, 2 ** 20), cache);
});

Deno.test("LogRing writes a record in parts where it is large, and it is whole or absent", () => {
  const logged = new LoggedCache(2 ** 20);
  const { cache, log } = logged;
  put(cache, "small", valueOf(10));
  // More than an eighth of the ring, less than the ring.
  put(cache, "large", valueOf(20_000, 1));
  logged.drain();
  assertEquals(recordsOf(logged).length, 2);
  assertRestored(restore(logged, null, 2 ** 20), cache);
  const whole = logged.blocks.splice(0);
  const bytes = whole.flatMap(({ bytes }) => [...bytes]);
  // Without its last part, it is as if it had never been.
  let end = 0;
  for (let at = 0; at < bytes.length; at = end) {
    const length = 4 * (bytes[at]! | (bytes[at + 1]! << 8) | ((bytes[at + 2]! & 0x3f) << 16));
    if (at + length === bytes.length) break;
    end = at + length;
  }
  logged.blocks.push({ position: 0, bytes: Uint8Array.from(bytes.slice(0, end)) });
  assertEquals(recordsOf(logged).length, 1);
  assertEquals(log.gaps, 0);
});

Deno.test("LogRing has no room when three quarters are in use, and counts what found no space", () => {
  const region = Region.create({ memoryBytes: besideFilters(2 ** 20), logBytes: 4096 });
  const log = region.log!;
  // Main makes the room itself, so it never waits for it.
  const cache = new Cache(region, 0);
  let count = 0;
  for (; log.hasRoom(); count++) put(cache, `k${count}`, valueOf(100));
  assert(count > 15 && count < 30);
  assert(!log.waitForRoom());
  assertEquals(log.gaps, 0);
  for (let i = 0; i < 20; i++) put(cache, `m${i}`, valueOf(100));
  assert(log.gaps > 0);
  const bytes = new Uint8Array(4096);
  assert(log.read(bytes) > 3000);
  assert(log.hasRoom());
  assert(log.waitForRoom());
  assertEquals(log.read(bytes), 0);
});

Deno.test("LogRing.sleep() ends when something is appended", async () => {
  const logged = new LoggedCache(2 ** 20);
  // Who waits for a word keeps no event loop going.
  const timer = setInterval(() => {}, 1000);
  const asleep = logged.log.sleep(60_000);
  put(logged.cache, "a", valueOf(1));
  await asleep;
  // What is there already is not slept over.
  await logged.log.sleep(60_000);
  clearInterval(timer);
  logged.drain();
  assertEquals(recordsOf(logged).length, 1);
});

Deno.test("LogRing tells who waits what is on disk", async () => {
  const { log, cache } = new LoggedCache(2 ** 20);
  put(cache, "a", valueOf(1));
  assert(!log.isFlushed(log.lastOfThread));
  const timer = setInterval(() => {}, 1000);
  const waiting = log.flushedAfter(log.flushed, 60_000);
  log.setFlushed(log.tail);
  await waiting;
  assert(log.isFlushed(log.lastOfThread));
  const failing = log.flushedAfter(log.flushed, 60_000);
  log.state = 1;
  await failing;
  clearInterval(timer);
  assertEquals(log.state, 1);
});

Deno.test("LogRing can be read on after a thread ended in the middle of a record", () => {
  const logged = new LoggedCache(2 ** 20);
  const { cache, log } = logged;
  const { words } = cache.region;
  put(cache, "a", valueOf(1));
  // What actor 1 leaves behind where it ends after it has taken its place, and before it has filled it.
  const block = cache.region.actorWord(1);
  words[block + ACTOR_LOG_INTENT] = -9;
  words[block + ACTOR_LOG_PLACE] = words[LOG_TAIL]!;
  words[LOG_TAIL]! += 9;
  log.noteEnded(1);
  put(cache, "b", valueOf(2));
  logged.drain();
  assertEquals(recordsOf(logged).length, 1);
  const untilMs = performance.now() + 5000;
  while (recordsOf(logged).length < 2 && performance.now() < untilMs) logged.drain();
  assertEquals(recordsOf(logged).length, 2);
  assertRestored(restore(logged, null, 2 ** 20), cache);
});

Deno.test("an operation that throws leaves in the log that its shard was cleared, and what databases mean", () => {
  const logged = new LoggedCache(2 ** 20);
  const { cache } = logged;
  put(cache, "a", valueOf(1));
  const hash = cache.hash(bytesOf("a"), 0, 1);
  const shard = cache.shardOf(hash);
  const work = {
    runLocked() {
      shard.deleteLocked(hash, bytesOf("a"), 0, 1);
      throw new Error("bug");
    },
  };
  assertThrows(() => cache.withShard(hash, work), Error, "bug");
  assertEquals(cache.put(bytesOf("a"), valueOf(2)), Outcome.busy);
  assertEquals(cache.repair(), 1);
  logged.drain();
  assertEquals(recordsOf(logged).map(([, words]) => words), [
    recordsOf(logged)[0]![1]!,
    CLEAR_WORDS + SWAP_WORDS,
  ]);
  assertRestored(restore(logged, null, 2 ** 20), cache);
});

Deno.test("databases that were exchanged by an operation that throws mean the same after a restart", () => {
  const logged = new LoggedCache(2 ** 20);
  const { cache } = logged;
  const work = {
    runLocked() {
      swapDatabasesLocked(cache, 0, 3);
      throw new Error("bug");
    },
  };
  assertThrows(() => cache.withAllShards(work), Error, "bug");
  cache.repair();
  cache.put(bytesOf("a"), valueOf(1), { database: storedDatabase(cache.region, 0) });
  logged.drain();
  const restored = restore(logged, null, 2 ** 20);
  assertEquals(storedDatabase(cache.region, 0), 3);
  assertEquals(databaseTable(restored), databaseTable(cache));
  assertRestored(restored, cache);
});

Deno.test("a region without a log has none, and takes no bytes for it", () => {
  const region = Region.create({ memoryBytes: 2 ** 20 });
  assertEquals(region.log, null);
  assertEquals(region.geometry.logByte, region.geometry.shardsByte);
  const logged = Region.create({ memoryBytes: 2 ** 20, logBytes: 100_000 });
  assertEquals(logged.log!.capacityBytes, 65_536);
  assertEquals(Region.attach(logged.buffer).log!.capacityBytes, 65_536);
});
