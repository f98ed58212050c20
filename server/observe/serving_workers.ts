// Which workers serve, and how much CPU time each has used: as the region has it, so that all who tell of workers name the
// same ones.

import type { ServerRegion } from "../contract/counters.ts";

/** The numbers of the workers that serve, from 1 on. */
export function servingWorkers(region: ServerRegion): number[] {
  const workers: number[] = [];
  for (let worker = 1; worker < region.geometry.actorCount; worker++) {
    if (region.gauge(worker, "serving") !== 0) workers.push(worker);
  }
  return workers;
}

/** CPU time that a worker's thread has used, in hundredths of a second. */
export function cpuHundredths(region: ServerRegion, worker: number): number {
  return region.gauge(worker, "cpuUser") + region.gauge(worker, "cpuSystem");
}
