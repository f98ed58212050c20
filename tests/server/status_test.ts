// What the server says of itself: states, silent threads, and sums over workers.

import { assertEquals } from "@std/assert";
import { addCounter, type Region, RegionState } from "../../cache/mod.ts";
import { ServerStatus } from "../../server/status.ts";
import { newCache, newRegion, NOW_MS } from "./fixture.ts";

function serve(region: Region, actor: number, seenSecondsAgo: number): void {
  const seen = NOW_MS / 1000 - seenSecondsAgo;
  Atomics.store(region.words, region.gaugeWord(actor, "heartbeat"), seen | 0);
  Atomics.store(region.words, region.gaugeWord(actor, "serving"), 1);
}

Deno.test("ServerStatus.state follows the region", () => {
  const region = newRegion();
  const status = new ServerStatus(newCache(region), NOW_MS);
  const states = [RegionState.loading, RegionState.ready, RegionState.draining].map((state) => {
    region.state = state;
    return status.state;
  });
  assertEquals(states, ["loading", "ready", "draining"]);
});

Deno.test("ServerStatus.unhealthy() names the thread that is silent for more than 5 s", () => {
  const region = newRegion();
  const status = new ServerStatus(newCache(region), NOW_MS);
  assertEquals(status.unhealthy(), null);
  serve(region, 0, 0);
  serve(region, 1, 5);
  serve(region, 2, 6);
  assertEquals(status.unhealthy(), "Worker 2 has not been seen for 6 s.");
  serve(region, 2, 0);
  assertEquals(status.unhealthy(), null);
  serve(region, 0, 60);
  assertEquals(status.unhealthy(), "Supervisor has not been seen for 60 s.");
});

Deno.test("ServerStatus.statsText() sums counters and lists the workers that serve", () => {
  const region = newRegion();
  const status = new ServerStatus(newCache(region), NOW_MS - 2500);
  serve(region, 0, 0);
  serve(region, 2, 0);
  addCounter(region.words, region.counterWord(1, "hits"), 3);
  addCounter(region.words, region.counterWord(2, "hits"), 1);
  addCounter(region.words, region.counterWord(2, "misses"), 4);
  region.words[region.gaugeWord(2, "bodyBytes")] = 123;
  const stats = JSON.parse(status.statsText());
  assertEquals([stats.hitRatio, stats.uptimeSeconds, stats.state], [0.5, 2, "loading"]);
  assertEquals([stats.total.hits, stats.total.misses], [4, 4]);
  assertEquals(stats.workers.length, 1);
  const [{ worker, hits, bodyBytes }] = stats.workers;
  assertEquals({ worker, hits, bodyBytes }, { worker: 2, hits: 1, bodyBytes: 123 });
});

Deno.test("ServerStatus.statsText() has no hit ratio before the first read", () => {
  const stats = JSON.parse(new ServerStatus(newCache(), NOW_MS).statsText());
  assertEquals([stats.hitRatio, stats.items, stats.bytes.used], [null, 0, 0]);
});
