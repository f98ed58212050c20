// Snapshots of a small cache that changes while they are made, on a disk of which any operation may
// fail. Judged by what another cache has that is loaded from the folder.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { addCounter } from "../../../cache/mod.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import { contentsOf } from "../../cache/log/fixture.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";
import { withDir } from "./fixture.ts";
import { cacheFrom, KeptCache } from "./kept_cache.ts";

const encoder = new TextEncoder();

/** A sequence of numbers below `bound`, the same each time. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
}

/** Puts, deletes and deadlines. */
function change(kept: KeptCache, random: (bound: number) => number, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = `key ${random(3000)}`;
    const what = random(10);
    if (what < 7) kept.put(key, "v".repeat(random(300)) + i, what === 0 ? 1_800_000_000_000 : 0);
    else kept.cache.delete(encoder.encode(key));
  }
}

async function namesIn(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir), ({ name }) => name)).sort();
}

Deno.test("SnapshotMaker makes what comes back with the log behind it, while all of it changes", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    await withDir(async (dir) => {
      const kept = await KeptCache.open(DENO_FILE_SYSTEM, dir);
      const random = randomOf(seed);
      change(kept, random, 4000);
      kept.between = () => change(kept, random, 20);
      const { items, bytes } = await kept.maker.make();
      const [log, snapshot, ...others] = await namesIn(dir);
      assertEquals(others, []);
      assertEquals(log!.replace("log", "snapshot"), snapshot);
      assert(items > 1000 && bytes === (await Deno.stat(`${dir}/${snapshot}`)).size);
      change(kept, random, 500);
      await kept.crash();
      assertEquals(contentsOf(await cacheFrom(dir)), contentsOf(kept.cache));
    });
  }
});

Deno.test("SnapshotMaker counts the items of its snapshot, large ones too, and its empty shards", async () => {
  await withDir(async (dir) => {
    const kept = await KeptCache.open(DENO_FILE_SYSTEM, dir);
    assertEquals((await kept.maker.make()).items, 0);
    assertEquals(kept.stoodAt, 0);
    const { maxItemBytes } = kept.cache;
    for (let i = 0; i < 5; i++) kept.put(`k${i}`, "x".repeat(maxItemBytes - 100));
    const before = contentsOf(kept.cache).size;
    const { items } = await kept.maker.make();
    assertEquals(items, before);
    await kept.crash();
    assertEquals(contentsOf(await cacheFrom(dir)), contentsOf(kept.cache));
  });
});

Deno.test("SnapshotMaker replaces a snapshot of the same position, since what was read counts too", async () => {
  await withDir(async (dir) => {
    const kept = await KeptCache.open(DENO_FILE_SYSTEM, dir);
    kept.put("a", "1");
    await kept.maker.make();
    const names = await namesIn(dir);
    assertEquals((await kept.maker.make()).items, 1);
    assertEquals(await namesIn(dir), names);
    await kept.crash();
    assertEquals(contentsOf(await cacheFrom(dir)), contentsOf(kept.cache));
  });
});

Deno.test("whichever operation of a snapshot fails, what was there before can be loaded, and the next one works", async () => {
  let total = 0;
  for (let nth = 1; total === 0 || nth <= total; nth++) {
    await withDir(async (dir) => {
      const fs = new FaultyFileSystem(DENO_FILE_SYSTEM);
      const kept = await KeptCache.open(fs, dir);
      const random = randomOf(nth);
      change(kept, random, 300);
      await kept.maker.make();
      change(kept, random, 300);
      kept.between = () => change(kept, random, 2);
      if (total === 0) {
        const before = fs.count();
        await kept.maker.make();
        total = fs.count() - before;
        await kept.crash();
        return;
      }
      fs.fault = { nth: fs.count() + nth, share: 0.5 };
      const failed = await kept.maker.make().then(() => false, () => true);
      fs.fault = null;
      kept.between = () => {};
      change(kept, random, 50);
      await kept.drain();
      const restored = await cacheFrom(dir);
      // Log writers begin anew after a failure; this one does not.
      if (kept.isBroken) return await kept.crash();
      assertEquals(contentsOf(restored), contentsOf(kept.cache), `operation ${nth} failed`);
      // What was not made, deleted or closed does not stand in the way.
      await kept.maker.make();
      change(kept, random, 50);
      await kept.crash();
      assertEquals(contentsOf(await cacheFrom(dir)), contentsOf(kept.cache), `after ${nth}`);
      assertEquals((await namesIn(dir)).length, 2, `${nth} ${failed}`);
    });
  }
  assert(total > 40, `${total} operations`);
});

