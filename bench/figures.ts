/**
 * The arithmetic of figures that several benchmarks share: medians over rounds, ratios of servers that
 * took turns, and when a thread counts as busy. Knows nothing of what is measured, and prints nothing.
 */

/** From this share of a core on, a program of one thread counts as busy. */
export const MIN_BUSY_CORES = 0.95;

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of those that were measured; undefined if none was. */
export function medianOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

/** A load of one round, as far as throughput goes. */
interface Throughput {
  readonly perSecond: number;
}

/**
 * The throughput of one server against another's: the median of the ratios within each round, since what
 * else the machine does touches neighbours in time alike.
 *
 * @param ones what was measured of the one in each round, `others` of the other in the same rounds
 */
export function throughputRatio(
  ones: readonly Throughput[],
  others: readonly Throughput[],
): number {
  return median(ones.map((one, round) => one.perSecond / others[round]!.perSecond));
}

/** A number without decimals, thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
