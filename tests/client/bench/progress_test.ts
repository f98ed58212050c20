// progressLine(): fits the terminal, whatever it shows.

import { assertEquals } from "@std/assert";
import { progressLine } from "../../../client/bench/progress.ts";

Deno.test("progressLine() shows share, speed and problems", () => {
  const line = progressLine({ share: 0.5, perSecond: 12_345, problems: 0 }, 64);
  assertEquals(line, "[##########----------]  50 % 12,345 req/s");
  const bad = progressLine({ share: 1.2, perSecond: 1, problems: 3 }, 48);
  assertEquals(bad, "[####] 100 % 1 req/s, 3 problems");
});

Deno.test("progressLine() is never wider than the terminal", () => {
  for (let columns = 0; columns < 120; columns++) {
    const line = progressLine({ share: -1, perSecond: 1e9, problems: 1e9 }, columns);
    assertEquals(line.length <= columns, true, String(columns));
  }
});
