// The memory curve beside real caches, in a small form of bench/curve: there are few sampled items, and more error.

import { assert, assertEquals } from "@std/assert";
import { compareCurve, worstError } from "../../../../bench/curve/accuracy.ts";
import { TRACE_KINDS } from "../../../../bench/engine/hits/kinds.ts";

const OPTIONS = { memoryBytes: 8 * 2 ** 20, requests: 440_000, keys: 200_000, seed: 3 };

Deno.test("the memory curve of a small cache is within 4 points of real caches of half and twice the size", () => {
  const kind = TRACE_KINDS.find(({ name }) => name === "Zipf(0.9)")!;
  const comparison = compareCurve(kind, { ...OPTIONS, times: [0.5, 2] });
  const known = comparison.estimates.map(({ times }) => times);
  assert(known.includes(1) && known.includes(2), `only ${known} are known`);
  assert(worstError(comparison) < 4, JSON.stringify(comparison));
  const [, half, now, twice] = comparison.real;
  // They differ by more than that, so a curve that says nothing would not pass.
  assert(twice! - now! > 0.05 && now! - half! > 0.04, JSON.stringify(comparison.real));
});

Deno.test("the memory curve has no point that its sample is too small for", () => {
  const kind = TRACE_KINDS.find(({ name }) => name === "Zipf(0.9)")!;
  const options = { ...OPTIONS, memoryBytes: 2 ** 20, requests: 120_000, keys: 20_000, times: [] };
  assertEquals(compareCurve(kind, options).estimates, []);
});
