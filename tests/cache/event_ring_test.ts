// Events between threads: what is watched arrives, in order, and lost events are owned up to.

import { assert, assertEquals } from "@std/assert";
import { Cache, ChangeKind, EventReader, Region } from "../../cache/mod.ts";
import { publishChange } from "../../cache/event_ring.ts";
import { EVENT_KEY_BYTES, REGION_WATCHERS, RING_ENTRIES } from "../../cache/region_layout.ts";
import { bytesOf, valueOf } from "./fixture.ts";

function setUp() {
  const region = Region.create({ memoryBytes: 2 ** 20, actorCount: 3 });
  const clock = { nowMs: 1_000_000 };
  const cache = new Cache(region, 0, () => clock.nowMs);
  const reader = new EventReader(region, 1);
  const events: [number, ChangeKind][] = [];
  const drain = () => {
    events.length = 0;
    const isComplete = !reader.takeOverflow();
    reader.drain((hash, kind) => events.push([hash, kind]), RING_ENTRIES);
    return isComplete;
  };
  const hashOf = (key: string) => cache.hash(bytesOf(key), 0, key.length);
  return { region, clock, cache, reader, events, drain, hashOf };
}

Deno.test("EventReader gets the changes of a watched key in their order", () => {
  const { cache, clock, reader, events, drain, hashOf } = setUp();
  const hash = hashOf("key");
  reader.watch(hash);
  cache.put(bytesOf("key"), valueOf(1));
  cache.delete(bytesOf("key"));
  cache.put(bytesOf("key"), valueOf(1), { deadlineMs: clock.nowMs + 1 });
  clock.nowMs += 1;
  cache.sweep(hash & 7, 1e6);
  while (!cache.sweep(hash & 7, 1e6));
  assertEquals(drain(), true);
  const { put, deleted, expired } = ChangeKind;
  assertEquals(events, [[hash, put], [hash, deleted], [hash, put], [hash, expired]]);
  assertEquals(drain(), true);
  assertEquals(events, []);
});

Deno.test("EventReader gets nothing that it does not watch, and nothing after unwatch()", () => {
  const { region, cache, reader, events, drain, hashOf } = setUp();
  reader.watch(hashOf("key"));
  reader.watch(hashOf("key"));
  cache.put(bytesOf("other"), valueOf(1));
  drain();
  assertEquals(events, []);
  reader.unwatch(hashOf("key"));
  cache.put(bytesOf("key"), valueOf(1));
  drain();
  assertEquals(events.length, 1);
  reader.unwatch(hashOf("key"));
  reader.unwatch(hashOf("key"));
  cache.put(bytesOf("key"), valueOf(1));
  drain();
  assertEquals(events, []);
  assertEquals(region.words[REGION_WATCHERS], 0);
});

Deno.test("EventReader.takeOverflow() says once that the ring has lost events", () => {
  const { region, reader, events, drain } = setUp();
  reader.watch(5);
  for (let i = 0; i < RING_ENTRIES + 3; i++) publishChange(region, 5, ChangeKind.put);
  assertEquals(drain(), false);
  assertEquals(events.length, RING_ENTRIES);
  publishChange(region, 5, ChangeKind.put);
  assertEquals(drain(), true);
  assertEquals(events.length, 1);
});

Deno.test("EventReader.drain() hands out no more than it is asked for, and skip() forgets the rest", () => {
  const { region, reader } = setUp();
  reader.watch(5);
  for (let i = 0; i < 10; i++) publishChange(region, 5, ChangeKind.put);
  assertEquals(reader.drain(() => {}, 4), 4);
  reader.skip();
  assertEquals(reader.drain(() => {}, 4), 0);
  // The ring goes on after a skip, whatever its place.
  for (let i = 0; i < 3 * RING_ENTRIES; i++) {
    publishChange(region, 5, ChangeKind.put);
    if (i % 7 === 0) reader.skip();
  }
  reader.skip();
  publishChange(region, 5, ChangeKind.put);
  assertEquals(reader.drain(() => {}, 4), 1);
  assertEquals(reader.takeOverflow(), false);
});

