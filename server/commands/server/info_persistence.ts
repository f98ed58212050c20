// Section Persistence of INFO. The fields of Redis mean the same here: a snapshot is what BGSAVE and what
// BGREWRITEAOF make there, and the log is the append-only file. Those that begin with "log_" are our own.

import { LogState, readStats } from "../../../cache/mod.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type LoadProgress, loadProgress } from "../../contract/persistence/load_progress.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import { type Fields, valuesOf } from "./info_fields.ts";

const NO_SAVE = -1;

/** Section Persistence. */
export function persistence(context: CommandContext): Fields {
  const { cache, cache: { region } } = context;
  const status = new PersistenceStatus(region);
  const isSaving = status.get("snapshotSince") > 0;
  const loading = loadProgress(cache);
  return {
    loading: loading === null ? 0 : 1,
    async_loading: 0,
    current_cow_peak: 0,
    current_cow_size: 0,
    current_cow_size_age: 0,
    current_fork_perc: "0.00",
    current_save_keys_processed: isSaving ? status.get("snapshotItems") : 0,
    current_save_keys_total: isSaving ? readStats(cache).items : 0,
    ...snapshotFields(context, status),
    rdb_last_cow_size: 0,
    rdb_last_load_keys_expired: 0,
    rdb_last_load_keys_loaded: valuesOf(context).get("rdb_last_load_keys_loaded"),
    ...logFields(context, status),
    module_fork_in_progress: 0,
    module_fork_last_cow_size: 0,
    ...region.log !== null && sizeFields(context, status),
    ...loading !== null && loadingFields(context, loading),
  };
}

/** How far loading is. Clients wait as long as `loading_eta_seconds` says before they ask again. */
function loadingFields({ cache, server }: CommandContext, progress: LoadProgress): Fields {
  const { bytes, totalBytes, percent } = progress;
  const seconds = Math.max(0, cache.now() - server.startedMs) / 1000;
  const left = bytes === 0 ? 1 : seconds * Math.max(0, totalBytes - bytes) / bytes;
  return {
    loading_start_time: Math.floor(server.startedMs / 1000),
    loading_total_bytes: totalBytes,
    loading_rdb_used_mem: 0,
    loading_loaded_bytes: bytes,
    loading_loaded_perc: percent.toFixed(2),
    loading_eta_seconds: Math.max(1, Math.ceil(left)),
  };
}

/** Seconds that the latest snapshot took, and that the one at work takes so far. */
function snapshotSeconds({ cache }: CommandContext, status: PersistenceStatus) {
  const since = status.get("snapshotSince");
  return {
    latest: status.get("snapshots") === 0 ? NO_SAVE : Math.round(status.get("snapshotMs") / 1000),
    current: since === 0 ? NO_SAVE : Math.max(0, Math.floor(cache.now() / 1000) - since),
  };
}

function snapshotFields(context: CommandContext, status: PersistenceStatus): Fields {
  const { cache: { region }, server } = context;
  const changes = region.total("puts") + region.total("deletes") - status.get("changesAtSave");
  const { latest, current } = snapshotSeconds(context, status);
  return {
    rdb_changes_since_last_save: region.log === null ? 0 : Math.max(0, changes),
    rdb_bgsave_in_progress: current === NO_SAVE ? 0 : 1,
    rdb_last_save_time: status.get("lastSave") || Math.floor(server.startedMs / 1000),
    rdb_last_bgsave_status: okOr(status.get("snapshotFailed") === 0),
    rdb_last_bgsave_time_sec: latest,
    rdb_current_bgsave_time_sec: current,
    rdb_saves: valuesOf(context).get("rdb_saves"),
  };
}

function logFields(context: CommandContext, status: PersistenceStatus): Fields {
  const { log } = context.cache.region;
  const { latest, current } = snapshotSeconds(context, status);
  return {
    aof_enabled: log === null ? 0 : 1,
    aof_rewrite_in_progress: current === NO_SAVE ? 0 : 1,
    aof_rewrite_scheduled: 0,
    aof_last_rewrite_time_sec: latest,
    aof_current_rewrite_time_sec: current,
    aof_last_bgrewrite_status: okOr(status.get("snapshotFailed") === 0),
    aof_rewrites: status.get("snapshots"),
    aof_rewrites_consecutive_failures: status.get("snapshotFailed"),
    aof_last_write_status: okOr(log === null || log.state === LogState.ok),
    aof_last_cow_size: 0,
  };
}

function sizeFields(context: CommandContext, status: PersistenceStatus): Fields {
  const values = valuesOf(context);
  const base = values.number("aof_base_size");
  return {
    aof_current_size: base + status.get("logBytes"),
    aof_base_size: base,
    aof_pending_rewrite: 0,
    aof_buffer_length: 0,
    aof_pending_bio_fsync: 0,
    aof_delayed_fsync: 0,
    log_fsync: context.server.config.fsync,
    log_fault: status.fault ?? "none",
    log_faults: values.get("log_faults"),
    log_position: values.get("log_position"),
    log_durable_position: values.get("log_durable_position"),
    log_lag_usec: values.get("log_lag_usec"),
    log_lag_minute_usec: values.get("log_lag_minute_usec"),
    log_lag_worst_usec: values.get("log_lag_worst_usec"),
    log_sync_usec: values.get("log_sync_usec"),
    log_gaps: values.get("log_gaps"),
    log_discarded_bytes: values.get("log_discarded_bytes"),
  };
}

function okOr(isOk: boolean): string {
  return isOk ? "ok" : "err";
}
