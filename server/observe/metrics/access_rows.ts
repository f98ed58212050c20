// Metrics of who comes in, and whether anybody may: the breakers of the workers, and connections by protocol. Rows of
// the table, in the order of /stats.

import type { BreakerStatus } from "../breaker_status.ts";
import type { Gauge } from "../../contract/counters.ts";
import { gauge, type Metric, type Row, states } from "./metric.ts";
import type { Snapshot } from "./snapshot.ts";

const BREAKER_STATES: readonly BreakerStatus["state"][] = ["closed", "half-open", "open", "off"];

/** The breakers of all workers. */
export const BREAKER_ROWS: readonly Row[] = [
  { stats: "breaker.state", read: ({ breaker }) => breaker.state },
  states(
    "slabkv_breaker_state",
    "The worst state of the workers' breakers (`--max-lag`): 1 of that, 0 of the others; `open` refuses everything.",
    BREAKER_STATES,
    ({ breaker }) => breaker.state,
  ),
  gauge(
    "slabkv_event_loop_lag_seconds",
    "seconds",
    "How far the worker's event loop is behind that is furthest; 0 with `--max-lag 0`.",
    ({ breaker }) => breaker.lagMs,
    { stats: "breaker.lagMs" },
    1e-3,
  ),
  { stats: "breaker.opens", read: ({ breaker }) => breaker.opens },
  { stats: "breaker.openMs", read: ({ breaker }) => breaker.openMs },
  { stats: "breaker.shed", read: ({ breaker }) => breaker.shed },
];

const KINDS: readonly (readonly [kind: string, gauge: Gauge])[] = [
  ["resp", "respClients"],
  ["text", "textClients"],
  ["memcache", "memcacheClients"],
  ["websocket", "websockets"],
];

const CONNECTIONS: Metric = {
  name: "slabkv_connections",
  type: "gauge",
  unit: "",
  help:
    "Open connections by protocol, and streams of events. Those of other HTTP requests are not known.",
  labels: ["protocol"],
  series: [
    ...KINDS.map(([kind, name]) => ({
      labels: [kind],
      stats: `connections.${kind}`,
      read: ({ region }: Snapshot) => region.gaugeTotal(name),
    })),
    { labels: ["events"], read: ({ region }) => region.gaugeTotal("eventClients") },
  ],
};

/** Open connections. Deno does not tell how many there are over HTTP. */
export const CONNECTION_ROWS: readonly Row[] = [
  { stats: "connections.http", read: () => null },
  CONNECTIONS,
];
