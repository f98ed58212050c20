// Latencies as they were counted, by bucket: of one thread or summed over several, since the start or between two
// looks. Quantiles follow from them. Plain numbers, no shared memory.

import { LATENCY_BUCKETS, upperUs } from "./latency_buckets.ts";

/** How many calls took how long. */
export class LatencyCounts {
  /** Calls by bucket; {@linkcode upperUs} says where each ends. */
  readonly counts: Float64Array = new Float64Array(LATENCY_BUCKETS);
  /** All calls. */
  total = 0;
  /** What they took together, and the longest of them, in microseconds. */
  sumUs = 0;
  maxUs = 0;

  /** Adds `calls` calls to a bucket. */
  add(bucket: number, calls: number): void {
    this.counts[bucket]! += calls;
    this.total += calls;
  }

  /** What was counted since `before`, which is an earlier look at the same. The longest is as far as buckets tell. */
  minus(before: LatencyCounts): LatencyCounts {
    const rest = new LatencyCounts();
    let last = -1;
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      const calls = Math.max(0, this.counts[bucket]! - before.counts[bucket]!);
      if (calls === 0) continue;
      rest.add(bucket, calls);
      last = bucket;
    }
    rest.sumUs = Math.max(0, this.sumUs - before.sumUs);
    rest.maxUs = last < 0 ? 0 : Math.min(upperUs(last), this.maxUs);
    return rest;
  }

  /** Microseconds below which the share `q` of all calls lies; 0 where there are none. */
  quantileUs(q: number): number {
    return Math.min(quantileUs(this.counts, q), this.maxUs || Infinity);
  }
}

/** Microseconds below which the share `q` (0 to 1) of what `counts` has lies, evenly spread within a bucket. */
export function quantileUs(counts: Float64Array, q: number): number {
  let total = 0;
  for (const calls of counts) total += calls;
  let rank = q * total;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const calls = counts[bucket]!;
    if (calls > 0 && rank <= calls) {
      const lower = bucket === 0 ? 0 : upperUs(bucket - 1);
      const upper = upperUs(bucket);
      return upper === Infinity ? lower : lower + (upper - lower) * (rank / calls);
    }
    rank -= calls;
  }
  return 0;
}
