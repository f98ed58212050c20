// What the cache would hit with another amount of memory: shadow caches of several sizes that see the uses of sampled
// keys alone, each as much smaller than a real one as the sample is. One use after the other, main tells what became of
// it in the real cache. Knows no region and no clock of its own.

import { mixedHash, sampleBound } from "../../contract/keys/key_samples.ts";
import { Fills } from "./fills.ts";
import { MissCounts } from "./miss_counts.ts";
import { ShadowCache } from "./shadow_cache.ts";

/** The sizes that are looked at, of the memory that there is. */
export const CURVE_TIMES = [0.25, 0.5, 1, 2, 4] as const;
/** Which of them is the real one, and which holds most. */
const REAL = 2;
const LARGEST = CURVE_TIMES.length - 1;
/** Places for items in the largest shadow; others have as many for their size. */
const LARGEST_ITEMS = 32_768;
/** Most keys of all that are sampled. */
export const MAX_SAMPLE_RATE = 0.005;
/** It is not halved below this. */
const LEAST_SAMPLE_RATE = MAX_SAMPLE_RATE / 2 ** 14;
/** It is doubled where no shadow has more of its places taken. */
const MOST_TO_DOUBLE = 0.25;
/** Counts fade so that they speak of the last this many turnovers, but of so many misses at least, and an hour at most. */
const WINDOW_TURNOVERS = 4;
const WINDOW_MISSES = 4000;
const WINDOW_MS = 3_600_000;
/** Expired items are looked for once in so many ticks: about as soon as main finds them in the real cache. */
const SWEEP_TICKS = 4;
/** Shadows count misses once that of the real size holds so much of what the real cache does, or has seen so many uses. */
const WARM_SHARE = 0.85;
const WARM_USES_PER_ITEM = 4;
/** How many standard deviations fewer of them may be in the sample than would be right. */
const CHANCE = 2;
/** A point is given once its shadow holds so many items, or all that there are, and its error is at most this. */
const LEAST_ITEMS = 50;
const MOST_ERROR = 0.01;
/**
 * What the shadow of a smaller cache may be off besides, times the root of its items: with few of them probation settles at
 * another share than in a real one. Half of 16 MiB, 150 items, was off by 1.5 to 3.7 points, a quarter of 128 MiB by 0.5.
 */
const SETTLING_ERROR = 0.2;
/** Fewest sampled reads for any point. */
const LEAST_READS = 500;

/** What a use of a key was: bits; or none of them: so many hits as are given in place of eighths. */
export const KeyUse = { hits: 0, read: 1, hit: 2, write: 4 } as const;

/** The real cache, as it is at a tick; counts are since its start. */
export interface RealCache {
  readonly hits: number;
  readonly misses: number;
  readonly items: number;
  /** Eighths of all slabs. */
  readonly slabEighths: number;
  /** Items that the index takes, and entries of all ghost tables. */
  readonly indexLimit: number;
  readonly ghosts: number;
  /** What probation has of the slabs above its least share. */
  readonly probationShare: number;
}

/** A size, and what is known of it. */
export interface CurveEstimate {
  readonly times: number;
  readonly hitRatio: number;
  /** Standard error of the hit ratio. */
  readonly error: number;
}

