// What a worker measures of its event loop, with a clock and turns of the test's own.

import { assertEquals } from "@std/assert";
import { addCounter } from "../../../../cache/mod.ts";
import { LagProbe, PROBE_MS } from "../../../../server/process/breaker/lag_probe.ts";
import { newRegion } from "../../fixture.ts";

function setUp() {
  const region = newRegion();
  const late = { timerMs: 0, turnMs: 0, ownMs: 0 };
  const waits: string[] = [];
  let nowMs = 1000;
  const wait = (name: string, ms: number) => {
    waits.push(name);
    nowMs += ms;
    return Promise.resolve();
  };
  const probe = new LagProbe(region, 1, {
    now: () => nowMs,
    sleep: (ms) => wait("sleep", ms + late.timerMs),
    nextTurn: () => wait("turn", late.turnMs),
    ownTurn: () => wait("own", late.ownMs),
  });
  const measure = async () => {
    waits.length = 0;
    await probe.measure();
    return [region.gauge(1, "probedLag"), waits.join(" ")];
  };
  return { region, late, measure };
}

Deno.test("LagProbe measures the timer, the look for new input, and the wait for a turn together", async () => {
  const { region, late, measure } = setUp();
  assertEquals(await measure(), [0, "sleep turn own"]);
  Object.assign(late, { timerMs: 60, turnMs: 5900, ownMs: 40 });
  assertEquals(await measure(), [6000, "sleep turn own"]);
  assertEquals(region.gauge(1, "probes"), 2);
  assertEquals(PROBE_MS, 100);
});

Deno.test("LagProbe measures the timer alone where nobody has sent anything and the timer was prompt", async () => {
  const { region, late, measure } = setUp();
  await measure();
  assertEquals(await measure(), [0, "sleep"]);
  late.timerMs = 3;
  assertEquals(await measure(), [3, "sleep turn own"]);
  late.timerMs = 0;
  for (const name of ["requests", "inputBytes"] as const) {
    addCounter(region.words, region.counterWord(1, name), 1);
    assertEquals(await measure(), [0, "sleep turn own"]);
    assertEquals(await measure(), [0, "sleep"]);
  }
});
