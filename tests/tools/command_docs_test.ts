/**
 * Tests of docs/commands.md: that every command is in it, and that it is up to date.
 */

import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../server/commands/table.ts";
import { commandDocs } from "../../tools/command_docs.ts";

Deno.test("commandDocs() has a row for every command", () => {
  const page = commandDocs(COMMANDS);
  const missing = COMMANDS.filter(({ name }) => !page.includes(`| \`${name}\` `));
  assertEquals(missing, []);
});

Deno.test("docs/commands.md is as the table is (deno task commands:docs)", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/commands.md", import.meta.url));
  assertEquals(page, commandDocs(COMMANDS));
});
