/**
 * Tests of the events and rules in docs/operate.md: that each is there, and that the page is up to date.
 */

import { assertEquals } from "@std/assert";
import { eventTables, ruleList, withTables } from "../../tools/operate_docs.ts";

Deno.test("eventTables() tells of each event, and has a row for each field", () => {
  const events = {
    start: { level: "info", meaning: "It is ready.", fields: ["workers"] },
    fatal: { level: "error", meaning: "It ends.", fields: [] },
  };
  assertEquals(
    eventTables(events, { workers: "How many." }),
    "- **`start`**, info: It is ready.\n  `workers`\n- **`fatal`**, error: It ends.\n\n" +
      "| field | what it says |\n| --- | --- |\n| `workers` | How many |\n",
  );
});

Deno.test("ruleList() has a rule in each item, in lines of a readable length", () => {
  const speaks = `It ${"speaks ".repeat(20)}now.`;
  const lines = ruleList([{ name: "a", speaks }, { name: "b", speaks: "Never." }]).split("\n");
  assertEquals(lines.length, 4);
  assertEquals([lines[0]!.slice(0, 14), lines[2]], ["- **`a`**: It ", "- **`b`**: Never."]);
  assertEquals(lines.every((line) => line.length < 120), true);
});

Deno.test("docs/operate.md has the events and rules as their tables are (deno task operate:docs)", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/operate.md", import.meta.url));
  assertEquals(page, withTables(page));
});
