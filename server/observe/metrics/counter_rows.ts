// Metrics of the counters and gauges that every thread keeps: made from their table, server/contract/counters.ts, where
// each is described. A new row there is a metric at once. Here stands only what does not follow from its name.

import { breakerState } from "../../contract/breaker/gate.ts";
import { type Counter, COUNTERS, type Gauge, GAUGES } from "../../contract/counters.ts";
import { REFUSAL_COUNTERS } from "../../contract/refusal_counters.ts";
import type { InfoField, Metric, MetricType, Row, Unit } from "./metric.ts";
import { type DerivedName, derivedName, snakeCase } from "./names.ts";
import type { Snapshot } from "./snapshot.ts";

/** Names that say more than those of the counters. */
const NAMES: Partial<Record<Counter | Gauge, Partial<DerivedName>>> = {
  connections: { name: "connections_accepted" },
  overloads: { name: "overload_refusals" },
  lagMs: { name: "event_loop_lag_seconds" },
  inFlight: { name: "bodies_in_flight" },
  cpuUser: { name: "cpu_user_seconds", unit: "seconds", scale: 0.01 },
  cpuSystem: { name: "cpu_system_seconds", unit: "seconds", scale: 0.01 },
};

/** Gauges that only go up while their worker lives. */
const GROWING: ReadonlySet<string> = new Set<Gauge>(["cpuUser", "cpuSystem"]);

/** Gauges whose sum over all workers means nothing, or is a metric of its own. */
const NOT_SUMMED: ReadonlySet<string> = new Set<Gauge>([
  "lagMs",
  "bodyBytes",
  "respClients",
  "textClients",
  "memcacheClients",
  "eventClients",
  "cpuUser",
  "cpuSystem",
]);

/** Where they stand in INFO. */
const INFO: Partial<Record<Counter | Gauge, InfoField>> = {
  hits: "keyspace_hits",
  misses: "keyspace_misses",
  connections: "total_connections_received",
  inputBytes: "total_net_input_bytes",
  outputBytes: "total_net_output_bytes",
  clientsRefused: "rejected_connections",
  clientsSlow: "clients_slow",
  scriptsEnded: "scripts_ended",
  scriptsEvicted: "evicted_scripts",
  lockWaits: "lock_waits",
  lockTimeouts: "lock_timeouts",
  failedTokens: "failed_tokens",
  overloads: "overloads",
  blockedClients: "blocked_clients",
};

interface Named {
  readonly name: string;
  readonly meaning: string;
}

const SHOWN = COUNTERS.filter((row) => row.isShown && !("group" in row));
const SHOWN_GAUGES = GAUGES.filter(({ isShown }) => isShown);

function namesOf(name: Counter | Gauge): DerivedName {
  return { ...derivedName(name), ...NAMES[name] };
}

/** What a metric has of a counter or gauge. */
function describe(
  row: Named & { readonly name: Counter | Gauge },
  type: MetricType,
  prefix: string,
): Pick<Metric, "name" | "type" | "unit" | "scale" | "help"> & { readonly unit: Unit } {
  const { name, unit, scale } = namesOf(row.name);
  const ending = type === "counter" ? "_total" : "";
  return { name: `${prefix}${name}${ending}`, type, unit, scale, help: row.meaning };
}

/** The sums of the counters over all threads. */
const SUMS: readonly Row[] = SHOWN.map((row): Metric => ({
  ...describe(row, "counter", "slabkv_"),
  labels: [],
  series: [{
    read: ({ region }) => region.total(row.name),
    stats: `total.${row.name}`,
    info: INFO[row.name],
  }],
}));

/** What was refused: a metric for each way in which that is counted. */
const REFUSALS: readonly Metric[] = [
  {
    name: "slabkv_http_refusals_total",
    type: "counter",
    unit: "",
    help: "HTTP requests answered with a status from 400 on, but 500.",
    labels: ["status"],
    series: seriesOf((row) =>
      "status" in row ? row.status === 0 ? "other" : String(row.status) : null
    ),
  },
  {
    name: "slabkv_refusals_total",
    type: "counter",
    unit: "",
    help: "What was refused over any protocol, by why; docs/api.md says of each what it is.",
    labels: ["why"],
    series: seriesOf((row) => "kind" in row ? snakeCase(row.name) : null),
  },
  {
    name: "slabkv_error_replies_total",
    type: "counter",
    unit: "",
    help: "Commands that were refused with an error, by the word that it begins with.",
    labels: ["code"],
    series: seriesOf((row) => "code" in row ? row.code === "" ? "other" : row.code : null),
  },
];

function seriesOf(labelOf: (row: typeof REFUSAL_COUNTERS[number]) => string | null) {
  return REFUSAL_COUNTERS.flatMap((row) => {
    const label = labelOf(row);
    if (label === null) return [];
    const { name } = row;
    return [{
      labels: [label],
      read: ({ region }: Snapshot) => region.total(name),
      stats: `refusals.${name}`,
    }];
  });
}

const ERRORS_IN_ALL: Row = {
  info: "total_error_replies",
  read: ({ region }) =>
    REFUSAL_COUNTERS.reduce((sum, row) => "code" in row ? sum + region.total(row.name) : sum, 0),
};

/** What INFO says in another unit, or of what has no row. */
const IN_INFO: readonly Row[] = [
  { info: "used_memory_lua", read: ({ region }) => region.gaugeTotal("luaKib") * 1024 },
  {
    info: "instantaneous_ops_per_sec",
    read: ({ region }) => region.gauge(0, "requestsPerSecond"),
  },
];

const unitOf = (row: typeof GAUGES[number]): number => "unit" in row ? row.unit : 1;

/** The sums of those gauges that can be added. */
const GAUGE_SUMS: readonly Row[] = SHOWN_GAUGES.filter(({ name }) => !NOT_SUMMED.has(name))
  .map((row): Metric => ({
    ...describe(row, "gauge", "slabkv_"),
    help: `${row.meaning} All threads together.`,
    labels: [],
    series: [{
      read: ({ region }) => (region.gauge(0, row.name) + region.gaugeTotal(row.name)) * unitOf(row),
      info: INFO[row.name],
    }],
  }));

const WORKER_GAUGES: readonly Row[] = SHOWN_GAUGES.map((row): Metric => {
  const isGrowing = GROWING.has(row.name);
  return {
    ...describe(row, isGrowing ? "counter" : "gauge", "slabkv_worker_"),
    labels: ["worker"],
    workers: {
      stats: row.name,
      of: isGrowing ? "everybody" : row.name === "heapBytes" ? "threads" : "workers",
      read: ({ region }, actor) => region.gauge(actor, row.name) * unitOf(row),
    },
  };
});

const WORKER_COUNTERS: readonly Row[] = SHOWN.map((row): Metric => ({
  ...describe(row, "counter", "slabkv_worker_"),
  labels: ["worker"],
  workers: {
    stats: row.name,
    of: "everybody",
    read: ({ region }, actor) => region.counter(actor, row.name),
  },
}));

/** Sums, in the order of /stats. */
export const COUNTER_ROWS: readonly Row[] = [
  ...SUMS,
  ...REFUSALS,
  ERRORS_IN_ALL,
  ...GAUGE_SUMS,
  ...IN_INFO,
];

/** The same of each thread. */
export const WORKER_ROWS: readonly Row[] = [
  { workerStats: "worker", readWorker: (_, actor) => actor },
  { workerStats: "breaker", readWorker: ({ region }, actor) => breakerState(region, actor) },
  ...WORKER_GAUGES,
  ...WORKER_COUNTERS,
];
