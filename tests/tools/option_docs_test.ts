/**
 * Tests of docs/options.md: that every option is in it, and that it is up to date.
 */

import { assertEquals } from "@std/assert";
import { OPTION_ROWS } from "../../server/config/options.ts";
import { optionDocs } from "../../tools/option_docs.ts";

Deno.test("optionDocs() has an entry for every option", () => {
  const page = optionDocs();
  const missing = OPTION_ROWS.filter(({ option }) => !page.includes(`\n- **\`--${option.flag}`));
  assertEquals(missing, []);
});

Deno.test("docs/options.md is as the table is (deno task options:docs)", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/options.md", import.meta.url));
  assertEquals(page, optionDocs());
});
