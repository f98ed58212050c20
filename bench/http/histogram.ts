/**
 * Latencies in fixed memory: one bucket per microsecond up to about a millisecond, then 512 per power of two,
 * so that a percentile is at most 0.2 % off (the idea of Gil Tene's HdrHistogram).
 */

const linearBuckets = 1024;
const bucketsPerOctave = 512;
const octaves = 21;

/** Counts latencies and answers percentiles, in milliseconds. */
export class Histogram {
  readonly #counts = new Uint32Array(linearBuckets + octaves * bucketsPerOctave);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  /** Adds a latency. */
  record(latencyMs: number): void {
    const us = Math.min(0x7fffffff, Math.max(0, Math.round(latencyMs * 1000)));
    let bucket = us;
    if (us >= linearBuckets) {
      const shift = 22 - Math.clz32(us);
      bucket = linearBuckets + (shift - 1) * bucketsPerOctave + (us >>> shift) - bucketsPerOctave;
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
  if (bucket < linearBuckets) return bucket;
  const octave = Math.floor((bucket - linearBuckets) / bucketsPerOctave);
  const step = (bucket - linearBuckets) % bucketsPerOctave;
  return (bucketsPerOctave + step) * 2 ** (octave + 1);
}
