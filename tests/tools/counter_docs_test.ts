/**
 * Tests of the counters in docs/api.md: that each that is shown is there, and that the page is up to
 * date.
 */

import { assertEquals } from "@std/assert";
import { counterTable, withTables } from "../../tools/counter_docs.ts";

Deno.test("counterTable() has a row for what is shown, without capital and period", () => {
  const rows = [
    { name: "a", meaning: "Times of a.", isShown: true },
    { name: "b", meaning: "Times of b.", isShown: false },
  ];
  assertEquals(
    counterTable(rows),
    "| counter or gauge | what it is |\n| --- | --- |\n| `a` | times of a |\n",
  );
});

Deno.test("docs/api.md has the counters as their table is (deno task counters:docs)", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/api.md", import.meta.url));
  assertEquals(page, withTables(page));
});
