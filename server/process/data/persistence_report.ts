// What probes and /stats say of log and snapshots. All of it is read from the region, so that any worker
// can say it.

import { LogState } from "../../../cache/mod.ts";
import type { Config } from "../../config/config.ts";
import type { ServerRegion } from "../../contract/counters.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";

/** The options that it depends on. */
export type PersistencePolicy = Pick<Config, "fsync" | "onWriteError">;

/** The object `persistence` of /stats; null where nothing is kept on disk. */
export function persistenceReport(
  region: ServerRegion,
  { fsync, onWriteError }: PersistencePolicy,
): Record<string, number | string | boolean | null> | null {
  const { log } = region;
  if (log === null) return null;
  const status = new PersistenceStatus(region);
  return {
    state: log.state === LogState.ok ? "ok" : "failing",
    fault: status.fault,
    fsync,
    onWriteError,
    logMemory: log.capacityBytes,
    lastSnapshotFailed: status.get("snapshotFailed") !== 0,
    ...status.shown(),
  };
}

/** What of the log is wrong: then writes are refused, or may be lost, and `isRefusing` tells which. Null: nothing. */
export function logProblem(
  region: ServerRegion,
  { onWriteError }: PersistencePolicy,
): { readonly isRefusing: boolean; readonly fault: string } | null {
  if (region.log === null || region.log.state === LogState.ok) return null;
  const fault = new PersistenceStatus(region).fault ?? "Log is begun again";
  return { isRefusing: onWriteError === "refuse", fault };
}
