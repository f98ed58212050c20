// Metrics as text, in both formats, byte by byte; and that nothing in a label or a help text can break a line.

import { assertEquals } from "@std/assert";
import { Exposition, goFloat } from "../../../../server/observe/metrics/exposition.ts";
import {
  BOUNDS_SECONDS,
  counter,
  gauge,
  type Metric,
} from "../../../../server/observe/metrics/metric.ts";
import { Snapshot } from "../../../../server/observe/metrics/snapshot.ts";
import { METRICS } from "../../../../server/observe/metrics/table.ts";
import { addCounter, Cache } from "../../../../cache/mod.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import type { ServerRegion } from "../../../../server/contract/counters.ts";
import type { MetricsFormat } from "../../../../server/contract/server.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../../fixture.ts";

function serve(region: ServerRegion, actor: number, value: 0 | 1): void {
  Atomics.store(region.words, region.gaugeWord(actor, "serving"), value);
}

function written(
  metrics: readonly Metric[],
  format: MetricsFormat,
  region: ServerRegion = newRegion(),
): string {
  const facts = new Snapshot({ cache: newCache(region), startedMs: NOW_MS, config: configOf() });
  const exposition = new Exposition(facts, format, metrics);
  while (!exposition.step());
  return exposition.text;
}

const WAITS = counter(
  "x_waits_seconds_total",
  "seconds",
  'Time\nof \\ "waits".',
  () => 1234,
  {},
  1e-3,
);

Deno.test("Exposition writes the text format 0.0.4", () => {
  assertEquals(
    written([WAITS, gauge("x_none", "", "Not there.", () => null)], "text"),
    '# HELP x_waits_seconds_total Time\\nof \\\\ "waits".\n' +
      "# TYPE x_waits_seconds_total counter\nx_waits_seconds_total 1.234\n",
  );
});

Deno.test("Exposition writes OpenMetrics 1.0.0", () => {
  const info: Metric = {
    name: "x_build_info",
    type: "info",
    unit: "",
    help: "Build.",
    labels: ["version"],
    series: [{ labels: ["1"], read: () => 1 }],
  };
  assertEquals(
    written([WAITS, info], "openmetrics"),
    "# TYPE x_waits_seconds counter\n# UNIT x_waits_seconds seconds\n" +
      '# HELP x_waits_seconds Time\\nof \\\\ \\"waits\\".\nx_waits_seconds_total 1.234\n' +
      '# TYPE x_build info\n# HELP x_build Build.\nx_build_info{version="1"} 1\n# EOF\n',
  );
});

Deno.test("Exposition escapes values of labels, so that none ends a line or a label", () => {
  const hostile = 'a"} 1\nevil_metric{b="\\';
  const metric: Metric = {
    ...gauge("x_items", "", "Items.", () => null),
    labels: ["key", "other"],
    series: [{ labels: [hostile, "é"], read: () => 2 }],
  };
  assertEquals(
    written([metric], "text").split("\n").slice(2),
    ['x_items{key="a\\"} 1\\nevil_metric{b=\\"\\\\",other="é"} 2', ""],
  );
});

Deno.test("Exposition writes histograms with the same bounds in either format", () => {
  const metric: Metric = {
    name: "x_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Time.",
    labels: ["group"],
    histograms: () => {
      const upTo = BOUNDS_SECONDS.map((_, i) => Math.min(i, 3));
      const histogram = { upTo, count: 4, sumSeconds: 0.30000000000000004 };
      return [[["hash"], histogram], [["string"], histogram]];
    },
  };
  const samples = (format: MetricsFormat) =>
    written([metric], format).split("\n").filter((line) => line.startsWith("x_"));
  const lines = samples("text");
  assertEquals(samples("openmetrics"), lines);
  assertEquals(lines.length, 2 * (BOUNDS_SECONDS.length + 3));
  assertEquals(lines.slice(0, 2), [
    'x_seconds_bucket{group="hash",le="1e-06"} 0',
    'x_seconds_bucket{group="hash",le="2e-06"} 1',
  ]);
  const none = { ...metric, histograms: () => [] };
  assertEquals([written([none], "text"), written([none], "openmetrics")], ["", "# EOF\n"]);
  assertEquals(lines.slice(-4), [
    'x_seconds_bucket{group="string",le="16.777216"} 3',
    'x_seconds_bucket{group="string",le="+Inf"} 4',
    'x_seconds_sum{group="string"} 0.3',
    'x_seconds_count{group="string"} 4',
  ]);
});

Deno.test("goFloat() writes small numbers as Go does", () => {
  assertEquals([1e-6, 1.6e-5, 0.000128, 1.048576].map(goFloat), [
    "1e-06",
    "1.6e-05",
    "0.000128",
    "1.048576",
  ]);
});

Deno.test("Exposition says the same on every worker", () => {
  const region = newRegion();
  const textOn = (actor: number) => {
    const cache = new Cache(region, actor, () => NOW_MS);
    const facts = new Snapshot({
      cache,
      startedMs: NOW_MS,
      config: configOf(),
      commands: COMMANDS,
    });
    const exposition = new Exposition(facts, "text");
    while (!exposition.step());
    // What the process takes is another moment's.
    return exposition.text.replace(/^slabkv_(resident|cpu).*$/gm, "");
  };
  for (const [actor, commands] of [[1, 3], [2, 1]] as const) {
    serve(region, actor, 1);
    const cache = new Cache(region, actor, () => NOW_MS);
    for (let i = 0; i < commands; i++) cache.put(new Uint8Array([i, actor]), new Uint8Array(100));
  }
  assertEquals(textOn(1), textOn(2));
  assertEquals(/^slabkv_puts_total (.*)$/m.exec(textOn(0))![1], "4");
});

Deno.test("Exposition goes on telling what a worker has counted that has ended", () => {
  const region = newRegion();
  const metrics = METRICS.filter(({ name }) => /^slabkv_worker_(hits|lag|body|event)/.test(name));
  addCounter(region.words, region.counterWord(2, "hits"), 3);
  region.words[region.gaugeWord(2, "heartbeat")] = 7;
  const lines = () =>
    written(metrics, "text", region).split("\n").filter((line) => /^slab/.test(line));
  assertEquals(lines(), ['slabkv_worker_hits_total{worker="2"} 3']);
  serve(region, 2, 1);
  assertEquals(lines(), [
    'slabkv_worker_body_bytes{worker="2"} 0',
    'slabkv_worker_event_clients{worker="2"} 0',
    'slabkv_worker_event_loop_lag_seconds{worker="2"} 0',
    'slabkv_worker_hits_total{worker="2"} 3',
  ]);
});
