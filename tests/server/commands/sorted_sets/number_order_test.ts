// Numbers in order: as a stable sort by a comparison has them.

import { assertEquals } from "@std/assert";
import { ascendingPlaces } from "../../../../server/commands/sorted_sets/number_order.ts";
import { Random } from "../../../../bench/workload.ts";

Deno.test("ascendingPlaces() is what a stable sort gives, whatever repeats", () => {
  const random = new Random(12);
  for (let round = 0; round < 300; round++) {
    const bound = 1 + random.below(40);
    const keys = Float64Array.from(
      { length: random.below(60) },
      () =>
        random.below(8) === 0
          ? [Infinity, -Infinity, 0, -5e-324][random.below(4)]!
          : random.below(bound) - bound / 2,
    );
    const expected = [...keys.keys()].sort((a, b) =>
      (keys[a]! < keys[b]! ? -1 : 1) *
        (keys[a] === keys[b] ? 0 : 1) || a - b
    );
    assertEquals([...ascendingPlaces(keys)], expected);
  }
});
