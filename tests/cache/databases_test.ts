// Databases in the engine: the same key in each, what an item of another one costs, what is counted,
// flushed and exchanged, and what events say.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  ChangeKind,
  countItems,
  DATABASE_COUNT,
  EventReader,
  hashKey,
  inDatabase,
  KeyBatch,
  Outcome,
  readDatabases,
  readStats,
  storedDatabase,
  swapCount,
  swapCountOf,
  swapDatabasesLocked,
  ValueBuffer,
} from "../../cache/mod.ts";
import { scanBucketsLocked } from "../../cache/scan.ts";
import { TAG_HASH_SHIFT, TAG_MASK } from "../../cache/layout.ts";
import { bytesOf, makeFixture, valueOf } from "./fixture.ts";
import { checkAll, flushShard } from "./model.ts";

const ALL = Array.from({ length: DATABASE_COUNT }, (_, i) => i);

Deno.test("inDatabase() gives a key another tag in each database, and takes it back", () => {
  for (const text of ["", "k", "user:1"]) {
    const bytes = bytesOf(text);
    const hash = hashKey(bytes, 0, bytes.length);
    assertEquals(inDatabase(hash, 0), hash);
    const hashes = ALL.map((database) => inDatabase(hash, database));
    const tags = hashes.map((one) => (one >>> TAG_HASH_SHIFT) & TAG_MASK);
    assertEquals(new Set(tags).size, DATABASE_COUNT);
    for (const database of ALL) assertEquals(inDatabase(hashes[database]!, database), hash);
  }
});

Deno.test("Cache keeps a key in each database by itself, and deletes it there alone", () => {
  const { cache } = makeFixture();
  const key = bytesOf("k");
  const into = new ValueBuffer();
  for (const database of ALL) {
    assertEquals(cache.get(key, into, database), Outcome.miss);
    assertEquals(cache.put(key, valueOf(20 + database, database), { database }), Outcome.stored);
  }
  for (const database of ALL) {
    assertEquals(cache.get(key, into, database), Outcome.hit);
    assertEquals(into.copy(), valueOf(20 + database, database));
  }
  assertEquals(cache.delete(key, 7), Outcome.hit);
  assertEquals(ALL.filter((database) => cache.get(key, into, database) === Outcome.miss), [7]);
  assertEquals(readStats(cache).items, DATABASE_COUNT - 1);
  checkAll(cache);
});

Deno.test("An item of another database takes as much memory as one of database 0", () => {
  const usedBytes = ALL.map((database) => {
    const { cache } = makeFixture();
    // 20 bytes of header, key and value fill an eighth to its last byte; the longest key is another case.
    for (const [keyBytes, valueBytes] of [[12, 20], [2047, 1]] as const) {
      const outcome = cache.put(valueOf(keyBytes), valueOf(valueBytes), { database });
      assertEquals(outcome, Outcome.stored);
    }
    assertEquals(cache.put(valueOf(2048), valueOf(1), { database }), Outcome.tooLarge);
    return readStats(cache).usedBytes;
  });
  assertEquals(new Set(usedBytes).size, 1);
});

Deno.test("readDatabases() counts items, deadlines and their sum as they come, change and go", () => {
  const { cache, clock } = makeFixture();
  const of = (database: number) => readDatabases(cache)[database]!;
  const far = 2 ** 48 - 1;
  for (let i = 0; i < 100; i++) {
    cache.put(bytesOf(`k${i}`), valueOf(5), { database: 3, deadlineMs: clock.nowMs + 1 + i });
  }
  cache.put(bytesOf("k0"), valueOf(900), { database: 3, deadlineMs: far });
  cache.put(bytesOf("k1"), valueOf(5), { database: 3 });
  cache.put(bytesOf("k1"), valueOf(5));
  const sum = 98 * clock.nowMs + 99 * 100 / 2 + 100 - 3 + far;
  assertEquals(of(3), { items: 100, itemsWithDeadline: 99, deadlineSumMs: sum });
  assertEquals(of(0), { items: 1, itemsWithDeadline: 0, deadlineSumMs: 0 });
  assertEquals(countItems(cache, 3), 100);
  checkAll(cache);
  clock.nowMs += 1000;
  for (const { index } of cache.shards) while (!cache.sweep(index, 64));
  assertEquals(of(3), { items: 2, itemsWithDeadline: 1, deadlineSumMs: far });
  checkAll(cache);
});

