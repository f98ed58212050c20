// The table of events: no row and no field of it is without use. That no other event is told of, and none
// with another field or at another level, the types see to.

import { assertEquals } from "@std/assert";
import { EVENT_FIELDS, EVENTS } from "../../../../server/contract/log/events.ts";

/** The TypeScript files below a folder, as text. */
async function sources(folder: URL): Promise<string[]> {
  const texts: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) texts.push(...await sources(new URL(`${entry.name}/`, folder)));
    else if (entry.name.endsWith(".ts") && entry.name !== "events.ts") {
      texts.push(await Deno.readTextFile(new URL(entry.name, folder)));
    }
  }
  return texts;
}

Deno.test("EVENTS has no event that the server never tells of", async () => {
  const code = (await sources(new URL("../../../../server/", import.meta.url))).join("\n");
  const untold = Object.entries(EVENTS).filter(([name, { level }]) =>
    !new RegExp(`\\.${level}\\(\\s*"${name}"`).test(code)
  );
  assertEquals(untold.map(([name]) => name), []);
});

Deno.test("EVENT_FIELDS has no field that no event has, and is in the order of the alphabet", () => {
  const used = new Set(Object.values(EVENTS).flatMap(({ fields }) => [...fields]));
  const names = Object.keys(EVENT_FIELDS);
  assertEquals(names.filter((name) => !used.has(name as keyof typeof EVENT_FIELDS)), []);
  assertEquals(names, names.toSorted());
});
