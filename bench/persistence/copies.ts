/**
 * The engine's own part of a restart, in one thread and without files: copies a cache into effects as a snapshot does, and
 * brings effects and log records back into another. Measures what that takes and how long locks are held.
 */

import {
  Cache,
  CopyStep,
  EffectBuffer,
  readStats,
  Region,
  Restore,
  ShardCopy,
} from "../../cache/mod.ts";
import { makeValue, mustPut, NumberedKey } from "../engine/fill.ts";
import { atLeast, atMost, plain, type Row } from "../report.ts";
import type { BenchOptions } from "./options.ts";

const HOLD_TARGET_MS = 2;
const RESTORE_TARGET = 500_000;
const KEY_BYTES = 16;
const VALUE_BYTES = 100;
const ITEM_BYTES = 220;
const LEAST_MEMORY_BYTES = 2 ** 24;
const LOG_BYTES = 2 ** 22;
/** Puts between two looks at the log ring. */
const DRAIN_EVERY = 1000;
const READ_BYTES = 2 ** 21;

/** Copies every shard; `take` is given effects. Returns the milliseconds of each step. */
export function copyAll(cache: Cache, take: (effects: Uint8Array) => void): number[] {
  const into = new EffectBuffer();
  const stepsMs: number[] = [];
  for (let index = 0; index < cache.shards.length; index++) {
    const copy = new ShardCopy(cache, index);
    for (let step: CopyStep = CopyStep.more; step !== CopyStep.done;) {
      const fromMs = performance.now();
      step = copy.step(into);
      stepsMs.push(performance.now() - fromMs);
      if (step === CopyStep.busy) throw new Error(`Cannot copy shard ${index}: it is locked`);
      take(into.effects);
      into.clear();
    }
  }
  return stepsMs;
}

/** A cache of `memoryBytes` whose changes go to a log ring. */
export function loggedCache(memoryBytes: number): Cache {
  return new Cache(Region.create({ memoryBytes: memoryBytes + LOG_BYTES, logBytes: LOG_BYTES }), 0);
}

/** An empty cache of the same size, and what restores another of that size into it. */
export function restoringCache(memoryBytes: number): { cache: Cache; restore: Restore } {
  const region = Region.create({ memoryBytes: memoryBytes + LOG_BYTES, logBytes: LOG_BYTES });
  // Neither of the two then writes a log of its own.
  region.restores();
  const restoring = new Cache(region, 0, () => 0);
  const restore = new Restore(restoring, { shardCount: region.geometry.shardCount });
  return { cache: new Cache(region, 1), restore };
}

/** Hands over what a log ring holds, until it is empty. */
export class LogDrain {
  readonly #cache: Cache;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #position = 0;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Calls `take` with records and their position; the bytes are valid only then. */
  drain(take: (records: Uint8Array, position: number) => void): void {
    const { log } = this.#cache.region;
    if (log === null) throw new Error("Cannot drain: the cache has no log");
    for (let count = log.read(this.#buffer); count > 0; count = log.read(this.#buffer)) {
      take(this.#buffer.subarray(0, count), this.#position);
      this.#position += count;
    }
  }
}

/** Fills a cache with `count` items, and keeps what its log says of them. */
function filled(cache: Cache, count: number): Uint8Array[] {
  const key = new NumberedKey(KEY_BYTES);
  const value = makeValue(VALUE_BYTES);
  const drain = new LogDrain(cache);
  const log: Uint8Array[] = [];
  const keep = (records: Uint8Array) => void log.push(records.slice());
  for (let id = 0; id < count; id++) {
    mustPut(cache, key.set(id), value);
    if (id % DRAIN_EVERY === 0) drain.drain(keep);
  }
  drain.drain(keep);
  return log;
}

/** Items a second that `work` brings back. */
function perSecond(cache: Cache, work: () => void): number {
  const fromMs = performance.now();
  work();
  return 1000 * readStats(cache).items / (performance.now() - fromMs);
}

/** What one thread copies and restores. */
export function copyRows({ itemCount, rounds }: BenchOptions): Promise<Row[]> {
  const memoryBytes = Math.max(LEAST_MEMORY_BYTES, itemCount * ITEM_BYTES);
  const cache = loggedCache(memoryBytes);
  const log = filled(cache, itemCount);
  // Full windows may have cost a few.
  const { items } = readStats(cache);
  // Every round makes the same steps: of each the shortest time is its own, all else is the machine's.
  let stepsMs: number[] | undefined;
  let copied = 0;
  let fromSnapshot = 0;
  let fromLog = 0;
  let lost = 0;
  for (let round = 0; round < rounds; round++) {
    const effects: Uint8Array[] = [];
    const fromMs = performance.now();
    const tookMs = copyAll(cache, (some) => void effects.push(some.slice()));
    stepsMs = stepsMs?.map((ms, step) => Math.min(ms, tookMs[step]!)) ?? tookMs;
    copied = Math.max(copied, 1000 * items / (performance.now() - fromMs));
    const one = restoringCache(memoryBytes);
    const sections = () => effects.forEach((some) => one.restore.applySection(some));
    fromSnapshot = Math.max(fromSnapshot, perSecond(one.cache, sections));
    const other = restoringCache(memoryBytes);
    let position = 0;
    const records = () => {
      for (const some of log) {
        other.restore.applyLog(some, position);
        position += some.length;
      }
    };
    fromLog = Math.max(fromLog, perSecond(other.cache, records));
    for (const back of [one.cache, other.cache]) {
      lost = Math.max(lost, items - readStats(back).items);
    }
  }
  const what = `${items} items of ${KEY_BYTES} + ${VALUE_BYTES} bytes, one thread, best round`;
  return Promise.resolve([
    atMost(
      "longest hold of a lock for a copy",
      Math.max(...stepsMs ?? []),
      HOLD_TARGET_MS,
      "ms",
      3,
    ),
    plain(`copied: ${what}`, copied, "a second", 0),
    atLeast(`restored from copies: ${what}`, fromSnapshot, RESTORE_TARGET, "a second", 0),
    atLeast(`restored from the log: ${what}`, fromLog, RESTORE_TARGET, "a second", 0),
    atMost("items that did not come back", lost, 0, "", 0),
  ]);
}
