/**
 * How attacks are reported: a row of a Markdown table for each, and on request what the attack and the polite client
 * saw. Knows nothing of how it was measured.
 */

import type { Attack } from "./attack.ts";
import type { Measurement } from "./measure.ts";

/** The columns; ":" at the end aligns to the right. */
export const COLUMNS: readonly string[] = [
  "attack",
  "what it sends",
  "connections:",
  "growth at the peak, MiB:",
  "growth 5 s after, MiB:",
  "polite p50 / p99 / max, ms:",
  "p99 of an echo, ms:",
  "polite requests failed:",
  "polite bodies failed:",
  "process",
  "bodyBytes / inFlight left:",
  "verdict",
];

/** The row of one attack. */
export function rowOf(
  { name, sends }: Attack,
  found: Measurement,
  reasons: readonly string[],
): string[] {
  const { latencies: { p50Ms, p99Ms, maxMs }, polite, gauges } = found;
  return [
    name,
    sends,
    String(found.peakOpen),
    found.peakGrowthMib?.toFixed(0) ?? "",
    found.leftGrowthMib?.toFixed(0) ?? "",
    [p50Ms.toFixed(1), p99Ms.toFixed(0), maxMs.toFixed(0)].join(" / "),
    found.machineP99Ms.toFixed(0),
    `${polite.requests.failed} of ${polite.requests.samples.length}`,
    `${polite.bodies.failed} of ${polite.bodies.samples.length}`,
    found.end ?? "alive",
    gauges === undefined ? "" : `${gauges.bodyBytes} / ${gauges.inFlight}`,
    reasons.length === 0 ? "ok" : `OPEN: ${reasons.join("; ")}`,
  ].map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " "));
}

/** What both sides saw, for whoever wants to know whether an attack is what it is meant to be. */
export function details(found: Measurement): string {
  const { opened, sentBytes, receivedBytes, firstAnswer, drainMs, polite } = found;
  const moved = `${opened} connections, sent ${(sentBytes / 1e6).toFixed(1)} MB, got ${
    (receivedBytes / 1e6).toFixed(1)
  } MB`;
  const drained = drainMs === undefined ? "" : `; ended ${drainMs.toFixed(0)} ms after SIGTERM`;
  const first = polite.requests.firstFailure || polite.bodies.firstFailure;
  const failure = first === "" ? "" : `; polite: ${first}`;
  return `${moved}, first ${JSON.stringify(firstAnswer)}${failure}${drained}`;
}
