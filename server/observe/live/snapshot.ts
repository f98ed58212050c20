// Everything that changes and that a picture of the server is made of, read from the region at one moment: sums over all
// threads and what each worker says of itself. live_facts.ts makes rates of two of these. Keeps nothing.

import { type CacheStats, readStats } from "../../../cache/mod.ts";
import type { Counter, ServerCache, ServerRegion } from "../../contract/counters.ts";
import type { Figures, ProtocolFigures } from "../figures.ts";
import { cpuHundredths, servingWorkers } from "../serving_workers.ts";
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
export interface Snapshot extends ProtocolFigures {
  /** Milliseconds by a clock that only goes forward. */
  readonly atMs: number;
  readonly totals: Readonly<Record<typeof TOTALS[number], number>>;
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
    ...figures.byProtocol(),
    latency: latencyByGroup(figures),
    stats: readStats(cache),
    workers: workersOf(region),
  };
}

function workersOf(region: ServerRegion): WorkerSnapshot[] {
  return servingWorkers(region).map((worker) => ({
    worker,
    requests: region.counter(worker, "requests"),
    cpuHundredths: cpuHundredths(region, worker),
  }));
}
