/**
 * Latencies of a load: as measured, and corrected for coordinated omission. A load that waits for a
 * server that stalls leaves requests out (Gil Tene, "How NOT to measure latency").
 *
 * @module
 */

import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** A distribution in milliseconds. */
export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** A bar of the histogram: the number of requests in a range of latencies. */
export interface LatencyBar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

const NS_PER_MS = 1e6;
const BARS_PER_OCTAVE = 2;
const SMALLEST_BAR_NS = 10_000;

/** Records latencies in fixed memory. */
export class LatencyRecorder {
  readonly #measured: RecordableHistogram = createHistogram();
  readonly #fromDue: RecordableHistogram = createHistogram();
  /** Counts of latencies that may hide requests of a closed loop, by tenths of a power of two. */
  readonly #fine = new Uint32Array(512);

  /** Adds the latency of a request that was due when it was sent. */
  record(latencyMs: number): void {
    const ns = nanoseconds(latencyMs);
    this.#measured.record(ns);
    this.#fine[Math.min(511, Math.floor(Math.log2(ns) * 10))]!++;
  }

  /** Adds the latency of a request that may have been sent later than it was due. */
  recordPaced(sinceSentMs: number, sinceDueMs: number): void {
    this.#measured.record(nanoseconds(sinceSentMs));
    this.#fromDue.record(nanoseconds(sinceDueMs));
  }

  /** Adds a request that was due and never sent, with the time that it has waited so far. */
  recordUnsent(sinceDueMs: number): void {
    this.#fromDue.record(nanoseconds(sinceDueMs));
  }

  /** The latencies as they were measured from sending to answer. */
  measuredHistogram(): RecordableHistogram {
    return this.#measured;
  }

  /** The latencies as they would have been, had each request been sent when it was due. */
  correctedHistogram(): RecordableHistogram {
    if (this.#fromDue.count > 0) return this.#fromDue;
    return withHidden(this.#measured, this.#fine);
  }
}

/** Summarises a distribution. */
export function summary(histogram: RecordableHistogram): LatencySummary {
  if (histogram.count === 0) return { mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
  const at = (percent: number) => percentileMs(histogram, percent);
  return {
    mean: toMs(histogram.mean),
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: toMs(histogram.max),
  };
}

/** The given percentile of the latencies, in milliseconds. 0 if there are none. */
export function percentileMs(histogram: RecordableHistogram, percent: number): number {
  return histogram.count === 0 ? 0 : toMs(histogram.percentile(percent));
}

/** The bars of a distribution, from the first that is not empty to the last. */
export function bars(histogram: RecordableHistogram): LatencyBar[] {
  if (histogram.count === 0) return [];
  const found: LatencyBar[] = [];
  let below = 0;
  for (let i = 0; below < histogram.count; i++) {
    const toNs = SMALLEST_BAR_NS * 2 ** (i / BARS_PER_OCTAVE);
    const upTo = toNs > histogram.max ? histogram.count : countUpTo(histogram, toNs);
    const fromMs = i === 0 ? 0 : toMs(toNs / 2 ** (1 / BARS_PER_OCTAVE));
    if (upTo > 0) found.push({ fromMs, toMs: toMs(toNs), count: upTo - below });
    below = upTo;
  }
  return found;
}

/**
 * Adds the requests that a closed loop did not send while it waited. The usual pace of a connection is
 * the median. At that pace, one more request would have begun at each step of a longer wait
 * (HdrHistogram's copyCorrectedForCoordinatedOmission).
 */
function withHidden(measured: RecordableHistogram, fine: Uint32Array): RecordableHistogram {
  const corrected = createHistogram();
  if (measured.count === 0) return corrected;
  corrected.add(measured);
  const paceNs = Math.max(1, measured.percentile(50));
  for (let i = 0; i < fine.length; i++) {
    const longNs = 2 ** ((i + 0.5) / 10);
    for (let repeat = fine[i]!; repeat > 0; repeat--) {
      for (let ns = longNs - paceNs; ns >= paceNs; ns -= paceNs) corrected.record(Math.round(ns));
    }
  }
  return corrected;
}

/** The number of latencies up to `ns`, by bisection of the percentiles. */
function countUpTo(histogram: RecordableHistogram, ns: number): number {
  let low = 0;
  let high = 100;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (middle > 0 && histogram.percentile(middle) > ns) high = middle;
    else low = middle;
  }
  return Math.round(low / 100 * histogram.count);
}

function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * NS_PER_MS));
}

function toMs(ns: number): number {
  return Math.round(ns / 1000) / 1000;
}
