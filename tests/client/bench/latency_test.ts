// LatencyRecorder: percentiles, what a stall hides, and the bars.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { bars, LatencyRecorder, percentileMs, summary } from "../../../client/bench/latency.ts";

Deno.test("LatencyRecorder gives percentiles in milliseconds", () => {
  const recorder = new LatencyRecorder();
  for (let i = 1; i <= 1000; i++) recorder.record(1 + i / 1000);
  const { mean, p50, p99, max } = summary(recorder.measuredHistogram());
  assertAlmostEquals(mean, 1.5, 0.01);
  assertAlmostEquals(p50, 1.5, 0.01);
  assertAlmostEquals(p99, 1.99, 0.01);
  assertAlmostEquals(max, 2, 0.01);
  assertAlmostEquals(percentileMs(recorder.measuredHistogram(), 95), 1.95, 0.01);
  assertEquals(percentileMs(new LatencyRecorder().measuredHistogram(), 95), 0);
  assertEquals(recorder.correctedHistogram().count, 1000); // none was long enough to hide any
});

Deno.test("LatencyRecorder adds what a closed loop omitted during a stall", () => {
  const recorder = new LatencyRecorder();
  for (let i = 0; i < 1000; i++) recorder.record(1);
  recorder.record(1000);
  const corrected = summary(recorder.correctedHistogram());
  // A request each millisecond for 2 s: half of them fell into the stall.
  assertEquals(summary(recorder.measuredHistogram()).p90 < 1.01, true);
  assertAlmostEquals(recorder.correctedHistogram().count, 2000, 60);
  assertAlmostEquals(corrected.p90, 800, 40);
  assertAlmostEquals(corrected.max, 1000, 40);
});

Deno.test("LatencyRecorder counts paced requests from when they were due", () => {
  const recorder = new LatencyRecorder();
  recorder.recordPaced(1, 50);
  recorder.recordUnsent(70);
  assertAlmostEquals(summary(recorder.measuredHistogram()).max, 1, 0.01);
  const corrected = recorder.correctedHistogram();
  assertEquals(corrected.count, 2);
  assertAlmostEquals(summary(corrected).max, 70, 0.1);
});

Deno.test("bars() count every request once, in order", () => {
  const recorder = new LatencyRecorder();
  const latencies = [0.0001, 0.003, 0.2, 0.2, 5, 90, 60_000];
  for (const latency of latencies) recorder.record(latency);
  const measured = recorder.correctedHistogram();
  const found = bars(measured);
  assertEquals(found.reduce((sum, { count }) => sum + count, 0), measured.count);
  assertEquals(found.every(({ fromMs, toMs }) => fromMs < toMs), true);
  assertEquals(bars(new LatencyRecorder().correctedHistogram()), []);
});
