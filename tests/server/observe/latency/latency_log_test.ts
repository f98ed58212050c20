// What took long is kept by the second, bounded, and joined over workers; its picture is the one of Redis.

import { assertEquals } from "@std/assert";
import {
  joinedEvents,
  LatencyLog,
  MAX_SAMPLES,
} from "../../../../server/observe/latency/latency_log.ts";
import { latencyGraph, latencyReport } from "../../../../server/observe/latency/latency_report.ts";

const REPORT = { latencyThresholdUs: 10_000, slowerThanUs: 10_000 };

function logOf(...samples: (readonly [atSeconds: number, ms: number])[]): LatencyLog {
  const log = new LatencyLog();
  log.thresholdUs = 10_000;
  for (const [atSeconds, ms] of samples) log.note("command", ms * 1000, atSeconds);
  return log;
}

Deno.test("LatencyLog keeps of each second the longest that reached the threshold", () => {
  const log = logOf([1, 20], [1, 90], [1, 50], [2, 9.999], [3, 10.5]);
  assertEquals(log.events, [{ name: "command", maxMs: 90, samples: [[1, 90], [3, 10]] }]);
  log.note("aof-write", 10_000, 4);
  assertEquals(log.reset(["Command", "nosuch"]), ["command"]);
  assertEquals(log.events.map(({ name }) => name), ["aof-write"]);
  assertEquals(log.reset([]), ["aof-write"]);
  assertEquals(new LatencyLog().thresholdUs, Infinity);
});

Deno.test("LatencyLog keeps the latest samples and the longest of all", () => {
  const log = logOf([0, 5000]);
  for (let second = 1; second <= MAX_SAMPLES; second++) log.note("command", 20_000, second);
  const [event] = log.events;
  assertEquals([event!.maxMs, event!.samples.length, event!.samples[0]], [5000, 160, [1, 20]]);
});

Deno.test("joinedEvents() takes of each second the longest of all workers", () => {
  const one = logOf([1, 20], [3, 30]);
  const other = logOf([1, 25], [2, 40]);
  other.note("aof-fsync", 15_000, 2);
  assertEquals(joinedEvents([one.events, other.events]), [
    { name: "command", maxMs: 40, samples: [[1, 25], [2, 40], [3, 30]] },
    { name: "aof-fsync", maxMs: 15, samples: [[2, 15]] },
  ]);
});

Deno.test("latencyGraph() draws what Redis draws", () => {
  const [event] = logOf([0, 50], [1, 300], [2, 20], [3, 600], [4, 110]).events;
  assertEquals(
    latencyGraph(event!, 5),
    [
      "command - high 600 ms, low 20 ms (all time high 600 ms)",
      "-".repeat(80),
      "   # ",
      "   | ",
      " # | ",
      "_|_|o",
      "     ",
      "54321",
      "sssss",
      "",
    ].join("\n"),
  );
  // What does not fit side by side follows below.
  const many = logOf(...Array.from({ length: 81 }, (_, i) => [i, 20] as const));
  const lines = latencyGraph(many.events[0]!, 3680).split("\n");
  assertEquals(lines.map(({ length }) => length), [
    ...[53, 80, 80, 80, 80, 80, 80, 80, 80],
    ...[0, 1, 1, 1, 1, 1, 1, 1, 0],
  ]);
  assertEquals(lines.slice(7, 9), ["1".repeat(80), "h".repeat(80)]);
  assertEquals(lines.slice(-3), ["1", "h", ""]);
});

Deno.test("latencyReport() gives the figures of Redis, and advice on what was found", () => {
  const { events } = logOf([0, 50], [1, 300], [2, 20], [3, 600], [4, 110]);
  const report = latencyReport(events, 5, REPORT);
  assertEquals(
    report.split("\n")[2],
    "1. command: 5 latency spikes (average 216ms, mean deviation 187ms, period 1.00 sec). " +
      "Worst all time event 600ms.",
  );
  assertEquals(report.split("\n").filter((line) => line.startsWith("- ")).length, 1);
  const less = latencyReport(events, 5, { ...REPORT, slowerThanUs: Infinity });
  assertEquals(less.includes("CONFIG SET slowlog-log-slower-than 10000."), true);
  assertEquals(latencyReport([], 5, REPORT).includes("Nothing took 10 ms or longer"), true);
  const off = { ...REPORT, latencyThresholdUs: Infinity };
  assertEquals(latencyReport([], 5, off).includes("CONFIG SET latency-monitor-threshold"), true);
});
