// Metrics of the memory curve: what the cache would hit with other amounts of memory. Rows of the table; /stats has
// the whole curve, with advice.

import { CURVE_TIMES } from "../curve/curve_model.ts";
import { type CurveState, readCurve } from "../curve/curve_words.ts";
import { gauge, type Metric, type Row } from "./metric.ts";
import type { Snapshot } from "./snapshot.ts";

type CurvePoint = CurveState["points"][number];

/** A metric of each point of the curve. */
function ofPoints(name: string, help: string, read: (point: CurvePoint) => number): Metric {
  return {
    name,
    type: "gauge",
    unit: "ratio",
    help,
    labels: ["times"],
    each: ({ region }, take) => {
      for (const point of readCurve(region).points) take([String(point.times)], read(point));
    },
    bound: CURVE_TIMES.join(", "),
  };
}

/** What other amounts of memory would bring. */
export const CURVE_ROWS: readonly Row[] = [
  ofPoints(
    "slabkv_memory_hit_ratio",
    "Hit ratio that the cache would have with so many times the memory; missing while too little is known of it.",
    ({ hitRatio }) => hitRatio,
  ),
  ofPoints(
    "slabkv_memory_hit_ratio_error_ratio",
    "Standard error of that; 0 for the memory that there is.",
    ({ error }) => error,
  ),
  gauge(
    "slabkv_memory_curve_sampled_reads",
    "",
    "Reads of sampled keys that this stands on; older ones count for less.",
    ({ region }: Snapshot) => readCurve(region).sampledReads,
  ),
];
