// The largest items and what each type takes: found by a walk over all shards, in the worker's slices of time, whose
// result is kept for a while and shared by all who ask. Knows no route.

import {
  bucketTotal,
  type Cache,
  type LargeItem,
  type LockedWork,
  readStats,
  Survey,
} from "../../../cache/mod.ts";
import type { TimeSlices } from "../../contract/time_slices.ts";

/** A result is kept for this long, and for so many times as the walk has taken. */
const MIN_KEPT_MS = 5000;
const KEPT_TIMES = 20;
/** A walk that has worked for so long ends, with what it has found. That is after more than a hundred million items. */
const MAX_WORKED_MS = 30_000;
/** It works for so long at a time, and then lets others have the worker for twice as long: nobody waits for a walk. */
const STRETCH_MS = 2;
const PAUSE_MS = 4;
/** So often a lock is tried that was not to be had in 50 ms; then the walk goes on without the rest of that shard. */
const MAX_TRIES = 2;

/** What a walk has found. */
export interface BigItems {
  /** Items that there were, at the walk's end. */
  readonly items: number;
  /** By type, as a number: items that were looked at, and bytes of the slab. */
  readonly itemsByType: Float64Array;
  readonly slabBytesByType: Float64Array;
  /** The largest, the largest first. */
  readonly largest: readonly LargeItem[];
}

/** A walk over all items. */
class Walk implements LockedWork {
  readonly survey: Survey = new Survey();
  workedMs = 0;
  readonly #cache: Cache;
  readonly #now: () => number;
  #shard = 0;
  #bucket = 0;
  #tries = 0;

  constructor(cache: Cache, now: () => number) {
    this.#cache = cache;
    this.#now = now;
  }

  /** Looks at the next items. Returns whether the walk is over. */
  step(): boolean {
    const fromMs = this.#now();
    const { shards } = this.#cache;
    const isBusy = !this.#cache.withShard(this.#shard, this);
    this.#tries = isBusy ? this.#tries + 1 : 0;
    const isDone = this.#bucket >= bucketTotal(shards[this.#shard]!.memory);
    if (isDone || this.#tries === MAX_TRIES) {
      this.#shard++;
      this.#bucket = 0;
      this.#tries = 0;
    }
    this.workedMs += this.#now() - fromMs;
    return this.#shard === shards.length || this.workedMs > MAX_WORKED_MS;
  }

  runLocked(): void {
    const { memory } = this.#cache.shards[this.#shard]!;
    this.#bucket = this.survey.stepLocked(memory, this.#bucket);
  }
}

/** What one worker tells of large items. */
export class BigKeys {
  readonly #cache: Cache;
  readonly #slices: TimeSlices;
  readonly #now: () => number;
  #latest: Promise<BigItems> | null = null;
  #keptUntilMs = 0;

  /** Walks over `cache` in `slices`; `now` is in milliseconds, from any time on. */
  constructor(cache: Cache, slices: TimeSlices, now: () => number) {
    this.#cache = cache;
    this.#slices = slices;
    this.#now = now;
  }

  /** What the latest walk has found; begins another one where that is too old. */
  find(): Promise<BigItems> {
    if (this.#latest === null || this.#now() >= this.#keptUntilMs) {
      this.#keptUntilMs = Infinity;
      this.#latest = this.#walk();
      // Who asks after a walk that has failed has another one begun.
      this.#latest.catch(() => this.#keptUntilMs = 0);
    }
    return this.#latest;
  }

  /** Lets a walk go on for a moment. Returns whether it is over. */
  #stretch(walk: Walk): boolean {
    const endMs = this.#now() + STRETCH_MS;
    do {
      if (walk.step()) return true;
    } while (this.#now() < endMs);
    return false;
  }

  async #walk(): Promise<BigItems> {
    const walk = new Walk(this.#cache, this.#now);
    try {
      for (;;) {
        await this.#slices.turn();
        if (this.#slices.counted(() => this.#stretch(walk))) break;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      const keptMs = Math.max(MIN_KEPT_MS, KEPT_TIMES * walk.workedMs);
      this.#keptUntilMs = this.#now() + keptMs;
    }
    const { survey } = walk;
    return {
      items: readStats(this.#cache).items,
      itemsByType: survey.items,
      slabBytesByType: survey.slabBytes,
      largest: survey.largest(),
    };
  }
}
