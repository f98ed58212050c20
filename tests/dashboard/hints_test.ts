// The names of metrics that the dashboard explains its figures with are those of the server's table: a hint whose metric
// is called otherwise would be silently empty.

import { assert, assertEquals } from "@std/assert";
import { METRICS } from "../../server/observe/metrics/table.ts";
import { readSources } from "../sources.ts";

Deno.test("the metrics that the dashboard names are there", async () => {
  const sources = await readSources(["dashboard"]);
  const named = sources.flatMap(({ code }) => code.match(/(?<=")slabkv_\w+(?=")/g) ?? []);
  const known = new Set<string>(METRICS.map(({ name }) => name));
  assert(named.length > 5);
  assertEquals(named.filter((name) => !known.has(name)), []);
});
