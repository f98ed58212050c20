// The sentence of advice, and the curve on its way through the region.

import { assertEquals } from "@std/assert";
import { readCurve, writeCurve } from "../../../../server/observe/curve/curve_words.ts";
import { adviceOf, memoryCurve } from "../../../../server/observe/curve/memory_curve.ts";
import { newCache, newRegion } from "../../fixture.ts";

const MIB = 2 ** 20;

/** The advice for hit ratios in percent by size, of a cache of 64 MiB. */
function advice(ratios: Readonly<Record<number, number>>, fullness = 1, rate = 0.005): string {
  const points = Object.entries(ratios).map(([times, percent]) => {
    return {
      times: Number(times),
      bytes: Number(times) * 64 * MIB,
      hitRatio: percent / 100,
      error: 0,
    };
  }).sort((a, b) => a.times - b.times);
  return adviceOf(rate, 321, points, fullness);
}

Deno.test("adviceOf() names the smallest amount of memory that brings something", () => {
  assertEquals(
    advice({ 0.25: 50, 0.5: 60, 1: 70, 2: 79, 4: 90 }),
    "Twice the memory (128MiB) would raise the hit ratio from 70.0 % to 79.0 %: 30 % fewer misses.",
  );
  assertEquals(
    advice({ 0.5: 60, 1: 70, 2: 70.4, 4: 90 }),
    "Four times the memory (256MiB) would raise the hit ratio from 70.0 % to 90.0 %: 67 % fewer misses.",
  );
});

Deno.test("adviceOf() says what to start with where a part of the memory is the log's ring", () => {
  const points = [[1, 64, 0.7], [2, 112, 0.79]].map(([times, mib, hitRatio]) => {
    return { times: times!, bytes: mib! * MIB, hitRatio: hitRatio!, error: 0 };
  });
  assertEquals(
    adviceOf(0.005, 321, points, 1),
    "Twice the memory for items (--memory 112MiB) would raise the hit ratio from 70.0 % to 79.0 %: 30 % fewer misses.",
  );
});

Deno.test("adviceOf() says where less would do", () => {
  assertEquals(
    advice({ 0.25: 91, 0.5: 97.8, 1: 98, 2: 98.1, 4: 98.1 }),
    "More memory would bring little; half the memory (32MiB) would do, with a hit ratio of 97.8 % in place of 98.0 %.",
  );
  assertEquals(
    advice({ 0.25: 98, 0.5: 98, 1: 98, 2: 98, 4: 98 }, 0.153),
    "The cache is not full (15 %), and more memory would bring nothing now; a quarter of the memory (16MiB) would do, " +
      "with a hit ratio of 98.0 % in place of 98.0 %.",
  );
});

Deno.test("adviceOf() says where all is well, and where too little is known", () => {
  assertEquals(
    advice({ 0.5: 91, 1: 98, 2: 98.4, 4: 98.9 }),
    "The memory suits what is asked for: four times the memory would raise the hit ratio of 98.0 % by 0.9 points, " +
      "half the memory would lower it by 7.0.",
  );
  assertEquals(
    advice({ 1: 98, 2: 98.4 }),
    "The memory suits what is asked for: twice the memory would raise the hit ratio of 98.0 % by 0.4 points.",
  );
  assertEquals(
    advice({ 0.5: 91, 1: 98, 2: 98, 4: 98.05 }),
    "The memory suits what is asked for: more would bring nothing, " +
      "half the memory would lower the hit ratio of 98.0 % by 7.0 points.",
  );
  assertEquals(
    advice({ 0.5: 91, 1: 98 }),
    "The memory suits what is asked for: half the memory would lower the hit ratio of 98.0 % by 7.0 points.",
  );
  const tooLittle =
    "Too little is known yet: 321 reads of sampled keys were seen, and it takes some thousands.";
  assertEquals(advice({}), tooLittle);
  assertEquals(advice({ 1: 98 }), tooLittle);
  assertEquals(
    adviceOf(0.005, 9000, [], 1),
    "Nothing is known to within two points, although 9000 reads of sampled keys were seen.",
  );
  assertEquals(advice({}, 0, 0), "Nothing is known: with --metrics off no keys are sampled.");
});

Deno.test("memoryCurve() reads in any thread what main has written", () => {
  const region = newRegion(16 * MIB, 2 * MIB);
  assertEquals(readCurve(region), { rate: 0, sampledReads: 0, points: [] });
  const points = [
    { times: 0.5, hitRatio: 0.25, error: 0.0075 },
    { times: 1, hitRatio: 0.5, error: 0 },
    { times: 4, hitRatio: 1, error: 0.001 },
  ];
  writeCurve(region, { rate: 0.00125, sampledReads: 12345.6, points });
  const { regionBytes, logBytes } = region.geometry;
  assertEquals(logBytes, 2 * MIB);
  const { advice: _, ...curve } = memoryCurve(newCache(region));
  assertEquals(curve, {
    sampleRate: 0.00125,
    sampledReads: 12346,
    points: points.map((point) => {
      return { ...point, bytes: logBytes + point.times * (regionBytes - logBytes) };
    }),
  });
});
