// Real threads over one log ring, which main drains and copies shards beside: what is restored from it is what they
// have left behind, to the version of each item.

import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  CopyStep,
  EffectBuffer,
  readStats,
  Region,
  Restore,
  ShardCopy,
} from "../../cache/mod.ts";
import { besideFilters } from "../cache/fixture.ts";
import { assertRestored, contentsOf } from "../cache/log/fixture.ts";
import { checkAll } from "../cache/model.ts";
import { judgeKeys, runThreads } from "./history.ts";

const LOG_BYTES = 256 * 1024;

/** What main does with log and shards while others work: as in a server, but that nothing comes to a disk. */
class Drained {
  readonly blocks: { readonly position: number; readonly bytes: Uint8Array }[] = [];
  /** The sections of a snapshot, and where the log of each shard goes on. */
  readonly sections: Uint8Array[] = [];
  readonly begins: number[] = [];
  readonly #space = new Uint8Array(LOG_BYTES);
  readonly #effects = new EffectBuffer();
  #copy: ShardCopy | null = null;
  #position = 0;

  drain(cache: Cache): void {
    this.#read(cache);
    // The snapshot begins when the threads are at work.
    if (this.#position > 100_000 && this.sections.length < cache.shards.length) this.#step(cache);
  }

  #read({ region: { log } }: Cache): void {
    for (let count = 1; count > 0;) {
      count = log!.read(this.#space);
      if (count === 0) return;
      this.blocks.push({ position: this.#position, bytes: this.#space.slice(0, count) });
      this.#position += count;
    }
  }

  #step(cache: Cache): void {
    const { sections, begins } = this;
    this.#copy ??= new ShardCopy(cache, sections.length);
    const step = this.#copy.step(this.#effects);
    if (step === CopyStep.busy) return;
    const { log } = cache.region;
    begins[sections.length] ??= this.#position +
      4 * ((this.#copy.beginPosition - log!.readPosition) | 0);
    if (step !== CopyStep.done) return;
    sections.push(this.#effects.effects.slice());
    this.#effects.clear();
    this.#copy = null;
  }

  /** A cache with what was drained, from the snapshot on or from the log alone. */
  restore(shardCount: number, memoryBytes: number, hasSnapshot: boolean, nowMs: number): Cache {
    const region = Region.create({ memoryBytes: besideFilters(memoryBytes) });
    region.restores();
    const begins = hasSnapshot ? { begins: Float64Array.from(this.begins) } : {};
    const restoring = new Restore(new Cache(region, 1, () => 0), { shardCount, ...begins });
    if (hasSnapshot) { for (const section of this.sections) restoring.applySection(section); }
    for (const { position, bytes } of this.blocks) restoring.applyLog(bytes, position);
    restoring.end();
    return new Cache(region, 1, () => nowMs);
  }
}

const TABLE = [
  { what: "few keys", memoryBytes: 4 * 2 ** 20, keys: 8, maxValueBytes: 600 },
  { what: "many keys", memoryBytes: 8 * 2 ** 20, keys: 3_000, maxValueBytes: 40_000 },
  { what: "a full cache", memoryBytes: 512 * 1024, keys: 3_000, maxValueBytes: 2_000 },
];

for (const { what, ...sizes } of TABLE) {
  Deno.test(`the log of four threads on ${what} restores what they have left behind`, async () => {
    const drained = new Drained();
    const found = await runThreads({
      ...sizes,
      threads: 4,
      operations: 15_000,
      seed: sizes.keys,
      logBytes: LOG_BYTES,
      drain: (cache) => drained.drain(cache),
    });
    const { cache } = found;
    while (drained.sections.length < cache.shards.length) drained.drain(cache);
    assertEquals(cache.region.log!.gaps, 0);
    judgeKeys(found);
    const nowMs = Date.now();
    const original = new Cache(cache.region, 0, () => nowMs);
    const shardCount = cache.shards.length;
    assert(drained.blocks.length > 20, `${drained.blocks.length} blocks`);
    for (const hasSnapshot of [false, true]) {
      const restored = drained.restore(shardCount, sizes.memoryBytes, hasSnapshot, nowMs);
      checkAll(restored);
      assertRestored(restored, original);
      if (readStats(cache).evictions === 0) {
        assertEquals(contentsOf(restored).size, contentsOf(original).size);
      }
    }
  });
}
