// The buckets in which latencies are counted: each octave from 0.5 µs to 64 s is cut into four of equal width, so a
// quantile is right within an eighth. Log-linear, as HdrHistogram has them (hdrhistogram.org). Times are whole
// numbers of steps of 1/8 µs. Knows no memory.

/** Steps of a microsecond. */
export const STEPS_PER_US = 8;
/** Buckets of an octave, as a power of two. */
const OCTAVE_SHIFT = 2;
const OCTAVE_BUCKETS = 1 << OCTAVE_SHIFT;
const OCTAVE_MASK = OCTAVE_BUCKETS - 1;
/** Steps where the first octave begins, 0.5 µs, and where the last one ends, 2^26 µs: about 67 s. */
const FIRST_STEPS = 4;
const FIRST_OCTAVE = 2;
const LAST_OCTAVE = 29;
/** Below all octaves, in them, above them. */
export const LATENCY_BUCKETS = (LAST_OCTAVE - FIRST_OCTAVE) * OCTAVE_BUCKETS + 2;
/** Longest time that can be noted, in steps. What took longer counts as this. */
export const MAX_STEPS = 2 ** 31 - 1;

/** `us` microseconds in steps. */
export function stepsOf(us: number): number {
  const steps = us * STEPS_PER_US;
  return steps < MAX_STEPS ? Math.round(steps) : MAX_STEPS;
}

/** Number of the bucket for a time of `steps`. */
export function bucketOf(steps: number): number {
  if (steps < FIRST_STEPS) return 0;
  const octave = 31 - Math.clz32(steps);
  if (octave >= LAST_OCTAVE) return LATENCY_BUCKETS - 1;
  const part = (steps >>> (octave - OCTAVE_SHIFT)) & OCTAVE_MASK;
  return 1 + ((octave - FIRST_OCTAVE) << OCTAVE_SHIFT) + part;
}

/** Times in bucket `bucket` are below so many microseconds, and at least those of the bucket before. */
export function upperUs(bucket: number): number {
  if (bucket === 0) return FIRST_STEPS / STEPS_PER_US;
  if (bucket >= LATENCY_BUCKETS - 1) return Infinity;
  const octave = (bucket - 1) >>> OCTAVE_SHIFT;
  const part = (bucket - 1) & OCTAVE_MASK;
  return (FIRST_STEPS / STEPS_PER_US) * 2 ** octave * (1 + (part + 1) / OCTAVE_BUCKETS);
}
