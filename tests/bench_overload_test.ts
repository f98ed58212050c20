// The benchmark of the breaker in its smallest form: it must notice requests that were not refused, or refused unasked,
// which it does by itself.

import { assertEquals } from "@std/assert";
import { KINDS, measureCosts } from "../bench/overload/cost.ts";

Deno.test({
  name:
    "bench/overload measures what it costs to answer and to refuse, over HTTP and the Redis protocol",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const kinds = KINDS.filter(({ pipeline = 1 }) => pipeline > 1);
  const costs = await measureCosts(0.1, kinds);
  assertEquals(costs.map(({ name }) => name), kinds.map(({ name }) => name));
  for (const { servedUs, shedUs } of costs) {
    assertEquals([servedUs, shedUs].every((us) => us >= 0 && us < 10_000), true);
  }
});
