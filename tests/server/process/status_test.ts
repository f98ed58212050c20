// What the server says of itself: states, silent threads, and sums over workers.

import { assertEquals } from "@std/assert";
import { addCounter, RegionState } from "../../../cache/mod.ts";
import type { ServerRegion } from "../../../server/contract/counters.ts";
import { Liveness } from "../../../server/process/liveness.ts";
import { RegionStatus } from "../../../server/process/status.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../fixture.ts";

function serve(region: ServerRegion, actor: number): void {
  Atomics.store(region.words, region.gaugeWord(actor, "serving"), 1);
}

function statusOf(region: ServerRegion, startedMs = NOW_MS, liveness = new Liveness(region, 0)) {
  return new RegionStatus(newCache(region), startedMs, liveness, configOf());
}

Deno.test("RegionStatus.state follows the region", () => {
  const region = newRegion();
  const status = statusOf(region);
  const states = [RegionState.loading, RegionState.ready, RegionState.draining].map((state) => {
    region.state = state;
    return status.state;
  });
  assertEquals(states, ["loading", "ready", "draining"]);
});

Deno.test("RegionStatus.unhealthy() names the thread that has not moved for more than 5 s", () => {
  const region = newRegion();
  const liveness = new Liveness(region, 0);
  const status = statusOf(region, NOW_MS, liveness);
  assertEquals(status.unhealthy(), null);
  for (const actor of [0, 1, 2]) serve(region, actor);
  for (let nowMs = 1000; nowMs <= 6000; nowMs += 1000) {
    Liveness.beat(region, 0);
    Liveness.beat(region, 1);
    liveness.look(nowMs);
  }
  assertEquals(status.unhealthy(), "Worker 2 has not moved for 6 s.");
  Liveness.beat(region, 2);
  for (let nowMs = 7000; nowMs <= 14_000; nowMs += 1000) {
    Liveness.beat(region, 1);
    addCounter(region.words, region.counterWord(2, "requests"), 1);
    liveness.look(nowMs);
  }
  assertEquals(status.unhealthy(), "Supervisor has not moved for 8 s.");
});

Deno.test("RegionStatus.statsText() sums counters and lists the workers that serve", () => {
  const region = newRegion();
  const status = statusOf(region, NOW_MS - 2500);
  serve(region, 0);
  serve(region, 2);
  addCounter(region.words, region.counterWord(1, "hits"), 3);
  addCounter(region.words, region.counterWord(2, "hits"), 1);
  addCounter(region.words, region.counterWord(2, "misses"), 4);
  region.words[region.gaugeWord(2, "bodyBytes")] = 3;
  const stats = JSON.parse(status.statsText());
  assertEquals([stats.hitRatio, stats.uptimeSeconds, stats.state], [0.5, 2, "loading"]);
  assertEquals([stats.total.hits, stats.total.misses], [4, 4]);
  assertEquals(stats.workers.length, 1);
  const [{ worker, hits, bodyBytes }] = stats.workers;
  assertEquals({ worker, hits, bodyBytes }, { worker: 2, hits: 1, bodyBytes: 12_288 });
});

Deno.test("RegionStatus.statsText() has no hit ratio before the first read", () => {
  const stats = JSON.parse(statusOf(newRegion()).statsText());
  assertEquals([stats.hitRatio, stats.items, stats.bytes.used], [null, 0, 0]);
});

Deno.test("RegionStatus.statsText() has its fields in one order", () => {
  const region = newRegion();
  serve(region, 1);
  const { total, connections, workers: [worker] } = JSON.parse(statusOf(region).statsText());
  const counters =
    "requests hits misses puts deletes errors overloads lockWaits lockWaitUs lockTimeouts " +
    "clientsRefused clientsSlow connections batches inputBytes outputBytes failedTokens httpCuts " +
    "breakerOpens breakerOpenMs scriptsEnded scriptsEvicted";
  assertEquals(Object.keys(total).join(" "), counters);
  assertEquals(Object.keys(connections), ["http", "resp", "text", "memcache", "websocket"]);
  const gauges =
    "worker breaker inFlight bodyBytes respClients textClients memcacheClients eventClients blockedClients luaKib cpuUser cpuSystem heapBytes lagMs";
  assertEquals(Object.keys(worker).join(" "), `${gauges} ${counters}`);
});
