// Histograms of latency as Prometheus has them: cumulative, by octaves of the finer buckets.

import { assertEquals } from "@std/assert";
import { bucketOf, stepsOf } from "../../../../server/contract/metrics/latency_buckets.ts";
import { LatencyCounts } from "../../../../server/contract/metrics/latency_counts.ts";
import { BOUNDS_SECONDS } from "../../../../server/observe/metrics/metric.ts";
import { histogramOf } from "../../../../server/observe/metrics/request_rows.ts";

Deno.test("histogramOf() counts what is at most each power of 2, all there is, and the sum in seconds", () => {
  const latency = new LatencyCounts();
  for (const us of [0.25, 0.9, 1.5, 3, 3.9, 1000, 20_000_000, 1e9]) {
    latency.add(bucketOf(stepsOf(us)), 1);
    latency.sumUs += us;
  }
  const { upTo, count, sumSeconds } = histogramOf(latency);
  const at = (seconds: number) => upTo[BOUNDS_SECONDS.indexOf(seconds)];
  assertEquals([at(1e-6), at(2e-6), at(4e-6), at(512e-6), at(0.001024), at(16.777216)], [
    2,
    3,
    5,
    5,
    6,
    6,
  ]);
  assertEquals([count, Math.round(sumSeconds)], [8, 1020]);
});
