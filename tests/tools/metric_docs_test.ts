/**
 * Tests of docs/metrics.md: how its rows are written, and that the page is up to date.
 */

import { assert, assertEquals } from "@std/assert";
import { gauge } from "../../server/observe/metrics/metric.ts";
import { metricPage } from "../../tools/metric_docs.ts";

Deno.test("metricPage() says of a metric what it is, what its label may be and where it stands besides", () => {
  const row = {
    ...gauge("x_items", "", "Items.", () => 0),
    labels: ["state"],
    series: [
      { labels: ["a"], read: () => 0, stats: "items.a" },
      { labels: ["b"], read: () => 0, info: "used_memory" as const },
    ],
  };
  const page = metricPage([{ title: "Things", rows: [row] }]);
  const item =
    "- `x_items`, gauge: Items. Label `state`: `a`, `b`. Also `items.a`, INFO `used_memory`.\n";
  assert(page.endsWith(`\n## Things\n\n${item}`), page);
});

Deno.test("metricPage() refers to the sum of what is said of each worker", () => {
  const each = { ...gauge("slabkv_worker_x", "", "The same.", () => 0), series: [] };
  const rows = [gauge("slabkv_x", "", "The same.", () => 0), each];
  const page = metricPage([{ title: "Things", rows }]);
  assert(
    page.endsWith(
      "- `slabkv_x`, gauge: The same.\n- `slabkv_worker_x`, gauge: `slabkv_x` of each worker.\n",
    ),
  );
});

Deno.test("docs/metrics.md is as the table of metrics has it (deno task metrics:docs)", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
  assertEquals(page, metricPage());
});
