// The benchmark of the hottest keys in its tiny form, so that it cannot rot.

import { assertEquals, assertMatch } from "@std/assert";
import { benchmark, parseOptions } from "../../bench/keys/run.ts";

Deno.test("the benchmark of hottest keys in its tiny form has a row for each load", () => {
  const printed: string[] = [];
  benchmark(parseOptions(["--tiny"])!, (text) => printed.push(text));
  assertEquals(printed.length, 1);
  const rows = printed[0]!.split("\n").slice(2);
  assertEquals(rows.length, 7);
  for (const row of rows) assertMatch(row, /^\| Zipf\([0-9.]+\) .*\| [0-9]+ of 10 +\| /);
});
