// How many different members a HyperLogLog has seen, from how often each register value occurs.
// Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284,
// in the order of steps of Redis, so that every digit agrees. Knows no encoding.

/** Registers of a HyperLogLog. */
export const REGISTERS = 16384;
/** Bits of a hash that are not the register's number: no register has more than one above this. */
export const COUNTED_BITS = 50;
/** Places of a histogram: every value that a register of six bits can have. */
export const HISTOGRAM_PLACES = 64;
/** 1 / (2 ln 2). */
const ALPHA = 0.721347520444481703680;
const MAX_EXACT = 2 ** 63;

/**
 * The estimate, rounded. `histogram[v]` registers have the value `v`. Registers that no hash can make
 * may give more than 63 bits hold: then -2^63, as in Redis.
 */
export function estimateOf(histogram: Int32Array): number {
  let sum = REGISTERS * tau((REGISTERS - histogram[COUNTED_BITS + 1]!) / REGISTERS);
  for (let value = COUNTED_BITS; value >= 1; value--) sum = (sum + histogram[value]!) * 0.5;
  sum += REGISTERS * sigma(histogram[0]! / REGISTERS);
  const estimate = Math.round(ALPHA * REGISTERS * REGISTERS / sum);
  return estimate < MAX_EXACT ? estimate : -MAX_EXACT;
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let [x, y, sum, before] = [share, 1, share, 0];
  do {
    x *= x;
    before = sum;
    sum += x * y;
    y += y;
  } while (before !== sum);
  return sum;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, sum, before] = [share, 1, 1 - share, 0];
  do {
    x = Math.sqrt(x);
    before = sum;
    y *= 0.5;
    sum -= (1 - x) * (1 - x) * y;
  } while (before !== sum);
  return sum / 3;
}
