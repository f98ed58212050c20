/**
 * Tests of the events in docs/operate.md: that each is there with its fields, and that the page is up to date.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { eventTables, withEvents } from "../../tools/event_docs.ts";

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

Deno.test("withEvents() wants both marks", () => {
  assertThrows(() => withEvents("no marks"), Error, "marks");
});

Deno.test("docs/operate.md has the events as their table is (deno task events:docs)", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/operate.md", import.meta.url));
  assertEquals(page, withEvents(page));
});
