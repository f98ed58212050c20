// The picture of all shards: what lies in some of the slots of each. Made a shard at a time in turns with the worker's other
// work, and shared by all who ask within a second. Knows no route.

import { NO_ITEM, sampleSlotsLocked, SlotSamples, SlotState } from "../../../cache/mod.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { TimeSlices } from "../../contract/time_slices.ts";
import { type ShardFacts, type ShardPicture, SLOT_STATES } from "../facts/memory_facts.ts";
import { SharedFacts } from "../shared_facts.ts";

/** Slots that are looked at in one shard, at most, in all of them together, and in one at least. */
const MAX_SHARD_SAMPLES = 256;
const MAX_SAMPLES = 16_384;
const MIN_SHARD_SAMPLES = 8;
/** Slots that are looked at under one lock: that takes some hundredths of a millisecond. */
const LOCKED_SAMPLES = 32;
/** For so long a picture is shown again. */
const FRESH_MS = 1000;
/** Ages are told in tenths. */
const AGES = 10;
const EIGHTH_BYTES = 32;

const CHARACTERS: readonly string[] = (Object.keys(SlotState) as (keyof typeof SlotState)[])
  .map((name) => SLOT_STATES[name]);

/** The pictures of one worker. */
export class ShardPictures {
  readonly #cache: ServerCache;
  readonly #slices: TimeSlices;
  readonly #every: number;
  readonly #shared: SharedFacts<ShardFacts>;

  /** `now` is in milliseconds, from any time on. */
  constructor(cache: ServerCache, slices: TimeSlices, now: () => number) {
    const { shardCount, shard: { slotCount } } = cache.region.geometry;
    const share = Math.floor(MAX_SAMPLES / shardCount);
    const samples = Math.min(MAX_SHARD_SAMPLES, Math.max(MIN_SHARD_SAMPLES, share));
    this.#cache = cache;
    this.#slices = slices;
    this.#shared = new SharedFacts(() => this.#make(), FRESH_MS, now);
    this.#every = Math.max(1, Math.ceil(slotCount / samples));
  }

  /** The picture as it is now, or was a second ago at most when it was begun. */
  facts(): Promise<ShardFacts> {
    return this.#shared.get();
  }

  async #make(): Promise<ShardFacts> {
    const { slotCount } = this.#cache.region.geometry.shard;
    const samples = new SlotSamples(Math.ceil(slotCount / this.#every));
    const shards: ShardPicture[] = [];
    for (const { index } of this.#cache.shards) {
      if (this.#slices.isBusy) await this.#slices.turn();
      this.#slices.counted(() => {
        if (this.#sample(index, samples)) shards.push(pictureOf(index, samples));
      });
    }
    return { slotsPerShard: slotCount, sampledEvery: this.#every, shards };
  }

  /** Returns false where the lock could not be had: that shard is left out. */
  #sample(index: number, samples: SlotSamples): boolean {
    const { memory } = this.#cache.shards[index]!;
    samples.length = 0;
    let hasMore = true;
    const work = {
      runLocked: () => hasMore = sampleSlotsLocked(memory, this.#every, samples, LOCKED_SAMPLES),
    };
    while (hasMore && this.#cache.withShard(index, work));
    return !hasMore;
  }
}

function pictureOf(shard: number, samples: SlotSamples): ShardPicture {
  const { length, states, fills, counts, versions, items, usedEighths, evictions } = samples;
  let oldest = samples.newestVersion;
  for (let i = 0; i < length; i++) {
    if (versions[i] !== NO_ITEM) oldest = Math.min(oldest, versions[i]!);
  }
  const span = samples.newestVersion - oldest + 1;
  const texts = { slots: "", fill: "", age: "", count: "" };
  for (let i = 0; i < length; i++) {
    const hasItem = versions[i] !== NO_ITEM;
    const age = Math.floor((samples.newestVersion - versions[i]!) / span * AGES);
    texts.slots += CHARACTERS[states[i]!]!;
    texts.fill += fills[i];
    texts.age += hasItem ? Math.max(0, Math.min(AGES - 1, age)) : "-";
    texts.count += hasItem ? counts[i] : "-";
  }
  return { shard, items, usedBytes: usedEighths * EIGHTH_BYTES, evictions, ...texts };
}
