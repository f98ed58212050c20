// What probes say of the log: whether something is wrong with it, and what follows from that for writes. It is read
// from the region, so that any worker can say it.

import { LogState } from "../../cache/mod.ts";
import type { Config } from "../config/config.ts";
import type { ServerRegion } from "../contract/counters.ts";
import { PersistenceStatus } from "../contract/persistence/persistence_status.ts";

/** The options that it depends on. */
export type PersistencePolicy = Pick<Config, "onWriteError">;

/** What of the log is wrong, in words; null: nothing, or there is no log. */
export function logFault(region: ServerRegion): string | null {
  if (region.log === null || region.log.state === LogState.ok) return null;
  return new PersistenceStatus(region).fault ?? "Log is begun again";
}

/** The same with what follows from it: then writes are refused, or may be lost, and `isRefusing` tells which. Null: nothing. */
export function logProblem(
  region: ServerRegion,
  { onWriteError }: PersistencePolicy,
): { readonly isRefusing: boolean; readonly fault: string } | null {
  const fault = logFault(region);
  return fault === null ? null : { isRefusing: onWriteError === "refuse", fault };
}
