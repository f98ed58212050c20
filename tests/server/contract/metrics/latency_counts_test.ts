// Latencies by bucket: where buckets begin and end, quantiles, differences.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  bucketOf,
  LATENCY_BUCKETS,
  stepsOf,
  upperUs,
} from "../../../../server/contract/metrics/latency_buckets.ts";
import { LatencyCounts, quantileUs } from "../../../../server/contract/metrics/latency_counts.ts";

function countsOf(...timesUs: number[]): LatencyCounts {
  const counts = new LatencyCounts();
  for (const us of timesUs) {
    counts.add(bucketOf(stepsOf(us)), 1);
    counts.sumUs += us;
    counts.maxUs = Math.max(counts.maxUs, us);
  }
  return counts;
}

Deno.test("bucketOf() puts each time where upperUs() says that it ends", () => {
  for (let us = 0.125; us < 2 ** 27; us *= 1.03) {
    const steps = stepsOf(us);
    const bucket = bucketOf(steps);
    assert(steps / 8 < upperUs(bucket), `${us} µs is in bucket ${bucket}`);
    assert(bucket === 0 || steps / 8 >= upperUs(bucket - 1), `${us} µs is in bucket ${bucket}`);
  }
  assertEquals([bucketOf(0), bucketOf(stepsOf(Infinity))], [0, LATENCY_BUCKETS - 1]);
});

Deno.test("upperUs() has every power of two from 0.5 µs to 2^26, so that those are exact bounds", () => {
  const uppers = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => upperUs(bucket));
  for (let us = 0.5; us <= 2 ** 26; us *= 2) assert(uppers.includes(us), `${us} µs is no bound`);
  assertEquals(uppers.toSorted((a, b) => a - b), uppers);
});

Deno.test("quantileUs() is right within an eighth, and 0 of nothing", () => {
  const times = Array.from({ length: 10_000 }, (_, i) => 1 + i / 10);
  const { counts } = countsOf(...times);
  for (const q of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    const exact = times[Math.ceil(q * times.length) - 1]!;
    assert(Math.abs(quantileUs(counts, q) / exact - 1) < 0.125, `${q}: ${quantileUs(counts, q)}`);
  }
  assertEquals(quantileUs(new LatencyCounts().counts, 0.5), 0);
});

Deno.test("LatencyCounts.quantileUs() is never above the longest time", () => {
  assertEquals(countsOf(1100).quantileUs(0.999), 1100);
  assertEquals(countsOf(2 ** 26 * 1.5).quantileUs(1), 2 ** 26);
});

Deno.test("LatencyCounts.minus() is what came between two looks", () => {
  const before = countsOf(1, 2, 500);
  const later = countsOf(1, 2, 500, 40, 41);
  const rest = later.minus(before);
  assertEquals([rest.total, rest.sumUs], [2, 81]);
  assertEquals(rest.maxUs, 48);
  assertAlmostEquals(rest.quantileUs(0.5), 44, 4);
  assertEquals(later.minus(later).quantileUs(0.99), 0);
});
