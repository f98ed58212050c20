import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { ByteView, ItemType, NOT_READ, Opening, readStats } from "../../../cache/mod.ts";
import { bytesOf, get, makeFixture, put, valueOf } from "../fixture.ts";
import { checkAll } from "../model.ts";
import { change, withView } from "./opened.ts";

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
