// All counters of the server at one moment, summed over its threads, and the CPU time of each worker. Read from the
// region without a lock.

import { type CacheStats, readStats } from "../../../cache/mod.ts";
import { type Counter, COUNTERS, type ServerCache } from "../../contract/counters.ts";
import { cpuHundredths, servingWorkers } from "../serving_workers.ts";

/** What each counter has come to. */
export type CounterTotals = Readonly<Record<Counter, number>>;

/** Reads all of it; CPU time is in hundredths of a second. */
export function takeTotals(
  cache: ServerCache,
): { stats: CacheStats; totals: CounterTotals; cpu: Map<number, number> } {
  const { region } = cache;
  const totals = COUNTERS.map(({ name }) => [name, region.total(name)] as const);
  const cpu = servingWorkers(region)
    .map((worker) => [worker, cpuHundredths(region, worker)] as const);
  return {
    stats: readStats(cache),
    totals: Object.fromEntries(totals) as CounterTotals,
    cpu: new Map(cpu),
  };
}

/** How much each counter has grown. */
export function grownSince(before: CounterTotals, now: CounterTotals): CounterTotals {
  const grown = COUNTERS.map(({ name }) => [name, Math.max(0, now[name] - before[name])]);
  return Object.fromEntries(grown) as CounterTotals;
}
