// What a row of the table of metrics is: a name, what it says, and how it is read. A row says where the same number
// stands in /stats and in INFO, too, so that all of them agree. Knows no row and no format.

import type { Snapshot } from "./snapshot.ts";

/** What Prometheus has to know of a metric to use it well. */
export type MetricType = "counter" | "gauge" | "histogram" | "info";

/** What it is counted in; empty: in pieces. */
export type Unit = "" | "bytes" | "seconds" | "ratio";

/** What /stats can say. */
export type Scalar = number | string | boolean | null;

/** The fields of INFO that are read from rows. */
export type InfoField = typeof INFO_FIELDS[number];

/** Their names. */
export const INFO_FIELDS = [
  "uptime_in_seconds",
  "blocked_clients",
  "used_memory",
  "used_memory_rss",
  "used_memory_peak",
  "used_memory_lua",
  "maxmemory",
  "mem_clients_normal",
  "total_connections_received",
  "instantaneous_ops_per_sec",
  "total_net_input_bytes",
  "total_net_output_bytes",
  "rejected_connections",
  "expired_keys",
  "evicted_keys",
  "evicted_keys_memory",
  "evicted_keys_window",
  "clients_slow",
  "keyspace_hits",
  "keyspace_misses",
  "total_error_replies",
  "scripts_ended",
  "evicted_scripts",
  "lock_waits",
  "lock_timeouts",
  "failed_tokens",
  "overloads",
  "used_cpu_user",
  "used_cpu_sys",
  "rdb_last_load_keys_loaded",
  "rdb_saves",
  "aof_base_size",
  "log_faults",
  "log_position",
  "log_durable_position",
  "log_lag_usec",
  "log_lag_minute_usec",
  "log_lag_worst_usec",
  "log_sync_usec",
  "log_gaps",
  "log_discarded_bytes",
] as const;

/** The bounds of the buckets of histograms: powers of 2 from a microsecond to 16.8 s. */
export const BOUNDS_SECONDS: readonly number[] = Array.from({ length: 25 }, (_, i) => 2 ** i / 1e6);

/** Where else a number stands. */
export interface Elsewhere {
  /** In /stats: names from the outermost object on, with a dot between them. */
  readonly stats?: string;
  /** In INFO. */
  readonly info?: InfoField;
}

/** One number of a metric, or one for each value of a label. */
export interface Series extends Elsewhere {
  /** The values of the metric's labels, in their order. */
  readonly labels?: readonly string[];
  /** The number now; null where there is none. */
  readonly read: (facts: Snapshot) => number | null;
}

/** A number of each worker. */
export interface WorkerSeries {
  /** Its name in the objects `workers` of /stats. */
  readonly stats?: string;
  /** Of workers that serve, of those and main, or of all threads that ever served, since what they counted stays. */
  readonly of: "workers" | "threads" | "everybody";
  readonly read: (facts: Snapshot, actor: number) => number;
}

/** Takes the samples of a metric: the values of its labels, and the number. */
export type Take = (labels: readonly string[], value: number) => void;

/** A histogram of times: how many were at most each of BOUNDS_SECONDS, how many in all, and their sum. */
export interface Histogram {
  readonly upTo: ArrayLike<number>;
  readonly count: number;
  readonly sumSeconds: number;
}

/** A histogram, and the values of its labels but `le`. */
export type LabelledHistogram = readonly [labels: readonly string[], histogram: Histogram];

/** A metric. */
export interface Metric {
  /** What it is called, with the unit and, of a counter, `_total` at its end. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit: Unit;
  /** What it says, in one sentence or two. */
  readonly help: string;
  /** The names of its labels. */
  readonly labels: readonly string[];
  /** What one of what is read comes to in the unit; 1 unless given. */
  readonly scale?: number;
  readonly series?: readonly Series[];
  readonly workers?: WorkerSeries;
  /** Gives what depends on what there is. */
  readonly each?: (facts: Snapshot, take: Take) => void;
  /** Histograms, one after the other: each takes its time. */
  readonly histograms?: (facts: Snapshot) => Iterable<LabelledHistogram>;
  /** Most label values that there may be, of each label that has no fixed ones: what bounds them. */
  readonly bound?: string;
}

/** What is no metric but stands in /stats or INFO: what follows from others, and words. */
export interface Fact extends Elsewhere {
  readonly read: (facts: Snapshot) => Scalar;
}

/** The same of each worker that serves. */
export interface WorkerFact {
  readonly workerStats: string;
  readonly readWorker: (facts: Snapshot, actor: number) => Scalar;
}

/** A row of the table. */
export type Row = Metric | Fact | WorkerFact;

/** Whether a row is a metric. */
export function isMetric(row: Row): row is Metric {
  return "name" in row;
}

/** A gauge of one number. */
export function gauge(
  name: string,
  unit: Unit,
  help: string,
  read: (facts: Snapshot) => number | null,
  elsewhere: Elsewhere = {},
  scale = 1,
): Metric {
  return { name, type: "gauge", unit, help, labels: [], scale, series: [{ read, ...elsewhere }] };
}

/** A counter of one number. */
export function counter(
  name: string,
  unit: Unit,
  help: string,
  read: (facts: Snapshot) => number | null,
  elsewhere: Elsewhere = {},
  scale = 1,
): Metric {
  return { ...gauge(name, unit, help, read, elsewhere, scale), type: "counter" };
}

/** A state: of all that it may be, what it is is 1 and the others are 0. */
export function states(
  name: string,
  help: string,
  all: readonly string[],
  read: (facts: Snapshot) => string,
): Metric {
  const series = all.map((state): Series => ({
    labels: [state],
    read: (facts) => read(facts) === state ? 1 : 0,
  }));
  return { name, type: "gauge", unit: "", help, labels: ["state"], series };
}
