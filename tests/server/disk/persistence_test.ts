// Log writer, snapshots and loading together, over a disk of which any operation may fail: once all is well
// again nothing is missing, neither after a clean stop nor after a crash. Time goes by fifty times as fast.

import { assert, assertEquals } from "@std/assert";
import { Cache, Outcome, Region } from "../../../cache/mod.ts";
import { ACTOR_NAMES } from "../../../server/contract/counters.ts";
import { PersistenceStatus } from "../../../server/contract/persistence/persistence_status.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import { Persistence, type PersistenceParts } from "../../../server/disk/persistence.ts";
import { contentsOf } from "../../cache/log/fixture.ts";
import { configOf } from "../fixture.ts";
import { FaultyFileSystem, type Operation } from "./faulty_file_system.ts";
import { nothingLoaded, withDir } from "./fixture.ts";
import { cacheFrom, NOW_MS } from "./kept_cache.ts";

const SPEED = 50;
const encoder = new TextEncoder();

/** A new data dir with an empty cache over it. */
class Kept {
  readonly fs = new FaultyFileSystem(DENO_FILE_SYSTEM);
  readonly dir: string;
  readonly region = Region.create({
    memoryBytes: 4 * 2 ** 20,
    logBytes: 2 ** 20,
    names: ACTOR_NAMES,
  });
  /** Where clients are. */
  readonly cache = new Cache(this.region, 1, () => NOW_MS);
  readonly status = new PersistenceStatus(this.region);
  readonly events: string[] = [];
  persistence!: Persistence;
  released = 0;
  /** How long it has rested each time. */
  readonly pauses: number[] = [];
  #changes = 0;

  constructor(dir: string) {
    this.dir = dir;
  }

  async begin(mustSave = false): Promise<void> {
    const note = (_: string, text: string) => void this.events.push(text);
    const parts: PersistenceParts = {
      cache: new Cache(this.region, 0, () => NOW_MS),
      config: configOf("--data-dir", this.dir, "--fsync", "always"),
      fs: this.fs,
      dir: this.dir,
      release: () => Promise.resolve(void this.released++),
      status: this.status,
      log: { info: note, warn: note, error: note },
      now: () => NOW_MS,
      clock: () => SPEED * performance.now(),
      pause: (ms) => {
        this.pauses.push(ms);
        return new Promise((resolve) => setTimeout(resolve, ms / SPEED));
      },
    };
    this.persistence = await Persistence.begin(parts, {
      position: 0,
      snapshotPosition: 0,
      mustSave,
      facts: nothingLoaded(),
    });
  }

  /** Puts and deletes. */
  change(count: number): void {
    for (let i = 0; i < count; i++) {
      const number = this.#changes++;
      const key = encoder.encode(`key ${number * 7919 % 200}`);
      if (number % 5 === 4) this.cache.delete(key);
      else assertEquals(this.cache.put(key, encoder.encode(`value ${number}`)), Outcome.stored);
    }
  }

