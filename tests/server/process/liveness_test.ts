// Who hangs: an actor that serves and does not move while this thread does.

import { assertEquals } from "@std/assert";
import { addCounter } from "../../../cache/mod.ts";
import { Liveness } from "../../../server/process/liveness.ts";
import { newRegion } from "../fixture.ts";

function setUp() {
  const region = newRegion();
  Atomics.store(region.words, region.gaugeWord(1, "serving"), 1);
  return { region, liveness: new Liveness(region, 0) };
}

Deno.test("Liveness counts the silence of an actor from the look that last saw it move", () => {
  const { region, liveness } = setUp();
  liveness.look(900);
  assertEquals(liveness.mostSilent(), { actor: 1, silentMs: 900 });
  Liveness.beat(region, 1);
  liveness.look(1800);
  liveness.look(2000);
  assertEquals(liveness.mostSilent(), { actor: 1, silentMs: 200 });
});

Deno.test("Liveness takes answered requests for signs of life", () => {
  const { region, liveness } = setUp();
  for (let nowMs = 500; nowMs <= 10_000; nowMs += 500) {
    addCounter(region.words, region.counterWord(1, "requests"), 1);
    liveness.look(nowMs);
  }
  assertEquals(liveness.mostSilent().silentMs, 0);
});

Deno.test("Liveness blames nobody when the whole process stood still", () => {
  const { liveness } = setUp();
  liveness.look(500);
  liveness.look(60_000);
  assertEquals(liveness.mostSilent().silentMs, 0);
});

Deno.test("Liveness looks only at actors that serve", () => {
  const { region, liveness } = setUp();
  Atomics.store(region.words, region.gaugeWord(1, "serving"), 0);
  for (let nowMs = 500; nowMs <= 10_000; nowMs += 500) liveness.look(nowMs);
  assertEquals(liveness.mostSilent().silentMs, 0);
});