Deno.test("a snapshot does not stand when the log could not be written while it was made", async () => {
  await withDir(async (dir) => {
    const fs = new FaultyFileSystem(DENO_FILE_SYSTEM);
    const kept = await KeptCache.open(fs, dir);
    kept.put("a", "1");
    await kept.drain();
    const names = await namesIn(dir);
    kept.between = () => {
      if (kept.isBroken) return;
      kept.put("b", "2");
      fs.fault = { operation: "write", nth: fs.count("write") + 1, times: 1 };
    };
    await assertRejects(() => kept.maker.make(), Error, "the log could not be written meanwhile");
    assertEquals(kept.stoodAt, -1);
    assertEquals((await namesIn(dir)).filter((name) => !name.startsWith("log")), []);
    assertEquals((await namesIn(dir)).length, names.length + 1);
    await kept.crash();
  });
});

/** Counts a request, so that somebody is served. */
function countRequest({ region, actor }: KeptCache["cache"]): void {
  addCounter(region.words, region.counterWord(actor, "requests"), 1);
}

Deno.test("SnapshotMaker rests 24 times as long as it works, unless nobody asks for anything", async () => {
  await withDir(async (dir) => {
    let looks = 0;
    // Each look at the clock is half a millisecond after the one before: a slice has one step, and takes 1 ms.
    const kept = await KeptCache.open(DENO_FILE_SYSTEM, dir, { clock: () => 0.5 * looks++ });
    for (let i = 0; i < 15_000; i++) kept.put(`key ${i}`, "value");
    await kept.drain();
    const pauses: number[] = [];
    kept.between = (ms) => {
      pauses.push(ms);
      countRequest(kept.cache);
    };
    await kept.maker.make();
    const shards = kept.cache.shards.length;
    assert(pauses.length >= 2 * shards, `${pauses.length} slices`);
    // The last step of a shard ends without another look.
    assert(pauses.every((ms) => ms > 11 && ms <= 24), String(pauses));
    assert(pauses.filter((ms) => ms > 23).length > pauses.length / 2, String(pauses));
    pauses.length = 0;
    kept.maker.isUrgent = true;
    await kept.maker.make();
    assert(pauses.length >= shards);
    assertEquals(pauses.filter((ms) => ms > 0), []);
    kept.maker.isUrgent = false;
    pauses.length = 0;
    kept.between = (ms) => pauses.push(ms);
    await kept.maker.make();
    // Only before the first look it is not known that nobody asks.
    assertEquals(pauses.slice(1).filter((ms) => ms > 0), []);
    await kept.crash();
  });
});

Deno.test("SnapshotMaker rests the less the more the log grows, and little while writes are refused", async () => {
  await withDir(async (dir) => {
    let looks = 0;
    const grown = { bytes: 0 };
    const clock = () => 0.5 * looks++;
    const kept = await KeptCache.open(DENO_FILE_SYSTEM, dir, { clock });
    const positionOf = kept.positionOf.bind(kept);
    kept.positionOf = (ringPosition) => positionOf(ringPosition) + grown.bytes;
    for (let i = 0; i < 15_000; i++) kept.put(`key ${i}`, "value");
    await kept.drain();
    const restOf = async (bytes: number) => {
      grown.bytes = bytes;
      let sum = 0;
      let count = 0;
      kept.between = (ms) => {
        sum += ms;
        count++;
        countRequest(kept.cache);
      };
      await kept.maker.make();
      return sum / count;
    };
    const [none, half, much] = [
      await restOf(0),
      await restOf(128 * 2 ** 20),
      await restOf(2 ** 30),
    ];
    assert(none > 1.5 * half && half > 1.5 * much, `${none} ms, ${half} ms, ${much} ms`);
    kept.cache.region.log!.state = 1;
    assertEquals(await restOf(0), much);
    await kept.crash();
  });
});

Deno.test("SnapshotMaker.abort() ends the one that is made, and nothing of it is left", async () => {
  await withDir(async (dir) => {
    const kept = await KeptCache.open(DENO_FILE_SYSTEM, dir);
    change(kept, randomOf(1), 1000);
    let pauses = 0;
    kept.between = () => {
      if (++pauses === 3) kept.maker.abort();
    };
    await assertRejects(() => kept.maker.make(), Error, "it was given up, since the server stops");
    assertEquals((await namesIn(dir)).filter((name) => !name.startsWith("log")), []);
    assertEquals(pauses, 3);
    await kept.maker.make();
    change(kept, randomOf(2), 100);
    await kept.crash();
    assertEquals(contentsOf(await cacheFrom(dir)), contentsOf(kept.cache));
  });
});
