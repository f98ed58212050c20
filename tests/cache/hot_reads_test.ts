// Reads without a lock: what they may read, that a change in between makes them worthless, that whoever changes
// anything says so first, and that threads which race each other never see half of a value or an older one.

import { assert, assertEquals } from "@std/assert";
import { Cache, flushBucketsLocked, NOT_READ, Outcome, Region } from "../../cache/mod.ts";
import { SHARD_CHANGES, SHARD_HEADER_BYTES, SHARD_LOCK } from "../../cache/layout.ts";
import { ACTOR_READS } from "../../cache/region_layout.ts";
import {
  besideFilters,
  bytesOf,
  type Fixture,
  get,
  holdShard,
  keysOfShard,
  letGo,
  makeFixture,
  put,
  valueOf,
} from "./fixture.ts";
import { type RaceOptions, type RaceResult } from "./hot_worker.ts";
import { checkAll } from "./model.ts";

/** Reads a key without the lock: its value, or null. */
function readHot(cache: Cache, key: string): Uint8Array | null {
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  const length = cache.readHot(hash, bytes, 0, bytes.length);
  return length === NOT_READ ? null : cache.hotReads.value.slice(0, length);
}

/** Raises the reference count of a key to its highest. */
function warm(cache: Cache, key: string): void {
  for (let i = 0; i < 3; i++) assert(get(cache, key) !== null);
}

Deno.test("Cache.readHot() reads whole items of one piece that are often asked for, and nothing else", () => {
  const { cache, clock } = makeFixture();
  const other = new Cache(cache.region, 1, cache.now);
  const [key, second] = keysOfShard(cache, 2);
  assertEquals(readHot(cache, key), null, "is not there");
  put(cache, key, valueOf(60));
  assertEquals(readHot(cache, key), null, "its count has to be raised");
  warm(cache, key);
  const hits = cache.region.counter(0, "hits");
  assertEquals(readHot(cache, key), valueOf(60));
  cache.hotReads.countHit();
  assertEquals(cache.region.counter(0, "hits"), hits + 1);
  for (const length of [0, 1, 39, 40, 41, 180]) {
    put(cache, key, valueOf(length, 2));
    assertEquals(readHot(cache, key), valueOf(length, 2), `${length} bytes`);
  }
  put(cache, key, valueOf(300));
  assertEquals(readHot(cache, key), null, "has two pieces");
  put(cache, key, valueOf(7), clock.nowMs + 10);
  assertEquals(readHot(cache, key), valueOf(7));
  put(cache, second, valueOf(8));
  warm(cache, second);
  assertEquals([readHot(cache, key), readHot(cache, second)], [valueOf(7), valueOf(8)]);
  const held = holdShard(other, 0)!;
  assertEquals(readHot(cache, second), null, "somebody has the lock");
  letGo(held);
  clock.nowMs += 10;
  assertEquals([readHot(cache, key), readHot(cache, second)], [null, valueOf(8)]);
  cache.shards[0]!.clearLocked();
  assertEquals(readHot(cache, second), null, "was flushed");
  put(cache, second, valueOf(9));
  warm(cache, second);
  cache.delete(bytesOf(second));
  assertEquals(readHot(cache, second), null, "was deleted");
});

Deno.test("freshenLocked() marks the shard: a bucket that was stale may have been read before", () => {
  const { cache } = makeFixture();
  const [key, other] = keysOfShard(cache, 2);
  put(cache, key, valueOf(60));
  warm(cache, key);
  assertEquals(readHot(cache, key), valueOf(60));
  const { memory } = cache.shards[0]!;
  cache.withShard(0, { runLocked: () => cache.shards[0]!.clearLocked() });
  const flushed = memory.words[SHARD_CHANGES]!;
  assertEquals(get(cache, other), null);
  assert(memory.words[SHARD_CHANGES]! !== flushed, "a lookup has cleared stale buckets unseen");
  const fresh = memory.words[SHARD_CHANGES]!;
  assertEquals(get(cache, other), null);
  assertEquals(memory.words[SHARD_CHANGES], fresh, "a lookup marks without a change");
});

/** What may happen to a shard: how it is prepared, and the change. Its items are those of the first keys. */
interface Change {
  readonly what: string;
  readonly change: (fixture: Fixture, keys: readonly string[]) => unknown;
}

