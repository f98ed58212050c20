/**
 * Holds a measurement to the promise that no client can make the server run out of memory or stop serving others: gives
 * every reason why it is broken. Strict for the report; lenient for tests on machines that do other things too.
 */

import type { Attack } from "./attack.ts";
import type { Measurement } from "./measure.ts";

/** What is allowed. */
export interface Bounds {
  /** Growth of memory at the peak, besides what each open connection may take. */
  readonly maxGrowthMib: number;
  /** Growth that may be left when it is over, besides the same: what V8 and the C library keep. */
  readonly maxLeftMib: number;
  /** What Deno holds for an open connection, and the C library when it is gone. */
  readonly connectionKib: number;
  /** The polite client's p99 under attacks on turns, besides what the machine takes. */
  readonly maxTurnP99Ms: number;
  /** Seconds on end with a p99 of over 100 ms, under any attack. */
  readonly maxBadSeconds: number;
  /** The longest that the polite client may wait. */
  readonly maxWaitMs: number;
  /** From SIGTERM to the end: the default of --drain-timeout, and a second to end. */
  readonly maxDrainMs: number;
}

/** What the report asks for. */
export const STRICT: Bounds = {
  maxGrowthMib: 128,
  maxLeftMib: 64,
  connectionKib: 16,
  maxTurnP99Ms: 25,
  maxBadSeconds: 1,
  maxWaitMs: Infinity,
  maxDrainMs: 6000,
};

/** What tests ask for. */
export const LENIENT: Bounds = {
  maxGrowthMib: 256,
  maxLeftMib: 256,
  connectionKib: 64,
  maxTurnP99Ms: Infinity,
  maxBadSeconds: Infinity,
  maxWaitMs: 2000,
  maxDrainMs: 12_000,
};

/** Every reason why a measurement breaks the promise; none if it holds. */
export function reasonsOf(
  attack: Pick<Attack, "isAboutTurns" | "maxP99Ms" | "maxGrowthMib" | "maxFailed" | "endsServer">,
  found: Measurement,
  bounds: Bounds,
): string[] {
  return [
    ...endReasons(attack.endsServer === true, found, bounds),
    ...memoryReasons(attack.maxGrowthMib ?? bounds.maxGrowthMib, found, bounds),
    ...politeReasons(attack, found, bounds),
    ...found.complaints,
    ...found.opened === 0 ? ["the attack did not happen"] : [],
  ];
}

function endReasons(isEnding: boolean, found: Measurement, bounds: Bounds): string[] {
  const { end, drainMs, gauges, afterwards } = found;
  if (isEnding) {
    if (drainMs === undefined) return ["SIGTERM did not end it"];
    const isLate = drainMs > bounds.maxDrainMs;
    return [
      ...isLate ? [`SIGTERM took ${(drainMs / 1000).toFixed(1)} s`] : [],
      ...end?.startsWith("exit code 0,") ? [] : [`ended by ${end}`],
    ];
  }
  if (end !== undefined) return [`process ended: ${end}`];
  if (gauges === undefined) {
    return [`/stats did not answer afterwards${afterwards === "" ? "" : `; ${afterwards}`}`];
  }
  return [
    ...gauges.bodyBytes === 0 ? [] : [`bodyBytes left: ${gauges.bodyBytes}`],
    ...gauges.inFlight === 0 ? [] : [`inFlight left: ${gauges.inFlight}`],
    ...afterwards === "" ? [] : [`afterwards ${afterwards}`],
  ];
}

function memoryReasons(maxGrowthMib: number, found: Measurement, bounds: Bounds): string[] {
  const { peakGrowthMib, leftGrowthMib, peakOpen } = found;
  const openMib = peakOpen * bounds.connectionKib / 1024;
  const maxMib = maxGrowthMib + openMib;
  const grown = (peakGrowthMib ?? 0) > maxMib;
  const left = (leftGrowthMib ?? 0) > bounds.maxLeftMib + openMib;
  return [
    ...grown ? [`grew by ${peakGrowthMib!.toFixed(0)} of ${maxMib.toFixed(0)} MiB`] : [],
    ...left ? [`${leftGrowthMib!.toFixed(0)} MiB not given back`] : [],
  ];
}

function politeReasons(
  attack: Pick<Attack, "isAboutTurns" | "maxP99Ms" | "maxFailed" | "endsServer">,
  found: Measurement,
  bounds: Bounds,
): string[] {
  const { latencies: { p99Ms, maxMs, badSeconds }, machineP99Ms } = found;
  const { requests, bodies } = found.polite;
  const maxTurnMs = attack.isAboutTurns ? bounds.maxTurnP99Ms : Infinity;
  const maxP99Ms = maxTurnMs === Infinity ? Infinity : attack.maxP99Ms ?? maxTurnMs;
  // Whom SIGTERM leaves without a server, and whom an end did, has been said.
  const isGone = attack.endsServer === true || found.end !== undefined;
  const isLate = p99Ms > maxP99Ms + machineP99Ms;
  const { maxFailed = 0 } = attack;
  return [
    ...isLate ? [`p99 of ${p99Ms.toFixed(0)} ms`] : [],
    ...badSeconds > bounds.maxBadSeconds ? [`p99 over 100 ms for ${badSeconds} s`] : [],
    ...maxMs > bounds.maxWaitMs ? [`a wait of ${maxMs.toFixed(0)} ms`] : [],
    ...requests.failed > maxFailed && !isGone ? [`${requests.failed} polite requests failed`] : [],
    ...bodies.failed > maxFailed && !isGone ? [`${bodies.failed} polite bodies failed`] : [],
  ];
}
