/**
 * Tests of the table of options in README.md: that it is replaced between its markers, and that
 * the one in the repository is up to date.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { configTableMarkdown } from "../../server/config/text.ts";
import { withTable } from "../../tools/readme_table.ts";

Deno.test("withTable() replaces what is between the markers and nothing else", () => {
  const readme = "# A\n\n<!-- config:begin -->\nold\n<!-- config:end -->\n\nB\n";
  const expected = "# A\n\n<!-- config:begin -->\n\n| new |\n\n<!-- config:end -->\n\nB\n";
  const once = withTable(readme, "| new |\n");
  assertEquals(once, expected);
  assertEquals(withTable(once, "| new |\n"), expected);
});

Deno.test("withTable() refuses a text without the markers", () => {
  assertThrows(() => withTable("# A\n", "| new |\n"), Error, "README.md lacks");
});

Deno.test("README.md has the table of options as it is (deno task readme)", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assertEquals(readme, withTable(readme, configTableMarkdown()));
});
