/**
 * What a polite client's samples say: percentiles of a stretch of time, and for how many seconds on end it was badly
 * served. Knows nothing of requests.
 */

import type { Sample } from "./polite_client.ts";

/** From this p99 of a second on, that second counts as bad. */
const MAX_SECOND_P99_MS = 100;
const SECOND_MS = 1000;

/** The figures of a table row, in milliseconds. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The most seconds on end whose p99 was over 100 ms. */
  readonly badSeconds: number;
}

/**
 * Sums samples up.
 *
 * @param fromMs when the attack began; samples before are left out
 * @param toMs when it ended; later ones count for the maximum and the bad seconds only
 */
export function latenciesOf(samples: readonly Sample[], fromMs: number, toMs: number): Latencies {
  const later = samples.filter(({ dueMs }) => dueMs >= fromMs);
  const during = later.filter(({ dueMs }) => dueMs < toMs).map(({ tookMs }) => tookMs);
  return {
    p50Ms: percentile(during, 0.5),
    p99Ms: percentile(during, 0.99),
    maxMs: Math.max(0, ...later.map(({ tookMs }) => tookMs)),
    badSeconds: badSecondsOf(later, fromMs),
  };
}

/** The smallest value that at least this share of the values does not exceed; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function badSecondsOf(samples: readonly Sample[], fromMs: number): number {
  const seconds: number[][] = [];
  for (const { dueMs, tookMs } of samples) {
    (seconds[Math.floor((dueMs - fromMs) / SECOND_MS)] ??= []).push(tookMs);
  }
  let most = 0;
  let run = 0;
  for (let i = 0; i < seconds.length; i++) {
    run = percentile(seconds[i] ?? [], 0.99) > MAX_SECOND_P99_MS ? run + 1 : 0;
    most = Math.max(most, run);
  }
  return most;
}
