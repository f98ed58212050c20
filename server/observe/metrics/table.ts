// The one table of metrics. /metrics, /stats/metrics, docs/metrics.md, /stats and what INFO says of the same follow from
// it. A new metric is one row; one for each counter, gauge and fact of persistence is made from its own table.

import { BREAKER_ROWS, CONNECTION_ROWS } from "./access_rows.ts";
import { LEAVING_ROWS, SPACE_ROWS } from "./cache_rows.ts";
import { COUNTER_ROWS, WORKER_ROWS } from "./counter_rows.ts";
import { CURVE_ROWS } from "./curve_rows.ts";
import { DISK_ROWS } from "./disk_rows.ts";
import { isMetric, type Metric, type Row } from "./metric.ts";
import { REQUEST_ROWS } from "./request_rows.ts";
import { PROCESS_ROWS, SERVER_ROWS } from "./server_rows.ts";

/** Rows about one thing, which docs/metrics.md shows together. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** All rows, in the order of /stats. */
export const SECTIONS: readonly Section[] = [
  { title: "Server", rows: SERVER_ROWS },
  { title: "Commands", rows: REQUEST_ROWS },
  { title: "Items and space", rows: SPACE_ROWS },
  { title: "Evictions", rows: LEAVING_ROWS },
  { title: "Other amounts of memory", rows: CURVE_ROWS },
  { title: "Counts and what was refused", rows: COUNTER_ROWS },
  { title: "Breaker", rows: BREAKER_ROWS },
  { title: "Log and snapshots", rows: DISK_ROWS },
  { title: "Connections", rows: CONNECTION_ROWS },
  { title: "Process", rows: PROCESS_ROWS },
  { title: "Workers", rows: WORKER_ROWS },
];

/** All rows. */
export const ROWS: readonly Row[] = SECTIONS.flatMap(({ rows }) => rows);

/** Those of them that are metrics. */
export const METRICS: readonly Metric[] = ROWS.filter(isMetric);