const CHANGES: readonly Change[] = [
  { what: "the same size", change: ({ cache }, [key]) => put(cache, key!, valueOf(60, 5)) },
  { what: "a longer value", change: ({ cache }, [key]) => put(cache, key!, valueOf(900)) },
  { what: "a shorter value", change: ({ cache }, [key]) => put(cache, key!, valueOf(1)) },
  { what: "a deadline", change: ({ cache }, [key]) => put(cache, key!, valueOf(60), 2 ** 42) },
  { what: "another key", change: ({ cache }, [, second]) => put(cache, second!, valueOf(1)) },
  { what: "a new key", change: ({ cache }, keys) => put(cache, keys.at(-1)!, valueOf(1)) },
  { what: "a delete", change: ({ cache }, [, key]) => cache.delete(bytesOf(key!)) },
  {
    what: "an expiry",
    change: ({ cache, clock }, [, , key]) => (clock.nowMs += 1000, get(cache, key!)),
  },
  {
    what: "a sweep",
    change: ({ cache, clock }) => {
      clock.nowMs += 5000;
      while (!cache.sweep(0, 500));
    },
  },
  {
    what: "a new deadline",
    change: ({ cache }, [key]) => {
      const bytes = bytesOf(key!);
      const hash = cache.hash(bytes, 0, bytes.length);
      const shard = cache.shardOf(hash);
      cache.withShard(hash, {
        runLocked: () =>
          shard.setDeadlineLocked(shard.peekLocked(hash, bytes, 0, bytes.length), 2 ** 42),
      });
    },
  },
  {
    what: "a flush",
    change: ({ cache }) => cache.withShard(0, { runLocked: () => cache.shards[0]!.clearLocked() }),
  },
  {
    what: "a flush of one database",
    change: ({ cache }) =>
      cache.withShard(0, { runLocked: () => flushBucketsLocked(cache.shards[0]!, 3, 0, 1e6) }),
  },
  {
    what: "evictions",
    change: ({ cache }, keys) => {
      for (const key of keys.slice(-900)) put(cache, key, valueOf(200));
    },
  },
];

/** A cache of which the first keys are in shard 0, one that will expire and one of another database. */
function prepared(): { fixture: Fixture; keys: string[] } {
  const fixture = makeFixture();
  const { cache, clock } = fixture;
  const keys = keysOfShard(cache, 1000);
  for (const key of keys.slice(0, 50)) put(cache, key, valueOf(60));
  put(cache, keys[2]!, valueOf(60), clock.nowMs + 500);
  for (let i = 0; i < 50; i++) cache.put(bytesOf(`third:${i}`), valueOf(1), { database: 3 });
  warm(cache, keys[0]!);
  return { fixture, keys };
}

for (const { what, change } of CHANGES) {
  Deno.test(`a read without the lock counts for nothing where it meets ${what}`, () => {
    const { fixture, keys } = prepared();
    const reader = new Cache(fixture.cache.region, 1, fixture.cache.now);
    assertEquals(readHot(reader, keys[0]!), valueOf(60));
    const { add } = Atomics;
    const { region } = reader;
    let met = 0;
    // It counts up its own word when it has copied: just then the change comes.
    Atomics.add = ((words: Int32Array, at: number, by: number) => {
      if (words === region.words && at === region.actorWord(1) + ACTOR_READS && met++ === 0) {
        change(fixture, keys);
      }
      return add(words, at, by);
    }) as typeof add;
    try {
      assertEquals(readHot(reader, keys[0]!), null);
    } finally {
      Atomics.add = add;
    }
    assertEquals(met, 1);
  });

  Deno.test(`${what} marks the shard before anything of it is written`, () => {
    const { fixture, keys } = prepared();
    const { memory } = fixture.cache.shards[0]!;
    assertEquals(readHot(fixture.cache, keys[0]!), valueOf(60));
    // Counts and places in rings may change before: they are in the first word of an item, and in the header.
    const { mapByte, bucketsWord, ghostWord } = memory.geometry;
    const index = () => [
      memory.words.slice(1, SHARD_CHANGES),
      memory.bytes.slice(SHARD_HEADER_BYTES, mapByte),
      memory.bytes.slice(mapByte, 4 * bucketsWord),
      memory.words.slice(bucketsWord, ghostWord),
    ];
    const slab = () => memory.bytes.slice(32 * memory.geometry.slabAddress);
    const before = [...index(), slab()];
    const { store } = Atomics;
    let atMark: typeof before | undefined;
    Atomics.store = ((words: Int32Array, at: number, value: number) => {
      if (words === memory.words && at === SHARD_CHANGES) {
        assert(Atomics.load(words, SHARD_LOCK) !== 0, "has the lock");
        atMark ??= [...index(), slab()];
      }
      return store(words, at, value);
    }) as typeof store;
    try {
      change(fixture, keys);
    } finally {
      Atomics.store = store;
    }
    assertEquals(atMark, before);
    checkAll(fixture.cache);
  });
}

