// What /health, /ready and /stats say of the breakers of all workers together. Read from the region, so that any
// worker can answer for all.

import type { ServerRegion } from "../contract/counters.ts";
import { type BreakerState, breakerState } from "../contract/breaker/gate.ts";
import { servingWorkers } from "./serving_workers.ts";

/** The breakers of all workers. */
export interface BreakerStatus {
  /** The worst of their states; off with `--max-lag 0`. */
  readonly state: BreakerState | "off";
  /** The largest of their lags. */
  readonly lagMs: number;
  /** How often they were opened, for how long they were open, and what they have refused: sums. */
  readonly opens: number;
  readonly openMs: number;
  readonly shed: number;
}

/** The state of all breakers. */
export function breakerStatus(region: ServerRegion, maxLagMs: number): BreakerStatus {
  const states = statesOf(region);
  const worst = (["open", "half-open"] as const).find((state) => states.includes(state));
  let lagMs = 0;
  for (let actor = 1; actor < region.geometry.actorCount; actor++) {
    lagMs = Math.max(lagMs, region.gauge(actor, "lagMs"));
  }
  return {
    state: maxLagMs === 0 ? "off" : worst ?? "closed",
    lagMs,
    opens: region.total("breakerOpens"),
    openMs: region.total("breakerOpenMs"),
    shed: region.total("shed"),
  };
}

/** Whether traffic had better go elsewhere: half of the workers, or more, refuse everything. */
export function isOverloaded(region: ServerRegion): boolean {
  const states = statesOf(region);
  const open = states.filter((state) => state === "open").length;
  return open > 0 && 2 * open >= states.length;
}

/** The states of the workers that serve. */
function statesOf(region: ServerRegion): BreakerState[] {
  return servingWorkers(region).map((worker) => breakerState(region, worker));
}
