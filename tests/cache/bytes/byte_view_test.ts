import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import {
  ByteView,
  type Cache,
  ItemType,
  NOT_READ,
  Opening,
  readStats,
} from "../../../cache/mod.ts";
import { bytesOf, get, makeFixture, put, valueOf } from "../fixture.ts";
import { assertRestored, LoggedCache, restore, takeSnapshot } from "../log/fixture.ts";
import { checkAll } from "../model.ts";

/** Runs `use` with a view that is open on a key, under its lock. */
function withView(
  cache: Cache,
  view: ByteView,
  key: string,
  use: (opening: Opening) => void,
  type: ItemType = ItemType.string,
): void {
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  const shard = cache.shardOf(hash);
  cache.withShard(hash, {
    runLocked: () => use(view.open(shard, 0, hash, bytes, 0, bytes.length, type, false)),
  });
}

/** One change of a value, carried out on the view and on a model of it. Returns the model. */
function change(
  view: ByteView,
  model: Uint8Array,
  random: Random,
  maxBytes: number,
): Uint8Array {
  const grown = (length: number) => {
    const more = new Uint8Array(Math.max(length, model.length));
    more.set(model);
    return more;
  };
  let next = model;
  const roll = random.below(10);
  if (roll < 4) {
    const bytes = valueOf(1 + random.below(random.below(8) === 0 ? 3000 : 40), random.below(1000));
    const from = random.below(random.below(4) === 0 ? maxBytes : model.length + 1);
    if (view.write(from, bytes, 0, bytes.length)) {
      next = grown(from + bytes.length);
      next.set(bytes, from);
    }
  } else if (roll < 8) {
    const index = random.below(random.below(6) === 0 ? maxBytes : model.length + 1);
    const byte = random.below(256);
    if (view.setByte(index, byte)) {
      next = grown(index + 1);
      next[index] = byte;
    }
  } else if (roll < 9) {
    const length = random.below(model.length + 1);
    assert(view.setLength(length));
    next = model.slice(0, length);
  } else {
    const length = random.below(maxBytes);
    if (view.setLength(length)) {
      next = length > model.length ? grown(length) : model.slice(0, length);
    }
  }
  assertEquals(view.length, next.length);
  return next;
}

function assertReads(view: ByteView, model: Uint8Array, random: Random): void {
  for (let i = 0; i < 5; i++) {
    const index = random.below(model.length + 10);
    assertEquals(view.byteAt(index), model[index] ?? 0);
  }
  const from = random.below(model.length + 1);
  const length = random.below(model.length - from + 1);
  const to = new Uint8Array(length + 3);
  view.read(from, length, to, 2);
  assertEquals(to.subarray(2, 2 + length), model.subarray(from, from + length));
}

Deno.test("ByteView reads what was written, in its item and in slots, and breaks no invariant", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const { cache } = makeFixture(4 * 2 ** 20);
    const random = new Random(seed);
    const view = new ByteView();
    const models = new Map<string, Uint8Array>();
    for (let step = 0; step < 1500; step++) {
      const number = random.below(6);
      const key = number === 5 ? "long:".padEnd(400, "k") : `key:${number}`;
      const maxBytes = [30, 400, 5000, 20_000, 60_000, 30_000][number]!;
      if (random.below(30) === 0) {
        const value = valueOf(random.below(maxBytes), step);
        put(cache, key, value);
        models.set(key, value);
      } else if (random.below(60) === 0) {
        cache.delete(bytesOf(key));
        models.delete(key);
      } else {
        withView(cache, view, key, (opening) => {
          let model = models.get(key) ?? new Uint8Array();
          assertEquals(opening, models.has(key) ? Opening.found : Opening.absent);
          assertEquals(view.length, model.length);
          const before = model;
          for (let i = random.below(4); i >= 0; i--) {
            model = change(view, model, random, maxBytes);
            assertReads(view, model, random);
          }
          view.close();
          if (model !== before) models.set(key, model);
        });
      }
      if (models.has(key)) assertEquals(get(cache, key), models.get(key)!);
      if (step % 10 === 0) checkAll(cache);
    }
    assertEquals(readStats(cache).evictions, 0);
    for (const key of models.keys()) cache.delete(bytesOf(key));
    checkAll(cache);
  }
});

Deno.test("ByteView evicts others for its slots, and takes half a shard at most", () => {
  const { cache } = makeFixture(2 ** 20);
  for (let i = 0; i < 3000; i++) put(cache, `other:${i}`, valueOf(300, i));
  const view = new ByteView();
  const half = cache.shards[0]!.memory.geometry.slotCount * 256 / 2;
  withView(cache, view, "grown", () => {
    let length = 0;
    while (view.write(length, valueOf(1000, length), 0, 1000)) length += 1000;
    view.close();
    assert(length > 0.9 * half && length < half, `${length} of ${half}`);
  });
  checkAll(cache);
  const value = get(cache, "grown")!;
  for (let at = 0; at < value.length; at += 1000) {
    assertEquals(value.subarray(at, at + 1000), valueOf(1000, at));
  }
  for (let i = 0; i < 3000; i++) put(cache, `more:${i}`, valueOf(300, i));
  checkAll(cache);
});

