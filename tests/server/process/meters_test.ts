// What main measures over time.

import { assertEquals } from "@std/assert";
import { addCounter } from "../../../cache/mod.ts";
import { MEMORY_STEP_BYTES } from "../../../server/contract/counters.ts";
import { noteThread, Rates } from "../../../server/process/meters.ts";
import { newCache, newRegion } from "../fixture.ts";

Deno.test("Rates.look() shows means over about two seconds, and falls back to nothing", () => {
  const region = newRegion();
  const rates = new Rates(newCache(region));
  const perSecond = (nowMs: number) => {
    rates.look(nowMs);
    return ["requestsPerSecond", "inputPerSecond", "outputPerSecond"].map((name) =>
      region.gauge(0, name as "inputPerSecond")
    );
  };
  assertEquals(perSecond(1000), [0, 0, 0]);
  for (const actor of [1, 2]) {
    addCounter(region.words, region.counterWord(actor, "requests"), 50);
    addCounter(region.words, region.counterWord(actor, "inputBytes"), 2_000_000_000);
  }
  assertEquals(perSecond(2000), [100, 4_000_000_000, 0]);
  for (let nowMs = 2250; nowMs < 4000; nowMs += 250) rates.look(nowMs);
  assertEquals(perSecond(4250), [0, 0, 0]);
});

Deno.test("Rates.look() remembers the most that items have taken", () => {
  const cache = newCache();
  const { region } = cache;
  const rates = new Rates(cache);
  const key = new TextEncoder().encode("k");
  cache.put(key, new Uint8Array(100_000));
  rates.look(1000);
  const peak = region.gauge(0, "peakBytes");
  assertEquals(peak, Math.ceil(100_000 / 4096));
  cache.delete(key);
  rates.look(2000);
  assertEquals(region.gauge(0, "peakBytes"), peak);
});

Deno.test("noteThread() notes the time of this thread in hundredths of a second, and its heap", () => {
  const region = newRegion();
  const endMs = performance.now() + 5;
  while (performance.now() < endMs);
  noteThread(region, 1);
  const hundredths = region.gauge(1, "cpuUser") + region.gauge(1, "cpuSystem");
  assertEquals(hundredths > 0 && hundredths < 100 * 3600, true);
  const heapBytes = region.gauge(1, "heapBytes") * MEMORY_STEP_BYTES;
  assertEquals(heapBytes > 2 ** 20 && heapBytes < 2 ** 36, true);
});
