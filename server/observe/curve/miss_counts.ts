// Misses of sampled keys, in each shadow and in the real cache, and what they say of real caches of other sizes. The
// real cache's own miss ratio is known exactly. So only how the misses of a shadow compare with others is taken from the
// sample: how hot the keys are that happen to be in it then cancels out. (SHARDS-adj, Waldspurger et al., FAST 2015,
// corrects the number of reads alone; on caches of some hundred sampled items this is twice as exact: bench/curve.)
//
// There are several ways to compare. Keys fall into groups by their hash, and how much an estimate changes when one
// group is left out says how far it may be off: the jackknife (Efron and Stein, Annals of Statistics 9(3), 1981). The way
// is taken that changes least.

const GROUPS = 16;
const GROUP_SHIFT = 9;
/** Rows of counts before those of the shadows: reads of sampled keys, and those that missed in the real cache. */
const READS = 0;
const REAL_MISSES = 1;
const SHADOWS = 2;
/** A ratio is taken to what has so many misses, and within this factor of what it should have. */
const LEAST_MISSES = 20;
const MOST_UNLIKE = 2;

/** An estimate, and its standard error; both of 1. */
export interface Estimate {
  readonly missRatio: number;
  readonly error: number;
}

/** What is counted of sampled keys, of all groups or of all but one. */
interface Sums {
  /** Reads of sampled keys. */
  readonly reads: number;
  /** Misses in the real cache, in the shadow of its size, and in the shadow that is looked at. */
  readonly real: number;
  readonly base: number;
  readonly misses: number;
  /** The share of all groups that are in this. */
  readonly share: number;
}

/** Counts that fade, of one real cache and its shadows. */
export class MissCounts {
  readonly #counts: Float64Array;
  readonly #base: number;
  /** Reads of all keys, and those that missed. */
  reads = 0;
  missedReads = 0;

  /** @param shadows How many there are; `base` is the number of that with the size of the real cache. */
  constructor(shadows: number, base: number) {
    this.#counts = new Float64Array((SHADOWS + shadows) * GROUPS);
    this.#base = base;
  }

  /** Reads of sampled keys. */
  get sampledReads(): number {
    return this.#sum(READS);
  }

  /** A sampled key was read in the real cache, `count` times with the same outcome. */
  read(hash: number, isHit: boolean, count = 1): void {
    this.#add(READS, hash, count);
    if (!isHit) this.#add(REAL_MISSES, hash, count);
  }

  /** A read of a sampled key has missed in shadow number `shadow`. */
  miss(shadow: number, hash: number): void {
    this.#add(SHADOWS + shadow, hash, 1);
  }

  /** Lets all counts be `factor` of what they are. */
  fade(factor: number): void {
    this.thin(factor);
    this.reads *= factor;
    this.missedReads *= factor;
  }

  /** Lets the counts of the sample be `factor` of what they are: it has become so much smaller. */
  thin(factor: number): void {
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i]! *= factor;
  }

  clear(): void {
    this.fade(0);
  }

  /** The miss ratio that a real cache of the size of a shadow would have; `rate` is the share of keys in the sample. */
  estimate(shadow: number, rate: number): Estimate {
    if (this.reads === 0) return { missRatio: 1, error: 1 };
    const real = this.missedReads / this.reads;
    if (shadow === this.#base) return { missRatio: real, error: 0 };
    const sampled = this.reads * rate;
    const off = this.#offReal(sampled);
    const ways = [
      this.#jackknife(shadow, off, ({ misses, base, share }) => {
        return real + (misses - base) / (sampled * share);
      }),
      this.#jackknife(shadow, off, ({ misses, base, reads }) => {
        return real + (misses - base) / Math.max(1, reads);
      }),
    ];
    // Where nearly nothing is missed a ratio says nothing.
    if (this.#isLikeReal(SHADOWS + this.#base, sampled)) {
      ways.push(this.#jackknife(shadow, off, ({ misses, base }) => real * misses / base));
    }
    if (this.#isLikeReal(REAL_MISSES, sampled)) {
      ways.push(this.#jackknife(shadow, off / 2, (sums) => real * sums.misses / sums.real));
    }
    const { missRatio, error } = ways.reduce((best, way) => way.error < best.error ? way : best);
    return { missRatio: Math.max(0, Math.min(1, missRatio)), error };
  }

  /**
   * How far the shadow of the real size is off for the very keys that are sampled. On the edge of what a cache can hold,
   * as in a loop over a little more, this is much, and goes into all that is compared with it.
   */
  #offReal(sampled: number): number {
    return Math.abs(this.#sum(SHADOWS + this.#base) - this.#sum(REAL_MISSES)) / sampled;
  }

  #add(row: number, hash: number, count: number): void {
    this.#counts[row * GROUPS + ((hash >>> GROUP_SHIFT) & (GROUPS - 1))]! += count;
  }

  #sum(row: number): number {
    let sum = 0;
    for (let group = 0; group < GROUPS; group++) sum += this.#counts[row * GROUPS + group]!;
    return sum;
  }

  /** Whether a row of misses is about what it should be for the real cache, where so many reads should be sampled. */
  #isLikeReal(row: number, sampled: number): boolean {
    const misses = this.#sum(row);
    const expected = sampled * this.missedReads / this.reads;
    return misses >= LEAST_MISSES && misses < MOST_UNLIKE * expected &&
      expected < MOST_UNLIKE * misses;
  }

  /** An estimate, and how far it is off: by what it changes without one group, and by `bias` besides. */
  #jackknife(shadow: number, bias: number, estimateOf: (sums: Sums) => number): Estimate {
    const rows = [READS, REAL_MISSES, SHADOWS + this.#base, SHADOWS + shadow];
    const all = rows.map((row) => this.#sum(row));
    const without = (group: number): Sums => {
      const [reads, real, base, misses] = rows.map((row, i) => {
        return all[i]! - (group < 0 ? 0 : this.#counts[row * GROUPS + group]!);
      }) as [number, number, number, number];
      return { reads, real, base, misses, share: group < 0 ? 1 : (GROUPS - 1) / GROUPS };
    };
    const missRatio = estimateOf(without(-1));
    let squares = 0;
    for (let group = 0; group < GROUPS; group++) {
      squares += (estimateOf(without(group)) - missRatio) ** 2;
    }
    return { missRatio, error: Math.hypot(Math.sqrt(squares * (GROUPS - 1) / GROUPS), bias) };
  }
}