Deno.test("a read without the lock is not disturbed by others that read", () => {
  const { fixture: { cache }, keys } = prepared();
  const reader = new Cache(cache.region, 1, cache.now);
  assertEquals(readHot(reader, keys[0]!), valueOf(60));
  const { add } = Atomics;
  Atomics.add = ((words: Int32Array, at: number, by: number) => {
    Atomics.add = add;
    get(cache, keys[1]!);
    return add(words, at, by);
  }) as typeof add;
  assertEquals(readHot(reader, keys[0]!), valueOf(60));
});

Deno.test("HotReads.isHot() follows how often a lock was found taken, and gives up what cannot be read", () => {
  const { cache } = makeFixture();
  const { hotReads } = cache;
  const [key] = keysOfShard(cache, 1);
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  const heat = (times: number, one = hash) => {
    for (let i = 0; i < times; i++) hotReads.noteTaken(one);
    return hotReads.isHot(hash);
  };
  assertEquals([heat(0), heat(7), heat(1)], [false, false, true]);
  assertEquals(heat(7, hash + 64), true, "another key in its place cools it");
  assertEquals(heat(1, hash + 64), false);
  assertEquals(heat(8), true);
  assertEquals(readHot(cache, key), null);
  assertEquals(hotReads.isHot(hash), false, "is not there");
  put(cache, key, valueOf(5));
  warm(cache, key);
  assertEquals(heat(8), true);
  assertEquals(readHot(cache, key), valueOf(5));
  const held = holdShard(new Cache(cache.region, 1), hash)!;
  for (let i = 0; i < 31; i++) {
    assertEquals([readHot(cache, key), hotReads.isHot(hash)], [null, true]);
  }
  assertEquals([readHot(cache, key), hotReads.isHot(hash)], [null, false]);
  letGo(held);
  assertEquals([hotReads.noteTaken(0), hotReads.isHot(0)], [undefined, false]);
});

Deno.test("Cache.withShard() notes whose lock it has found taken", () => {
  const { cache: { region } } = makeFixture();
  const cache = new Cache(region, 1, Date.now, () => new Promise(() => {}));
  const key = bytesOf("key");
  const hash = cache.hash(key, 0, key.length);
  const held = holdShard(new Cache(region, 2), hash)!;
  for (let i = 0; i < 8; i++) {
    assertEquals(cache.hotReads.isHot(hash), false);
    assertEquals(cache.put(key, valueOf(1)), Outcome.busy);
  }
  assertEquals(cache.hotReads.isHot(hash), true);
  letGo(held);
});

Deno.test("threads that read without locks see whole values, and never an older one after a newer", async () => {
  const actorCount = 4;
  const region = Region.create({ memoryBytes: besideFilters(512 * 1024, actorCount), actorCount });
  const url = new URL("./hot_worker.ts", import.meta.url);
  const threads = [1, 2, 3].map((actor) => {
    const worker = new Worker(url, { type: "module" });
    const result = new Promise<RaceResult>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    const options: RaceOptions = { buffer: region.buffer, actor, writes: 300_000 };
    worker.postMessage(options);
    return { result, end: () => worker.terminate() };
  });
  try {
    const results = await Promise.all(threads.map(({ result }) => result));
    assertEquals(results.map(({ wrong }) => wrong), [0, 0, 0]);
    assert(results[1]!.unlocked + results[2]!.unlocked > 1000, JSON.stringify(results));
    checkAll(new Cache(region, 0));
  } finally {
    for (const thread of threads) thread.end();
  }
});
