// Metrics of log and snapshots: made from their table, server/contract/persistence/persistence_facts.ts, where each is
// described. Here stands what does not follow from a fact's name, and what /stats says in words.

import { LogState } from "../../../cache/mod.ts";
import { type Fact as DiskFact, FACTS } from "../../contract/persistence/persistence_facts.ts";
import { gauge, type InfoField, type Metric, type MetricType, type Row } from "./metric.ts";
import { type DerivedName, derivedName } from "./names.ts";

/** What a metric is called where its fact's name alone says too little, and its unit where that does not follow. */
const NAMES: Partial<Record<DiskFact, Partial<DerivedName>>> = {
  logPosition: { name: "log_written_bytes", unit: "bytes" },
  durablePosition: { name: "log_synced_bytes", unit: "bytes" },
  lagUs: { name: "log_lag_seconds" },
  lagMinuteUs: { name: "log_lag_minute_max_seconds" },
  lagWorstUs: { name: "log_lag_max_seconds" },
  syncUs: { name: "log_sync_seconds" },
  faults: { name: "disk_faults" },
  faultSince: { name: "disk_fault_since_seconds", unit: "seconds" },
  gaps: { name: "log_gaps" },
  discardedBytes: { name: "log_discarded_bytes" },
  snapshotSince: { name: "snapshot_since_seconds", unit: "seconds" },
  snapshotMs: { name: "snapshot_duration_seconds" },
  lastSave: { name: "snapshot_time_seconds", unit: "seconds" },
  loadSkipped: { name: "load_skipped_bytes", unit: "bytes" },
  loadMs: { name: "load_duration_seconds" },
};

/** Those that only go up, and so are counters. */
const COUNTERS: ReadonlySet<string> = new Set<DiskFact>([
  "logPosition",
  "durablePosition",
  "faults",
  "gaps",
  "discardedBytes",
  "snapshots",
  "snapshotFailures",
]);

/** Where they stand in INFO. */
const INFO: Partial<Record<DiskFact, InfoField>> = {
  logPosition: "log_position",
  durablePosition: "log_durable_position",
  lagUs: "log_lag_usec",
  lagMinuteUs: "log_lag_minute_usec",
  lagWorstUs: "log_lag_worst_usec",
  syncUs: "log_sync_usec",
  faults: "log_faults",
  gaps: "log_gaps",
  discardedBytes: "log_discarded_bytes",
  snapshots: "rdb_saves",
  snapshotBytes: "aof_base_size",
  loadedItems: "rdb_last_load_keys_loaded",
};

const FACT_ROWS: readonly Row[] = FACTS.filter(({ isShown }) => isShown).map((row): Metric => {
  const { name, unit, scale } = { ...derivedName(row.name), ...NAMES[row.name] };
  const type: MetricType = COUNTERS.has(row.name) ? "counter" : "gauge";
  return {
    name: `slabkv_${name}${type === "counter" ? "_total" : ""}`,
    type,
    unit,
    scale,
    help: row.meaning,
    labels: [],
    series: [{
      read: ({ hasLog, disk }) => hasLog ? disk.get(row.name) : null,
      stats: `persistence.${row.name}`,
      info: INFO[row.name],
    }],
  };
});

/** Log and snapshots, in the order of /stats; without a data dir none is there. */
export const DISK_ROWS: readonly Row[] = [
  {
    stats: "persistence.state",
    read: ({ region: { log } }) => log?.state === LogState.ok ? "ok" : "failing",
  },
  { stats: "persistence.fault", read: ({ disk }) => disk.fault },
  { stats: "persistence.fsync", read: ({ config }) => config.fsync },
  { stats: "persistence.onWriteError", read: ({ config }) => config.onWriteError },
  gauge(
    "slabkv_log_failing",
    "",
    "Whether the log cannot be written: 1 or 0.",
    ({ region: { log } }) => log === null ? null : Number(log.state !== LogState.ok),
  ),
  gauge(
    "slabkv_log_ring_bytes",
    "bytes",
    "Size of the log ring (`--log-memory`).",
    ({ region: { log } }) => log?.capacityBytes ?? null,
    { stats: "persistence.logMemory" },
  ),
  { stats: "persistence.lastSnapshotFailed", read: ({ disk }) => disk.get("snapshotFailed") !== 0 },
  gauge(
    "slabkv_snapshot_failing",
    "",
    "Whether the latest snapshot could not be made: 1 or 0.",
    ({ hasLog, disk }) => hasLog ? disk.get("snapshotFailed") : null,
  ),
  ...FACT_ROWS,
];
