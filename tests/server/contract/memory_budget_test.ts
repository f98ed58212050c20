// The budget of memory outside the region: one bound for all workers, each of which counts for itself.

import { assertEquals } from "@std/assert";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { newRegion } from "../fixture.ts";

function setUp(maxBytes = 100) {
  const region = newRegion();
  const [one, two] = [1, 2].map((actor) => new MemoryBudget(region, actor, maxBytes));
  const gauges = () => [1, 2].map((actor) => region.gauge(actor, "bodyBytes"));
  return { one: one!, two: two!, gauges };
}

Deno.test("MemoryBudget.tryTake() takes up to the bound of all workers, and nothing beyond", () => {
  const { one, two, gauges } = setUp();
  assertEquals([one.tryTake(60), two.tryTake(41), two.tryTake(40)], [true, false, true]);
  assertEquals(gauges(), [60, 40]);
  assertEquals([one.bytesLeft, two.bytesLeft], [0, 0]);
  assertEquals([one.tryTake(0), one.tryTake(1)], [true, false]);
});

Deno.test("MemoryBudget.tryTake() leaves the rest to others where it may use a share only", () => {
  const { one, two, gauges } = setUp();
  assertEquals([one.tryTake(20, 0.25), two.tryTake(6, 0.25), two.tryTake(6)], [true, false, true]);
  assertEquals(gauges(), [20, 6]);
});

Deno.test("MemoryBudget.take() takes more than is left, and give() gives it back", () => {
  const { one, two, gauges } = setUp();
  one.take(130);
  assertEquals([two.bytesLeft, two.tryTake(1)], [-30, false]);
  one.give(30);
  assertEquals([two.bytesLeft, one.tryTake(-70), two.bytesLeft], [0, true, 70]);
  one.give(30);
  assertEquals(gauges(), [0, 0]);
});