Deno.test("flushBucketsLocked() removes one database, in any steps, and tells of no single key", () => {
  for (const stride of [1, 100, 1e9]) {
    const { cache, clock } = makeFixture();
    for (let i = 0; i < 500; i++) {
      const deadlineMs = i % 3 === 0 ? clock.nowMs + 1000 : 0;
      cache.put(bytesOf(`k${i}`), valueOf(i % 400), { database: i % 3, deadlineMs });
    }
    const reader = new EventReader(cache.region, 1);
    reader.watchAll();
    for (const shard of cache.shards) flushShard(shard, 1, stride);
    assertEquals(reader.drain(() => {}, 10), 0);
    assertEquals(ALL.map((database) => countItems(cache, database)).slice(0, 4), [167, 0, 166, 0]);
    checkAll(cache);
    for (const shard of cache.shards) flushShard(shard, 0, stride);
    for (const shard of cache.shards) flushShard(shard, 2, stride);
    assertEquals(readStats(cache).usedBytes, 0);
    checkAll(cache);
  }
});

Deno.test("scanBucketsLocked() finds the keys of one database only", () => {
  const { cache } = makeFixture();
  for (let i = 0; i < 300; i++) cache.put(bytesOf(`k${i}`), valueOf(5), { database: i % 2 * 9 });
  for (const database of [0, 9, 4]) {
    const found: string[] = [];
    for (const { memory } of cache.shards) {
      const batch = new KeyBatch();
      scanBucketsLocked(memory, 0, 1e9, batch, 1e9, database);
      for (let i = 0; i < batch.count; i++) {
        const start = batch.starts[i]!;
        const bytes = batch.bytes.slice(start, start + batch.lengths[i]!);
        found.push(new TextDecoder().decode(bytes));
      }
    }
    const wanted = database === 4 ? [] : Array.from({ length: 300 }, (_, i) => i)
      .filter((i) => i % 2 * 9 === database).map((i) => `k${i}`);
    assertEquals(found.sort(), wanted.sort());
  }
});

Deno.test("swapDatabasesLocked() exchanges what numbers mean, and counts that for each", () => {
  const { cache } = makeFixture();
  const { region } = cache;
  assertEquals(ALL.map((number) => storedDatabase(region, number)), ALL);
  const before = swapCount(region);
  swapDatabasesLocked(cache, 0, 5);
  swapDatabasesLocked(cache, 5, 6);
  swapDatabasesLocked(cache, 3, 3);
  assertEquals([0, 5, 6, 7].map((number) => storedDatabase(region, number)), [5, 6, 0, 7]);
  assertEquals([0, 3, 5, 6].map((number) => swapCountOf(region, number)), [1, 0, 2, 1]);
  assertNotEquals(swapCount(region), before);
});

Deno.test("An event names the hash that its key has in database 0, and the database", () => {
  const { cache } = makeFixture();
  const key = bytesOf("k");
  const reader = new EventReader(cache.region, 1);
  const plain = cache.hash(key, 0, 1);
  reader.watch(plain);
  const seen: unknown[] = [];
  for (const database of [0, 15]) {
    cache.put(key, valueOf(3), { database });
    cache.delete(key, database);
  }
  assert(reader.drain((hash, kind, event) => seen.push([hash, kind, event.database]), 10) === 4);
  assertEquals(
    seen,
    [0, 15].flatMap((database) => [
      [plain, ChangeKind.put, database],
      [plain, ChangeKind.deleted, database],
    ]),
  );
});
