/**
 * Latencies in fixed memory: one bucket per microsecond up to about a millisecond, then 512 per power of two,
 * so that a percentile is at most 0.2 % off (the idea of Gil Tene's HdrHistogram).
 */

const LINEAR_BUCKETS = 1024;
const BUCKETS_PER_OCTAVE = 512;
const OCTAVES = 21;

/** Counts latencies and answers percentiles, in milliseconds. */
export class Histogram {
  readonly #counts = new Uint32Array(LINEAR_BUCKETS + OCTAVES * BUCKETS_PER_OCTAVE);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  /** Adds a latency. */
  record(latencyMs: number): void {
    const us = Math.min(0x7fffffff, Math.max(0, Math.round(latencyMs * 1000)));
    let bucket = us;
    if (us >= LINEAR_BUCKETS) {
      const shift = 22 - Math.clz32(us);
      bucket = LINEAR_BUCKETS + (shift - 1) * BUCKETS_PER_OCTAVE + (us >>> shift) -
        BUCKETS_PER_OCTAVE;
    }
    this.#counts[bucket]!++;
    this.#count++;
    this.#sumMs += latencyMs;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  /** The mean, or 0 when nothing was recorded. */
  get meanMs(): number {
    return this.#count === 0 ? 0 : this.#sumMs / this.#count;
  }

  /** The longest. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** The latency that a share (0 to 1) of all stays at or below. */
  percentileMs(share: number): number {
    let left = Math.ceil(share * this.#count);
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return lowestUs(bucket) / 1000;
    }
    return this.#maxMs;
  }
}

function lowestUs(bucket: number): number {
  if (bucket < LINEAR_BUCKETS) return bucket;
  const octave = Math.floor((bucket - LINEAR_BUCKETS) / BUCKETS_PER_OCTAVE);
  const step = (bucket - LINEAR_BUCKETS) % BUCKETS_PER_OCTAVE;
  return (BUCKETS_PER_OCTAVE + step) * 2 ** (octave + 1);
}
