// Loading a snapshot and the log behind it: into the same region, into smaller and larger ones, by one and
// by several loaders, and what becomes of damage and of loaders that fail.

import { assert, assertEquals } from "@std/assert";
import { Outcome, readStats, swapDatabasesLocked, ValueBuffer } from "../../../../cache/mod.ts";
import { Random } from "../../../../bench/workload.ts";
import { assertRestored, contentsOf, LoggedCache } from "../../../cache/log/fixture.ts";
import { bytesOf, valueOf } from "../../../cache/fixture.ts";
import { checkAll } from "../../../cache/model.ts";
import { withDir } from "../fixture.ts";
import { emptyCache, loadingOf, planOf, writeLog, writeSnapshot } from "./fixture.ts";

const MEMORY_BYTES = 2 ** 20;

/** Random changes of `keys` keys. */
function changes(logged: LoggedCache, random: Random, count: number, keys = 3000): void {
  const { cache, clock } = logged;
  for (let i = 0; i < count; i++) {
    const key = bytesOf(`key:${random.below(keys)}`);
    const roll = random.below(100);
    if (roll < 15) cache.delete(key);
    else if (roll < 16) {
      cache.withAllShards({ runLocked: () => swapDatabasesLocked(cache, 0, 1 + random.below(3)) });
    } else {
      const deadlineMs = roll < 30 ? clock.nowMs + 1 + random.below(100_000) : 0;
      const value = valueOf(random.below(400), random.below(1000));
      cache.put(key, value, { deadlineMs, database: random.below(2) });
    }
    logged.drain();
  }
}

/** Files of a cache: a snapshot made under changes, and two logs. */
async function filesOf(dir: string, seed: number, memoryBytes = MEMORY_BYTES) {
  const logged = new LoggedCache(memoryBytes);
  const random = new Random(seed);
  changes(logged, random, 4000);
  logged.blocks.length = 0;
  const snapshot = await writeSnapshot(dir, logged, () => changes(logged, random, 50));
  changes(logged, random, 500);
  const first = await writeLog(dir, logged);
  const position = parseInt(/log-([0-9a-f]+)/.exec(first)![1]!, 16);
  changes(logged, random, 500);
  const second = await writeLog(dir, logged, position);
  return { logged, snapshot, logs: [first, second] };
}

Deno.test("Loading brings back snapshot and logs, by any number of loaders", async () => {
  for (const loaders of [1, 2, 3]) {
    await withDir(async (dir) => {
      const { logged, snapshot, logs } = await filesOf(dir, loaders);
      const cache = emptyCache(MEMORY_BYTES, () => logged.clock.nowMs);
      const loading = loadingOf(cache, await planOf(snapshot, logs), { loaders });
      const result = await loading.run();
      // Neither reads nor writes of clients have happened.
      for (const name of ["puts", "hits", "misses", "deletes"] as const) {
        assertEquals(cache.region.total(name), 0);
      }
      checkAll(cache);
      assertRestored(cache, logged.cache);
      const { items } = readStats(cache);
      assertEquals(result.items, items);
      assertEquals([result.evicted, result.damage.count, result.tornBytes], [0, 0, 0]);
      assertEquals(result.endPosition, logged.position);
      const { bytes, totalBytes } = loading.progress();
      assertEquals(loading.progress().items, items);
      // What stands before the first section and behind the last one is main's to read.
      assert(bytes <= totalBytes && bytes > 0.9 * totalBytes, `${bytes} of ${totalBytes}`);
    });
  }
});

Deno.test("Loading raises all versions above those that clients may have seen", async () => {
  await withDir(async (dir) => {
    const { logged, snapshot, logs } = await filesOf(dir, 11);
    const cache = emptyCache(MEMORY_BYTES, () => logged.clock.nowMs);
    await loadingOf(cache, await planOf(snapshot, logs)).run();
    const value = new ValueBuffer();
    for (const key of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      cache.put(bytesOf(key), bytesOf("v"));
      assertEquals(cache.get(bytesOf(key), value), Outcome.hit);
      assert(value.version > 2 ** 20, String(value.version));
    }
  });
});

