// Everything that changes and that a picture of the server is made of, read from the region at one moment: sums over all
// threads and what each worker says of itself. live_facts.ts makes rates of two of these. Keeps nothing.

import { type CacheStats, readStats } from "../../../cache/mod.ts";
import type { Counter, ServerCache, ServerRegion } from "../../contract/counters.ts";
import { type Protocol, PROTOCOLS } from "../facts/protocols.ts";
import type { Figures } from "../figures.ts";
import { type LatencyByGroup, latencyByGroup } from "./group_latency.ts";

/** The counters of which rates are made. */
const TOTALS = [
  "hits",
  "misses",
  "puts",
  "deletes",
  "errors",
  "lockWaits",
  "lockWaitUs",
  "shed",
] as const satisfies readonly Counter[];

/** One worker at a moment. */
export interface WorkerSnapshot {
  readonly worker: number;
  readonly requests: number;
  readonly cpuHundredths: number;
}

/** The server at a moment. */
export interface Snapshot {
  /** Milliseconds by a clock that only goes forward. */
  readonly atMs: number;
  readonly totals: Readonly<Record<typeof TOTALS[number], number>>;
  /** Commands by the way they came, and those of them that were answered with an error. */
  readonly requests: Readonly<Record<Protocol, number>>;
  readonly failed: number;
  readonly latency: LatencyByGroup;
  readonly stats: CacheStats;
  /** Those that serve. */
  readonly workers: readonly WorkerSnapshot[];
}

/** Reads all of it. */
export function takeSnapshot(cache: ServerCache, figures: Figures, atMs: number): Snapshot {
  const { region } = cache;
  const totals = Object.fromEntries(TOTALS.map((name) => [name, region.total(name)]));
  return {
    atMs,
    totals: totals as Snapshot["totals"],
    ...requestsOf(figures),
    latency: latencyByGroup(figures),
    stats: readStats(cache),
    workers: workersOf(region),
  };
}

function requestsOf(figures: Figures): Pick<Snapshot, "requests" | "failed"> {
  const none = PROTOCOLS.map((protocol) => [protocol, 0] as const);
  const requests = Object.fromEntries(none) as Record<Protocol, number>;
  let allFailed = 0;
  for (const { protocol, ok, failed, refused } of figures.requests()) {
    requests[protocol] += ok + failed + refused;
    allFailed += failed + refused;
  }
  return { requests, failed: allFailed };
}

function workersOf(region: ServerRegion): WorkerSnapshot[] {
  const workers: WorkerSnapshot[] = [];
  for (let worker = 1; worker < region.geometry.actorCount; worker++) {
    if (region.gauge(worker, "serving") === 0) continue;
    workers.push({
      worker,
      requests: region.counter(worker, "requests"),
      cpuHundredths: region.gauge(worker, "cpuUser") + region.gauge(worker, "cpuSystem"),
    });
  }
  return workers;
}
