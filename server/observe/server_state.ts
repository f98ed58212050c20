// What the server is doing, for /ready, /stats and metrics: from the region alone, so that every worker says the same.
// Knows nothing of silent threads, which make a server unhealthy.

import { RegionState } from "../../cache/mod.ts";
import type { ServerRegion } from "../contract/counters.ts";
import type { ServerState } from "../contract/server.ts";
import { isOverloaded } from "./breaker_status.ts";

/** All states that there are. */
export const SERVER_STATES: readonly ServerState[] = ["loading", "ready", "draining", "shedding"];

/** The state of the server: whether traffic should be sent to it, and why not. */
export function serverState(region: ServerRegion): ServerState {
  if (region.state === RegionState.ready) return isOverloaded(region) ? "shedding" : "ready";
  return region.state === RegionState.draining ? "draining" : "loading";
}
