// What a worker measures of its event loop, with a clock and turns of the test's own.

import { assertEquals } from "@std/assert";
import { addCounter } from "../../../../cache/mod.ts";
import { LagProbe, PROBE_MS } from "../../../../server/process/breaker/lag_probe.ts";
import { newRegion } from "../../fixture.ts";

function setUp() {
  const region = newRegion();
  const late = { longMs: 0, shortMs: 0 };
  let waits: number[] = [];
  let nowMs = 1000;
  const probe = new LagProbe(region, 1, {
    now: () => nowMs,
    sleep: (ms) => {
      waits.push(ms);
      nowMs += ms + (ms === PROBE_MS ? late.longMs : late.shortMs);
      return Promise.resolve();
    },
  });
  const measure = async () => {
    waits = [];
    await probe.measure();
    return [region.gauge(1, "probedLag"), ...waits];
  };
  return { region, late, measure };
}

Deno.test("LagProbe measures a timer that was set long ago, or one set at work where that is later", async () => {
  const { region, late, measure } = setUp();
  assertEquals(await measure(), [0, PROBE_MS, 1]);
  Object.assign(late, { longMs: 60, shortMs: 5900 });
  assertEquals(await measure(), [5900, PROBE_MS, 1]);
  Object.assign(late, { longMs: 3000, shortMs: 4 });
  assertEquals(await measure(), [3000, PROBE_MS, 1]);
  assertEquals(region.gauge(1, "probes"), 3);
});

Deno.test("LagProbe sets one timer alone where nobody has sent anything and it was prompt", async () => {
  const { region, late, measure } = setUp();
  await measure();
  assertEquals(await measure(), [0, PROBE_MS]);
  late.longMs = 3;
  assertEquals(await measure(), [3, PROBE_MS, 1]);
  late.longMs = 0;
  for (const name of ["requests", "inputBytes"] as const) {
    addCounter(region.words, region.counterWord(1, name), 1);
    assertEquals(await measure(), [0, PROBE_MS, 1]);
    assertEquals(await measure(), [0, PROBE_MS]);
  }
});