Deno.test("Loading brings back nothing that has expired, unless it was given more time", async () => {
  await withDir(async (dir) => {
    const logged = new LoggedCache(MEMORY_BYTES);
    const { cache, clock } = logged;
    const beginMs = clock.nowMs;
    for (let i = 0; i < 100; i++) {
      cache.put(bytesOf(`short:${i}`), bytesOf("v"), { deadlineMs: beginMs + 1000 });
      cache.put(bytesOf(`long:${i}`), bytesOf("v"), { deadlineMs: beginMs + 1000 });
      cache.put(bytesOf(`old:${i}`), bytesOf("before"));
    }
    const snapshot = await writeSnapshot(dir, logged);
    for (let i = 0; i < 100; i++) {
      cache.put(bytesOf(`long:${i}`), bytesOf("v"), { deadlineMs: beginMs + 1e6 });
      cache.put(bytesOf(`old:${i}`), bytesOf("after"), { deadlineMs: beginMs + 2000 });
    }
    const log = await writeLog(dir, logged);
    const loaded = emptyCache(MEMORY_BYTES, () => beginMs + 5000);
    const result = await loadingOf(loaded, await planOf(snapshot, [log])).run();
    assertEquals([result.items, result.expired], [100, 200]);
    assertEquals(loaded.get(bytesOf("long:7"), new ValueBuffer()), Outcome.hit);
    assertEquals(loaded.get(bytesOf("old:7"), new ValueBuffer()), Outcome.miss);
  });
});

Deno.test("Loading spreads items over more shards, and joins those of several", async () => {
  for (const [fromMib, toMib] of [[300, 1], [1, 300], [300, 600]] as const) {
    await withDir(async (dir) => {
      const { logged, snapshot, logs } = await filesOf(dir, fromMib, fromMib * MEMORY_BYTES);
      const cache = emptyCache(toMib * MEMORY_BYTES, () => logged.clock.nowMs);
      assert(cache.shards.length !== logged.cache.shards.length);
      const result = await loadingOf(cache, await planOf(snapshot, logs)).run();
      assertRestored(cache, logged.cache);
      assertEquals(result.evicted, 0);
      assertEquals(contentsOf(cache), contentsOf(logged.cache));
    });
  }
});

Deno.test("Loading keeps what was asked for where there is less space, by any shards", async () => {
  for (const [fromMib, toMib] of [[8, 4], [8, 2], [300, 2]] as const) {
    await withDir(async (dir) => {
      const logged = new LoggedCache(fromMib * MEMORY_BYTES);
      const { cache, clock } = logged;
      const [items, value] = [24_000, new ValueBuffer()];
      for (let i = 0; i < items; i++) {
        cache.put(bytesOf(`key:${i}`), valueOf(200, i));
        logged.drain();
      }
      for (let i = 0; i < 3 * items; i += 5) cache.get(bytesOf(`key:${i % items}`), value);
      logged.blocks.length = 0;
      const snapshot = await writeSnapshot(dir, logged);
      const loaded = emptyCache(toMib * MEMORY_BYTES, () => clock.nowMs);
      const { evicted } = await loadingOf(loaded, await planOf(snapshot, [])).run();
      assert(evicted > items / 4, String(evicted));
      let kept = 0;
      for (let i = 0; i < items; i += 5) {
        if (loaded.get(bytesOf(`key:${i}`), value) === Outcome.hit) kept++;
      }
      assert(kept > 0.98 * items / 5, `${kept} of ${items / 5}`);
    });
  }
});

Deno.test("Loading fills a region of another size by the rules of eviction", async () => {
  for (const factor of [0.25, 0.5, 2, 40]) {
    await withDir(async (dir) => {
      const { logged, snapshot, logs } = await filesOf(dir, 100 * factor);
      const cache = emptyCache(factor * MEMORY_BYTES, () => logged.clock.nowMs);
      const result = await loadingOf(cache, await planOf(snapshot, logs)).run();
      checkAll(cache);
      assertRestored(cache, logged.cache);
      assertEquals(result.evicted > 0, factor < 1, `${result.evicted} evicted`);
      if (factor > 1) assertEquals(contentsOf(cache), contentsOf(logged.cache));
    });
  }
});

Deno.test("Loading goes on without files, and from a log alone", async () => {
  await withDir(async (dir) => {
    const none = emptyCache(MEMORY_BYTES, () => 0);
    const nothing = await loadingOf(none, await planOf(null, []), { position: 4000 }).run();
    assertEquals([nothing.items, nothing.endPosition, nothing.replayedBytes], [0, 4000, 0]);
    const logged = new LoggedCache(MEMORY_BYTES);
    changes(logged, new Random(5), 2000);
    const log = await writeLog(dir, logged);
    const cache = emptyCache(MEMORY_BYTES, () => logged.clock.nowMs);
    const result = await loadingOf(cache, await planOf(null, [log])).run();
    assertRestored(cache, logged.cache);
    assertEquals([result.endPosition, result.replayedBytes], [logged.position, logged.position]);
  });
});