Deno.test("ByteView finds a value of another type, and begins a new one without its deadline", () => {
  const { cache, clock } = makeFixture();
  const view = new ByteView();
  put(cache, "k", valueOf(10), clock.nowMs + 1000);
  withView(cache, view, "k", (opening) => assertEquals(opening, Opening.wrongType), ItemType.bloom);
  const key = bytesOf("k");
  const hash = cache.hash(key, 0, 1);
  const shard = cache.shardOf(hash);
  for (const length of [0, 20, 9000]) {
    put(cache, "k", valueOf(10), clock.nowMs + 1000);
    cache.withShard(hash, {
      runLocked: () => {
        view.openEmpty(shard, 0, hash, key, 0, 1, ItemType.cms);
        assert(view.write(0, valueOf(length), 0, length));
        view.close();
        const address = shard.peekLocked(hash, key, 0, 1);
        assertEquals(shard.deadlineLocked(address), 0);
        assertEquals(shard.typeLocked(address), ItemType.cms);
      },
    });
    assertEquals(get(cache, "k"), valueOf(length));
    checkAll(cache);
  }
});

Deno.test("ByteView gives a changed item a new version and keeps its deadline", () => {
  const { cache, clock } = makeFixture();
  const view = new ByteView();
  for (const length of [10, 1000, 9000]) {
    put(cache, "k", valueOf(length), clock.nowMs + 1000);
    for (let i = 0; i < 3; i++) {
      const key = bytesOf("k");
      withView(cache, view, "k", () => {
        const hash = cache.hash(key, 0, 1);
        const shard = cache.shardOf(hash);
        const before = shard.versionLocked(shard.peekLocked(hash, key, 0, 1));
        view.setByte(5 + i, 1);
        view.close();
        const address = shard.peekLocked(hash, key, 0, 1);
        assertEquals(shard.deadlineLocked(address), clock.nowMs + 1000);
        assert(shard.versionLocked(address) > before);
      });
    }
  }
  clock.nowMs += 1000;
  assertEquals(get(cache, "k"), null);
  checkAll(cache);
});

const LOG_MEMORY = 2 * 2 ** 20;

/** Changes some value of a few, some of which are long. */
function changeSome(logged: LoggedCache, view: ByteView, random: Random): void {
  const { cache, clock } = logged;
  const number = random.below(40);
  const key = `key:${number}`;
  const maxBytes = number < 30 ? 300 : 2000 * (number - 28);
  const roll = random.below(30);
  if (roll === 0) put(cache, key, valueOf(random.below(maxBytes), random.below(1000)));
  else if (roll === 1) cache.delete(bytesOf(key));
  else {
    withView(cache, view, key, () => {
      let model = new Uint8Array(view.length);
      view.read(0, view.length, model, 0);
      for (let i = random.below(3); i >= 0; i--) {
        model = change(view, model, random, maxBytes).slice();
      }
      view.close();
    });
    if (roll === 2) {
      const bytes = bytesOf(key);
      const hash = cache.hash(bytes, 0, bytes.length);
      const shard = cache.shardOf(hash);
      cache.withShard(hash, {
        runLocked: () => {
          const address = shard.peekLocked(hash, bytes, 0, bytes.length);
          if (address !== 0) shard.setDeadlineLocked(address, clock.nowMs + 1_000_000);
        },
      });
    }
  }
  logged.drain();
}

Deno.test("Changes of byte views come back from the log alone", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const logged = new LoggedCache(LOG_MEMORY);
    const random = new Random(seed);
    const view = new ByteView();
    for (let i = 0; i < 3000; i++) changeSome(logged, view, random);
    const restored = restore(logged, null, LOG_MEMORY);
    checkAll(restored);
    assertRestored(restored, logged.cache);
  }
});

Deno.test("Changes of byte views come back from a snapshot made under them, and the log behind it", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const logged = new LoggedCache(LOG_MEMORY);
    const random = new Random(seed);
    const view = new ByteView();
    for (let i = 0; i < 1500; i++) changeSome(logged, view, random);
    const before = logged.position;
    const snapshot = takeSnapshot(logged, () => {
      for (let i = 0; i < 100; i++) changeSome(logged, view, random);
    });
    for (let i = 0; i < 500; i++) changeSome(logged, view, random);
    logged.blocks.splice(0, logged.blocks.findIndex(({ position }) => position >= before));
    const restored = restore(logged, snapshot, LOG_MEMORY);
    checkAll(restored);
    assertRestored(restored, logged.cache);
  }
});

Deno.test("HotReads leaves a value in slots to those who have the lock", () => {
  const { cache } = makeFixture();
  const view = new ByteView();
  put(cache, "k", valueOf(10));
  const key = bytesOf("k");
  const hash = cache.hash(key, 0, 1);
  for (let i = 0; i < 5; i++) get(cache, "k");
  assertEquals(cache.readHot(hash, key, 0, 1), 10);
  withView(cache, view, "k", () => {
    view.write(5000, valueOf(10), 0, 10);
    view.close();
  });
  for (let i = 0; i < 5; i++) get(cache, "k");
  assertEquals(cache.readHot(hash, key, 0, 1), NOT_READ);
  assertEquals(get(cache, "k")!.length, 5010);
});

Deno.test("Changes of byte views come back into smaller and larger shards, whole or not at all", () => {
  const logged = new LoggedCache(LOG_MEMORY);
  const random = new Random(9);
  const view = new ByteView();
  for (let i = 0; i < 2000; i++) changeSome(logged, view, random);
  for (const memoryBytes of [LOG_MEMORY / 4, 4 * LOG_MEMORY]) {
    const restored = restore(logged, null, memoryBytes);
    checkAll(restored);
    let found = 0;
    for (let number = 0; number < 40; number++) {
      const value = get(restored, `key:${number}`);
      if (value !== null) assertEquals(value, get(logged.cache, `key:${number}`)!);
      found += value === null ? 0 : 1;
    }
    assert(found > (memoryBytes > LOG_MEMORY ? 35 : 20), `${found} of 40`);
  }
});