  /** Waits until all that was changed is on the disk and nothing fails any more. */
  async isWell(): Promise<void> {
    const ring = this.region.log!;
    const endMs = performance.now() + 10_000;
    while (this.status.get("fault") !== 0 || !ring.isFlushed(ring.tail)) {
      if (performance.now() > endMs) throw new Error(`still not well: ${this.events.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** What a start would have now, from a copy of the folder. */
  async afterCrash(): Promise<Map<string, string>> {
    const copy = await Deno.makeTempDir();
    try {
      for await (const { name } of Deno.readDir(this.dir)) {
        await Deno.copyFile(`${this.dir}/${name}`, `${copy}/${name}`);
      }
      return contentsOf(await cacheFrom(copy));
    } finally {
      await Deno.remove(copy, { recursive: true });
    }
  }
}

/** What happens with the n-th operation of a kind failing; returns how many there were of it. */
async function live(
  dir: string,
  operation: Operation,
  nth: number,
  times: number,
): Promise<number> {
  const kept = new Kept(dir);
  await kept.begin();
  kept.change(50);
  await kept.isWell();
  const before = kept.fs.count(operation);
  if (nth > 0) kept.fs.fault = { operation, nth: before + nth, times, share: 0.5 };
  const saved = kept.persistence.ask({ how: "wait" });
  kept.change(50);
  const { outcome } = await saved;
  kept.change(50);
  await kept.isWell();
  const counted = kept.fs.count(operation) - before;
  kept.fs.fault = null;
  const what = `${operation} ${nth}, ${times} times: ${outcome}`;
  assertEquals(await kept.afterCrash(), contentsOf(kept.cache), what);
  kept.change(50);
  assertEquals(await kept.persistence.stop(nth % 2 === 0), true, what);
  assertEquals(kept.released, 1);
  assertEquals(contentsOf(await cacheFrom(dir)), contentsOf(kept.cache), what);
  return counted;
}

for (const operation of ["open", "write", "sync", "rename", "syncDir", "remove"] as const) {
  Deno.test(`whichever ${operation} of log and snapshots fails, nothing is missing once all is well`, async () => {
    let count = 0;
    await withDir(async (dir) => void (count = await live(dir, operation, 0, 0)));
    assert(count >= 1, `${count} of ${operation}`);
    for (let nth = 1; nth <= count; nth++) {
      await withDir(async (dir) => void await live(dir, operation, nth, nth % 2 === 0 ? 1 : 3));
    }
  });
}

Deno.test("Persistence.begin() makes a snapshot first where files do not say what was loaded, or fails", async () => {
  await withDir(async (dir) => {
    const kept = new Kept(dir);
    kept.change(20);
    // As after loading into a region that is smaller now: no log says it.
    while (kept.region.log!.read(new Uint8Array(65_536)) > 0);
    await kept.begin(true);
    assertEquals(kept.status.get("snapshots"), 1);
    assertEquals(await kept.afterCrash(), contentsOf(kept.cache));
    await kept.persistence.stop(false);
  });
  await withDir(async (dir) => {
    const kept = new Kept(dir);
    kept.fs.fault = { operation: "rename", nth: 2, times: 1 };
    const failure = await kept.begin(true).then(() => null, (error: Error) => error.message);
    assertEquals(failure, "Cannot make a snapshot: No space left on device (os error 28)");
  });
});

Deno.test("Persistence.hurry() leaves out the rests of a snapshot for which somebody waits", async () => {
  await withDir(async (dir) => {
    const kept = new Kept(dir);
    await kept.begin();
    kept.change(30);
    kept.persistence.hurry();
    await kept.isWell();
    kept.pauses.length = 0;
    assertEquals((await kept.persistence.ask({ how: "wait" })).outcome, "done");
    assert(kept.pauses.length >= kept.cache.shards.length);
    // Only the log writer waits a little, where it has something to write.
    assertEquals(kept.pauses.filter((ms) => ms > 0), []);
    assertEquals(await kept.persistence.stop(false), true);
  });
});

Deno.test("Persistence.rescue() brings the last changes to the disk, and waits no longer than a second for one", async () => {
  await withDir(async (dir) => {
    const kept = new Kept(dir);
    await kept.begin();
    kept.change(30);
    await kept.persistence.rescue();
    assertEquals(await kept.afterCrash(), contentsOf(kept.cache));
    const { promise, resolve } = Promise.withResolvers<void>();
    kept.fs.before = () => promise;
    kept.change(1);
    await kept.persistence.rescue();
    resolve();
    kept.fs.before = null;
    assertEquals(await kept.persistence.stop(false), true);
  });
});

Deno.test("Persistence.stop() says where the last changes could not be written", async () => {
  await withDir(async (dir) => {
    const kept = new Kept(dir);
    await kept.begin();
    kept.change(10);
    await kept.isWell();
    kept.fs.fault = { nth: 1, times: Infinity };
    kept.change(10);
    assertEquals(await kept.persistence.stop(true), false);
    assertEquals(kept.status.get("snapshotFailures"), 1);
  });
});