/** Shadow caches of all sizes. */
export class CurveModel {
  readonly #shadows = CURVE_TIMES.map((times) => {
    return new ShadowCache(LARGEST_ITEMS * times / CURVE_TIMES[LARGEST]!);
  });
  readonly #counts = new MissCounts(CURVE_TIMES.length, REAL);
  readonly #fills = new Fills();
  #rate = MAX_SAMPLE_RATE;
  /** Keys whose mixed hash is below are in the sample. */
  #bound = sampleBound(MAX_SAMPLE_RATE);
  #isWarm = true;
  #real: RealCache | null = null;
  #lastMs = 0;
  /** Uses since all began anew. */
  #seen = 0;

  /** Share of the keys that are sampled. It goes down where they would be too many. */
  get rate(): number {
    return this.#rate;
  }

  /** Reads of sampled keys that the estimates stand on. */
  get sampledReads(): number {
    return this.#counts.sampledReads;
  }

  /** Bytes that all of it holds, however many keys there are. */
  get bytes(): number {
    return this.#shadows.reduce((sum, { bytes }) => sum + bytes, Fills.BYTES);
  }

  /**
   * A key was used. `use` is of KeyUse; `eighths` is what its item takes now, 0 if there is none; `deadlineMs` its
   * deadline or 0.
   */
  use(hash: number, use: number, eighths: number, deadlineMs: number, nowMs: number): void {
    // Some were sampled before the rate went down.
    if (mixedHash(hash) >= this.#bound) return;
    this.#seen++;
    if (use === KeyUse.hits && this.#isWarm) this.#counts.read(hash, true, eighths);
    if ((use & KeyUse.read) !== 0) {
      // Of a key that was read without a lock the size is not known.
      const size = eighths === 0 && use === (KeyUse.read | KeyUse.hit)
        ? this.#usualSize()
        : eighths;
      this.#read(hash, use, size, deadlineMs, nowMs);
    }
    if ((use & KeyUse.write) !== 0) this.#write(hash, eighths, deadlineMs, nowMs);
    if (this.#shadows.some(({ items }) => items.isFull)) this.#setRate(this.#rate / 2);
  }

  /** Compares with the real cache, and forgets a little. To be called some times a second. */
  tick(real: RealCache, nowMs: number): void {
    const before = this.#real;
    this.#real = real;
    this.#fit(real);
    const shadow = this.#shadows[REAL]!;
    shadow.probationShare = real.probationShare;
    for (const one of this.#shadows) one.sweep(Math.ceil(one.items.end / SWEEP_TICKS), nowMs);
    const wasWarm = this.#isWarm;
    const items = real.items * this.#rate;
    this.#isWarm = shadow.items.count >= WARM_SHARE * items - CHANCE * Math.sqrt(items) ||
      this.#seen >= WARM_USES_PER_ITEM * items;
    // What was counted while items were missing from the shadows says nothing.
    if (before === null || !wasWarm) this.#counts.clear();
    else this.#count(before, real, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
  }

  /** The real cache was emptied: all begins anew. */
  clear(): void {
    for (const shadow of this.#shadows) shadow.clear();
    this.#fills.clear();
    this.#counts.clear();
    this.#seen = 0;
    this.#setRate(MAX_SAMPLE_RATE);
  }

  /** Samples half as many keys from now on, down to a last few. */
  sampleLess(): void {
    if (this.#rate > LEAST_SAMPLE_RATE) this.#setRate(this.#rate / 2);
  }

  /** Samples twice as many keys again, if there is space for them. What is said then begins anew. */
  sampleMore(): void {
    if (this.#rate >= MAX_SAMPLE_RATE) return;
    if (this.#shadows.some(({ items }) => items.count > MOST_TO_DOUBLE * items.maxItems)) return;
    this.#setRate(this.#rate * 2);
    this.#counts.clear();
    this.#seen = 0;
  }

  /** What was counted until now is not to count; what the shadows hold stays. */
  forgetCounts(): void {
    this.#counts.clear();
  }

  /** The hit ratio at each size of which enough is known, smallest first; nothing unless it is the real one, too. */
  estimates(): CurveEstimate[] {
    if (this.#counts.sampledReads < LEAST_READS) return [];
    const all = CURVE_TIMES.map((times, i) => {
      const { missRatio, error: sampling } = this.#counts.estimate(i, this.#rate);
      const { items, fullness } = this.#shadows[i]!;
      const isFull = fullness >= WARM_SHARE;
      const isKnown = i === REAL || !isFull || items.count >= LEAST_ITEMS;
      const settling = i < REAL && isFull ? SETTLING_ERROR / Math.sqrt(items.count) : 0;
      const error = Math.hypot(sampling, settling);
      return { times, hitRatio: 1 - missRatio, error, isKnown: isKnown && error <= MOST_ERROR };
    });
    // More memory hits no less; what seems so is error.
    for (let i = REAL + 1; i < all.length; i++) {
      all[i]!.hitRatio = Math.max(all[i]!.hitRatio, all[i - 1]!.hitRatio);
    }
    for (let i = REAL - 1; i >= 0; i--) {
      all[i]!.hitRatio = Math.min(all[i]!.hitRatio, all[i + 1]!.hitRatio);
    }
    return all.filter(({ isKnown }) => isKnown)
      .map(({ times, hitRatio, error }) => ({ times, hitRatio, error }));
  }

  #read(hash: number, use: number, eighths: number, deadlineMs: number, nowMs: number): void {
    const isHit = (use & KeyUse.hit) !== 0;
    const comesBack = isHit && eighths > 0 && this.#fills.isFilled(hash);
    // Before any of them finds that it has expired.
    const newDeadlineMs = comesBack ? this.#deadlineOf(hash, deadlineMs, nowMs) : 0;
    const wasKnown = this.#shadows[LARGEST]!.has(hash, nowMs);
    for (const [i, shadow] of this.#shadows.entries()) {
      if (shadow.read(hash, nowMs)) continue;
      if (this.#isWarm) this.#counts.miss(i, hash);
      if (comesBack) shadow.put(hash, eighths, newDeadlineMs, nowMs);
    }
    if (this.#isWarm) this.#counts.read(hash, isHit);
    if (isHit) this.#fills.take(hash, false, nowMs);
    else this.#fills.missed(hash, wasKnown, nowMs);
  }

  #write(hash: number, eighths: number, deadlineMs: number, nowMs: number): void {
    const isFill = this.#fills.take(hash, eighths > 0, nowMs);
    for (const shadow of this.#shadows) {
      if (eighths === 0) shadow.remove(hash);
      else if (isFill && shadow.has(hash, nowMs)) shadow.resized(hash, eighths, nowMs);
      else shadow.put(hash, eighths, deadlineMs, nowMs);
    }
  }

  #usualSize(): number {
    const { used, count } = this.#shadows[REAL]!.items;
    return count === 0 ? 1 : Math.ceil(used / count);
  }

  /** The deadline of an item that is put again: it lives as long as it did the last time. */
  #deadlineOf(hash: number, deadlineMs: number, nowMs: number): number {
    if (deadlineMs === 0) return 0;
    let ttlMs = 0;
    for (const shadow of this.#shadows) ttlMs = Math.max(ttlMs, shadow.ttlOf(hash));
    return Math.max(deadlineMs, nowMs + ttlMs);
  }

  /** Adds what has happened since the last tick, and lets the whole fade. */
  #count(before: RealCache, real: RealCache, elapsedMs: number): void {
    const counts = this.#counts;
    const misses = Math.max(0, real.misses - before.misses);
    counts.missedReads += misses;
    counts.reads += misses + Math.max(0, real.hits - before.hits);
    const window = Math.max(WINDOW_MISSES, WINDOW_TURNOVERS * this.#shadows[REAL]!.items.count);
    const faded = Math.min(1, misses * this.#rate / window) + Math.min(1, elapsedMs / WINDOW_MS);
    const factor = Math.max(0, 1 - faded);
    counts.fade(factor);
    this.#fills.fade(factor);
  }

  /** Gives each shadow the size that it has to have. */
  #fit({ slabEighths, indexLimit, ghosts }: RealCache): void {
    for (const [i, shadow] of this.#shadows.entries()) {
      const scale = CURVE_TIMES[i]! * this.#rate;
      shadow.resize(slabEighths * scale, indexLimit * scale, ghosts * scale);
    }
  }

  /** Samples fewer keys: those that are left out are forgotten. */
  #setRate(rate: number): void {
    this.#counts.thin(rate / this.#rate);
    this.#seen *= rate / this.#rate;
    this.#rate = rate;
    this.#bound = sampleBound(rate);
    for (const shadow of this.#shadows) shadow.keep((hash) => mixedHash(hash) < this.#bound);
    if (this.#real !== null) this.#fit(this.#real);
  }
}
