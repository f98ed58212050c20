// Lock, table, log ring and recovery, interleaved at every atomic step: what is restored after a crash at any point
// is what the records up to there have made, by a model that knows nothing of the engine. With more seeds:
// SLABKV_SOAK=1 deno test -A tests/proof/interleaving_test.ts

import { assert, assertEquals } from "@std/assert";
import { Cache, readStats, Region, Restore } from "../../cache/mod.ts";
import { besideFilters } from "../cache/fixture.ts";
import { checkAll } from "../cache/model.ts";
import type { Crash, RunOptions } from "./crash.ts";
import { InterleavedRun } from "./interleaving.ts";
import { allKeys, contentsOf, missingOf, Model, seedsOf } from "./model.ts";
import type { Key } from "./operations.ts";

/** Where the log of a crash ends. */
function endOf(run: InterleavedRun, { blocks }: Crash): number {
  const last = run.blocks[blocks - 1];
  return last === undefined ? 0 : last.position + last.bytes.length;
}

/** A cache with what a crash has left. */
function restore(
  run: InterleavedRun,
  { blocks, snapshot, nowMs }: Crash,
  memoryBytes: number,
): Cache {
  const region = Region.create({ memoryBytes: besideFilters(memoryBytes) });
  region.restores();
  const cache = new Cache(region, 1, () => 0);
  const shardCount = run.cache.shards.length;
  const restoring = new Restore(cache, {
    shardCount,
    ...snapshot === null ? {} : { begins: snapshot.begins },
  });
  if (snapshot !== null) restoring.applySection(snapshot.head);
  for (const section of snapshot?.sections ?? []) restoring.applySection(section);
  for (const { position, bytes } of run.blocks.slice(0, blocks)) {
    if (position >= (snapshot?.startByte ?? 0)) restoring.applyLog(bytes, position);
  }
  restoring.end();
  return new Cache(region, 1, () => nowMs);
}

/** How many keys are missing in what was restored after a crash; that all others are right was checked. */
function compare(run: InterleavedRun, crash: Crash, keys: readonly Key[], restored: Cache): number {
  const model = new Model(run.cache, keys, run.committed, endOf(run, crash));
  return missingOf(restored, model, keys, crash.nowMs);
}

const BASE = {
  workers: 3,
  operations: 6_000,
  memoryBytes: 4 * 2 ** 20,
  keys: 120,
  maxValueBytes: 9_000,
  interruptOneIn: 15,
  endOneIn: 0,
  faultyOneIn: 0,
  logBytes: 64 * 1024,
  startPosition: 0,
};

function runAndKeys(options: RunOptions): [InterleavedRun, Key[]] {
  const run = new InterleavedRun(options);
  run.run();
  assertEquals(run.counts.gaps, 0);
  assert(run.counts.interrupted > 500 && run.counts.snapshots > 5, JSON.stringify(run.counts));
  return [run, allKeys(options.keys)];
}

/** Compares what every crash has left, with its snapshot and from the log alone. */
function compareAll(run: InterleavedRun, keys: readonly Key[], sizes: readonly number[]): void {
  for (const [i, crash] of run.crashes.entries()) {
    for (const one of [crash, { ...crash, snapshot: null }]) {
      const restored = restore(run, one, sizes[i % sizes.length]!);
      assertEquals(compare(run, one, keys, restored), 0, `crash ${i}`);
      if (i % 10 === 0) checkAll(restored);
    }
  }
}

for (const seed of seedsOf(1, 2)) {
  Deno.test(`a crash at any point of interleaved operations leaves whole records in order, seed ${seed}`, () => {
    const [run, keys] = runAndKeys({ ...BASE, seed });
    assert(run.counts.busy > 0, "nobody found a lock taken");
    compareAll(run, keys, [BASE.memoryBytes, 2 * BASE.memoryBytes]);
  });

  Deno.test(`the same in full memory, where no key has a value of before, seed ${seed}`, () => {
    const options = { ...BASE, seed, memoryBytes: 512 * 1024, keys: 1_500, startPosition: -20_000 };
    const [run, keys] = runAndKeys(options);
    assert(readStats(run.cache).evictions > 300, "the memory never got full");
    for (const [i, crash] of run.crashes.entries()) {
      const restored = restore(run, crash, options.memoryBytes);
      const missing = compare(run, crash, keys, restored);
      const evictions = readStats(run.cache).evictions + readStats(restored).evictions;
      assert(missing <= evictions, `crash ${i}: ${missing} keys are missing`);
    }
    const restored = restore(run, run.crashes.at(-1)!, options.memoryBytes);
    checkAll(restored);
    const [found, live] = [contentsOf(restored, keys), contentsOf(run.cache, keys)];
    for (const [name, held] of found) assertEquals(held, live.get(name), name);
    assert(
      live.size - found.size <= readStats(restored).evictions,
      "more is gone than was evicted",
    );
  });
}

// With seed 126 one that has ended had wanted a place in the ring which another took, and was slow to fill.
for (const seed of seedsOf(1, 2, 126)) {
  Deno.test(`a crash leaves whole records in order though actors end at any step or fail half done, seed ${seed}`, () => {
    const options = {
      ...BASE,
      seed,
      endOneIn: 1_500,
      faultyOneIn: 150,
      maxValueBytes: 1_200,
      logBytes: 32 * 1024,
      // The ring counts over the largest word on the way.
      startPosition: 2 ** 31 - 90_000,
    };
    const [run, keys] = runAndKeys(options);
    const { ended, faulty, cleared } = run.counts;
    assert(ended > 20 && faulty > 10 && cleared > 20, JSON.stringify(run.counts));
    compareAll(run, keys, [BASE.memoryBytes]);
  });
}
