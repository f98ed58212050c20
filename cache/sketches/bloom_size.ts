// How large a Bloom filter is for so many items at such a rate of false positives, with the formulas and
// constants of RedisBloom, so that filters can be carried over. Pure arithmetic.

/** ln(2) squared, and ln(2), with the digits that RedisBloom has. */
const LN2_SQUARED = 0.480453013918201;
const LN2 = 0.693147180559945;

/** Each further filter of a chain has this share of the error rate of the one before. */
export const TIGHTENING = 0.5;
/** A higher rate of false positives is taken for this one. */
export const MAX_ERROR_RATE = 0.25;

/** Bits that an item takes. */
export function bitsPerItem(errorRate: number): number {
  return Math.abs(Math.log(errorRate) / LN2_SQUARED);
}

/** Bits of a filter: a multiple of 64. */
export function bloomBits(items: number, errorRate: number): number {
  const bits = Math.max(1, Math.floor(items * bitsPerItem(errorRate)));
  return Math.ceil(bits / 64) * 64;
}

/** Bits that are set for one item. */
export function hashCount(perItem: number): number {
  return Math.ceil(LN2 * perItem);
}
