// The table of counters and gauges against the engine's own counters and the region made with it.

import { assertEquals } from "@std/assert";
import { ENGINE_COUNTERS, Region } from "../../../cache/mod.ts";
import { ACTOR_NAMES, COUNTERS, GAUGES } from "../../../server/contract/counters.ts";
import { newRegion } from "../fixture.ts";

Deno.test("COUNTERS and GAUGES have each name once, and a meaning of one sentence", () => {
  const rows = [...COUNTERS, ...GAUGES];
  assertEquals(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const { name, meaning } of rows) assertEquals(/^[A-Z1][^.]*\.$/.test(meaning), true, name);
});

Deno.test("COUNTERS have a row for each counter of the engine, ACTOR_NAMES name the others", () => {
  const names: readonly string[] = COUNTERS.map(({ name }) => name);
  for (const name of ENGINE_COUNTERS) assertEquals(names.includes(name), true, name);
  const all: string[] = [...ENGINE_COUNTERS, ...ACTOR_NAMES.counters];
  assertEquals(all.toSorted(), names.toSorted());
});

Deno.test("every counter and gauge has words of its own in a region that both sides know", () => {
  const made = newRegion();
  const region = Region.attach(made.buffer, ACTOR_NAMES);
  const words = new Set<number>();
  for (let actor = 0; actor < 3; actor++) {
    for (const { name } of COUNTERS) words.add(region.counterWord(actor, name));
    for (const { name } of GAUGES) words.add(region.gaugeWord(actor, name));
  }
  assertEquals(words.size, 3 * (COUNTERS.length + GAUGES.length));
  for (const { name } of GAUGES) assertEquals(region.gaugeWord(2, name), made.gaugeWord(2, name));
});
