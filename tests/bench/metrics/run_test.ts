// The benchmark of what being measured costs, in a small form, so that it cannot rot, and its verdicts.

import { assert, assertEquals } from "@std/assert";
import { socketRow, threadFigures } from "../../../bench/metrics/run.ts";
import type { Comparison } from "../../../bench/side_by_side.ts";

Deno.test("threadFigures() runs pipelines of each length with and without metrics", async () => {
  const figures = await threadFigures(2, 1024);
  const names = ["GET", "SET"].flatMap((kind) =>
    [1, 16, 64].map((pipeline) => `${kind} in pipelines of ${pipeline}`)
  );
  assertEquals(figures.map(({ name }) => name), names);
  for (const { name, offNs } of figures) assert(offNs > 0, name);
});

Deno.test("socketRow() says what is lost with metrics, and whether that is little enough", () => {
  const beside = (throughput: number, moreCpuUs: number): Comparison => {
    return { beside: "other", throughput, cpu: 1, cpuUs: 10, moreCpuUs };
  };
  const twin = beside(1, 0);
  const row = (throughput: number, moreCpuUs: number) =>
    socketRow("load", beside(throughput, moreCpuUs), twin).slice(2);
  assertEquals(row(1.01, -0.1), ["0.100", "0.000", "1.0", "0.0", "yes"]);
  assertEquals(row(1.03, -0.1).at(-1), "no");
  assertEquals(row(1, -0.2).at(-1), "no");
});
