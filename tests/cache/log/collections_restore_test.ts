// Collections restored from the log cut off anywhere, from snapshots made while they change, and into regions of other
// sizes and shards: they are what they were, member by member, or are missing as a whole where something was evicted.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import {
  type Cache,
  HashView,
  ListView,
  Opening,
  readStats,
  SetView,
  SortedSetView,
  StreamView,
} from "../../../cache/mod.ts";
import { compareWith } from "../collections/comparison.ts";
import { type Expected, KEYS, Model, OTHER_KEYS, randomStep } from "../collections/model.ts";
import { bytesOf } from "../fixture.ts";
import { checkAll } from "../model.ts";
import { LoggedCache, restore, type Snapshot, takeSnapshot } from "./fixture.ts";

const AMPLE_BYTES = 16 * 2 ** 20;
const KEY_NAMES = Array.from({ length: KEYS + OTHER_KEYS }, (_, i) => `key:${i}`);
const VIEWS = [
  new ListView(),
  new SetView(),
  new HashView(),
  new SortedSetView(),
  new StreamView(),
] as const;

/** What the log had at some time, and what was in the cache. */
interface Checkpoint {
  readonly position: number;
  readonly nowMs: number;
  readonly contents: ReadonlyMap<number, Expected>;
  readonly evictions: number;
}

/** A cache with a log, and a model of its collections. */
class Logged {
  readonly logged: LoggedCache;
  readonly model: Model;
  readonly #random: Random;

  constructor(memoryBytes: number, seed: number) {
    this.logged = new LoggedCache(memoryBytes);
    this.model = new Model(this.logged.cache, this.logged.clock, KEY_NAMES);
    this.#random = new Random(seed);
  }

  take(steps: number): void {
    for (let i = 0; i < steps; i++) {
      this.model.take(randomStep(this.#random));
      this.logged.drain();
    }
  }

  get checkpoint(): Checkpoint {
    const { logged, model } = this;
    return {
      position: logged.position,
      nowMs: logged.clock.nowMs,
      contents: model.contents,
      evictions: readStats(logged.cache).evictions,
    };
  }

  /** Restores what there was at a time. Returns the cache, and how many keys are missing. */
  restoredTo(
    { position, nowMs, contents }: Checkpoint,
    snapshot: Snapshot | null,
    memoryBytes: number,
  ): { cache: Cache; missing: number } {
    const { logged } = this;
    const laterMs = logged.clock.nowMs;
    logged.clock.nowMs = nowMs;
    const cache = restore(logged, snapshot, memoryBytes, position);
    checkAll(cache);
    const missing = compareAll(cache, contents, nowMs);
    checkAll(cache);
    logged.clock.nowMs = laterMs;
    return { cache, missing };
  }
}

/** Compares all collections. Returns how many keys are missing. */
function compareAll(
  cache: Cache,
  contents: ReadonlyMap<number, Expected>,
  nowMs: number,
): number {
  let missing = 0;
  for (let key = 0; key < KEYS; key++) {
    const name = bytesOf(KEY_NAMES[key]!);
    const hash = cache.hash(name, 0, name.length);
    const view = VIEWS[key % VIEWS.length]!;
    const expected = contents.get(key);
    const isExpected = expected !== undefined &&
      (expected.deadlineMs === 0 || expected.deadlineMs > nowMs);
    cache.withShard(hash, {
      runLocked() {
        const shard = cache.shardOf(hash);
        const opening = view.open(shard, 0, hash, name, 0, name.length, false);
        assert(isExpected || opening === Opening.absent, `key ${key} is there again`);
        if (isExpected && opening === Opening.absent) missing++;
        if (!isExpected || opening === Opening.absent) return;
        assertEquals(opening === Opening.wrongType, expected.entries === null);
        const address = shard.peekLocked(hash, name, 0, name.length);
        assertEquals(shard.deadlineLocked(address), expected.deadlineMs);
        if (expected.entries !== null) compareWith(view, expected.entries, 500);
      },
    });
  }
  return missing;
}

Deno.test("Restore brings collections back from a log that is cut off anywhere", () => {
  for (const seed of [1, 2, 3]) {
    const run = new Logged(AMPLE_BYTES, seed);
    const checkpoints: Checkpoint[] = [];
    for (let i = 0; i < 20; i++) {
      run.take(1 + (seed * 7 + i * 5) % 40);
      checkpoints.push(run.checkpoint);
    }
    for (const checkpoint of checkpoints) {
      assertEquals(run.restoredTo(checkpoint, null, AMPLE_BYTES).missing, 0);
    }
  }
});

Deno.test("Restore brings collections back from a snapshot made under changes, and the log behind it", () => {
  for (const seed of [1, 2, 3]) {
    const run = new Logged(AMPLE_BYTES, seed);
    run.take(300);
    const before = run.logged.position;
    const snapshot = takeSnapshot(run.logged, () => run.take(3));
    const atOnce = run.checkpoint;
    run.take(200);
    const { blocks } = run.logged;
    blocks.splice(0, blocks.findIndex(({ position }) => position >= before));
    for (const checkpoint of [atOnce, run.checkpoint]) {
      assertEquals(run.restoredTo(checkpoint, snapshot, AMPLE_BYTES).missing, 0);
      // More memory, with more shards.
      const { cache, missing } = run.restoredTo(checkpoint, snapshot, 400 * 2 ** 20);
      assert(cache.shards.length > run.logged.cache.shards.length);
      assertEquals(missing, 0);
    }
  }
});

Deno.test("Restore brings collections back whole or not at all where memory is full, or gets smaller", () => {
  let missing = 0;
  for (const seed of [1, 2, 3]) {
    const run = new Logged(1024 * 1024, seed);
    run.take(400);
    const before = run.logged.position;
    const snapshot = takeSnapshot(run.logged, () => run.take(3));
    run.take(200);
    const { blocks } = run.logged;
    blocks.splice(0, blocks.findIndex(({ position }) => position >= before));
    const { checkpoint } = run;
    for (const memoryBytes of [1024 * 1024, 2 * 2 ** 20, 400 * 1024]) {
      const found = run.restoredTo(checkpoint, snapshot, memoryBytes);
      const { evictions } = readStats(found.cache);
      // Where shards are smaller, some collections are too large for one.
      const isSmaller = memoryBytes < 1024 * 1024;
      assert(isSmaller || found.missing <= checkpoint.evictions + evictions);
      missing += found.missing;
    }
  }
  assert(missing > 0, "nothing was evicted: the test has lost its point");
});
