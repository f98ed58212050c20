/** Tests of pages that are made in part from tables of the code. */

import { assertEquals, assertThrows } from "@std/assert";
import { withPart } from "../../tools/made_page.ts";

Deno.test("withPart() replaces what stands between the marks, and wants both", () => {
  const page = "x\n<!-- a: made by deno task a:docs -->\nold\n<!-- /a -->\ny\n";
  assertEquals(withPart(page, "a", "a:docs", "new\n"), page.replace("old", "new"));
  for (const damaged of ["no marks", page.replace("/a", "/b"), page.replace("a:", "b:")]) {
    assertThrows(() => withPart(damaged, "a", "a:docs", ""), Error, "marks");
  }
});