Deno.test("EventReader.watchAll() gets every change, with the key, its length and who changed it", () => {
  const { region, cache, reader } = setUp();
  const long = "x".repeat(EVENT_KEY_BYTES + 1);
  const seen: [string, number, number][] = [];
  const take = () => {
    reader.drain((_hash, _kind, { key, keyBytes, changedBy }) => {
      seen.push([new TextDecoder().decode(key), keyBytes, changedBy]);
    }, RING_ENTRIES);
    return !reader.takeOverflow();
  };
  reader.watchAll();
  cache.put(bytesOf("key"), valueOf(1));
  region.changedBy = 7;
  cache.delete(bytesOf("key"));
  region.changedBy = 0;
  cache.put(bytesOf(long), valueOf(1));
  assertEquals(take(), true);
  assertEquals(seen, [["key", 3, 0], ["key", 3, 7], [long.slice(1), long.length, 0]]);
  reader.unwatchAll();
  cache.put(bytesOf("key"), valueOf(1));
  take();
  assertEquals(seen.length, 3);
  assertEquals(region.words[REGION_WATCHERS], 0);
});

Deno.test("EventReader.takeOverflow() says once that a shard was repaired", () => {
  const { cache, reader, drain } = setUp();
  reader.watch(5);
  assert(cache.withShard(0, { runLocked: () => cache.shards[0]!.repairLocked() }));
  assertEquals(drain(), false);
  assertEquals(drain(), true);
});

Deno.test("EventReader ends what an earlier one of its actor has watched", () => {
  const { region, reader } = setUp();
  reader.watch(5);
  reader.watchAll();
  const next = new EventReader(region, 1);
  assertEquals(region.words[REGION_WATCHERS], 0);
  publishChange(region, 5, ChangeKind.put);
  assertEquals(next.drain(() => assert(false), 1), 0);
  assertEquals(next.takeOverflow(), false);
});

Deno.test("EventReader.changed() resolves on the next event, and at once if one has come", async () => {
  const { region, reader } = setUp();
  reader.watch(5);
  const before = reader.signal();
  const woken = reader.changed(before, 60_000);
  publishChange(region, 5, ChangeKind.put);
  await woken;
  assert(reader.signal() !== before);
  await reader.changed(before, 60_000);
});

Deno.test("EventReader gets every event of two threads, each thread's in order", async () => {
  const { region, reader } = setUp();
  const bit = 77;
  const count = 20_000;
  reader.watchAll();
  const url = new URL("./event_worker.ts", import.meta.url);
  const workers = [0, 1].map(() => new Worker(url, { type: "module" }));
  const last = [-1, -1];
  let seen = 0;
  let lost = false;
  const take = (hash: number) => {
    const producer = hash >>> 28;
    const number = (hash >>> 11) & 0x1ffff;
    assertEquals(hash & 2047, bit);
    assert(number > last[producer]!, `event ${number} of ${producer} after ${last[producer]}`);
    last[producer] = number;
    seen++;
  };
  try {
    let running = workers.length;
    for (const [producer, worker] of workers.entries()) {
      worker.onmessage = () => running--;
      worker.postMessage({ buffer: region.buffer, producer, count, bit });
    }
    while (running > 0) {
      const signal = reader.signal();
      if (reader.takeOverflow()) lost = true;
      reader.drain(take, Infinity);
      await reader.changed(signal, 20);
    }
    if (reader.takeOverflow()) lost = true;
    reader.drain(take, Infinity);
    assert(lost || seen === 2 * count, `${seen} events, and none was reported lost`);
    assert(seen >= RING_ENTRIES);
  } finally {
    for (const worker of workers) worker.terminate();
  }
});
