// The benchmark of holds, with few members: it measures what goes, and has a row for each way.

import { assertEquals, assertMatch } from "@std/assert";
import { holdRows } from "../bench/types/holds.ts";

Deno.test("the benchmark of holds has a figure for each way in which a collection goes", () => {
  const rows = holdRows(2000, 1);
  assertEquals(rows.length, 8);
  for (const { figure } of rows) assertMatch(figure, /^\d+\.\d\d ms$/);
});
