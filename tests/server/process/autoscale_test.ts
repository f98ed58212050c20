// When the autoscaler says yes: saturated, idle CPU, several samples in a row, and fewer workers than there may be.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Autoscaler, busiestShare, type LoadSample } from "../../../server/process/autoscale.ts";

const BUSY: LoadSample = { usedCores: 0.95, idleCores: 0.9, requests: [1000] };
const NO_IDLE: LoadSample = { ...BUSY, idleCores: 0.3 };
const QUIET: LoadSample = { ...BUSY, usedCores: 0.5 };

function decisions(maxWorkers: number, samples: readonly LoadSample[]): boolean[] {
  const autoscaler = new Autoscaler(maxWorkers);
  return samples.map((sample) => autoscaler.observe(sample));
}

Deno.test("busiestShare() shares CPU time out by requests", () => {
  assertEquals(busiestShare({ usedCores: 1, idleCores: 0, requests: [] }), 0);
  assertEquals(busiestShare({ usedCores: 1, idleCores: 0, requests: [0, 0] }), 0);
  assertEquals(busiestShare({ usedCores: 0.9, idleCores: 0, requests: [10] }), 0.9);
  assertAlmostEquals(busiestShare({ usedCores: 1.2, idleCores: 0, requests: [10, 30] }), 0.9);
});

Deno.test("Autoscaler.observe() wants a worker at the third busy sample in a row", () => {
  assertEquals(decisions(4, [BUSY, BUSY, BUSY]), [false, false, true]);
  assertEquals(decisions(4, [BUSY, BUSY, QUIET, BUSY, BUSY, BUSY]).lastIndexOf(true), 5);
  assertEquals(decisions(4, [BUSY, BUSY, NO_IDLE, BUSY, BUSY]).includes(true), false);
});

Deno.test("Autoscaler.observe() counts anew after each yes", () => {
  const wanted = decisions(4, Array<LoadSample>(7).fill(BUSY));
  assertEquals(wanted, [false, false, true, false, false, true, false]);
});

Deno.test("Autoscaler.observe() never wants one without idle CPU, load or a place", () => {
  assertEquals(decisions(4, Array<LoadSample>(9).fill(NO_IDLE)).includes(true), false);
  assertEquals(decisions(4, Array<LoadSample>(9).fill(QUIET)).includes(true), false);
  assertEquals(decisions(1, Array<LoadSample>(9).fill(BUSY)).includes(true), false);
  const two: LoadSample = { usedCores: 1.9, idleCores: 0.9, requests: [500, 500] };
  assertEquals(decisions(2, Array<LoadSample>(9).fill(two)).includes(true), false);
  assertEquals(decisions(3, Array<LoadSample>(3).fill(two)), [false, false, true]);
});
