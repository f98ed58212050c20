// The history of an hour in the region: what main writes down every five seconds, any thread reads.

import { assert, assertEquals } from "@std/assert";
import { addCounter } from "../../../../cache/mod.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { HISTORY_SERIES } from "../../../../server/observe/facts/history_facts.ts";
import { Figures } from "../../../../server/observe/figures.ts";
import { HistoryRing } from "../../../../server/observe/history/history_ring.ts";
import { HistoryRecorder } from "../../../../server/observe/history/recorder.ts";
import { LiveSource } from "../../../../server/observe/live/live_source.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";

const NOTHING = HISTORY_SERIES.map(() => 0);

Deno.test("HistoryRing.read() gives each point as it was written, oldest first, to every thread", () => {
  const region = newRegion();
  const main = new HistoryRing(region);
  assertEquals(main.read().atSeconds, []);
  main.append(1_795_338_677, HISTORY_SERIES.map((_, i) => i === 8 ? null : i + 0.25));
  main.append(3_000_000_000, NOTHING);
  const { stepSeconds, atSeconds, series } = new HistoryRing(region).read();
  assertEquals([stepSeconds, atSeconds], [5, [1_795_338_677, 3_000_000_000]]);
  assertEquals(Object.keys(series), [...HISTORY_SERIES]);
  assertEquals([series.httpPerSecond, series.p50Us, series.items], [[0.25, 0], [null, 0], [
    14.25,
    0,
  ]]);
});

Deno.test("HistoryRing keeps the latest hour, and a point being written is nobody's", () => {
  const region = newRegion();
  const ring = new HistoryRing(region);
  for (let i = 1; i <= 2000; i++) ring.append(i, NOTHING.map(() => i));
  const { atSeconds, series } = ring.read();
  assertEquals(atSeconds, Array.from({ length: 720 }, (_, i) => 1281 + i));
  assertEquals(series.errorsPerSecond, atSeconds);
  // What comes next is written before it counts.
  const before = region.words.slice(region.historyWord);
  ring.append(2001, NOTHING);
  const changed = region.words.slice(region.historyWord).findIndex((word, i) => word !== before[i]);
  assertEquals(changed, 0);
  region.words[region.historyWord] = 2000;
  assertEquals(ring.read().atSeconds, atSeconds);
});

function setUp() {
  const clock = { nowMs: 0 };
  const cache = newCache(undefined, () => NOW_MS + clock.nowMs);
  const { region } = cache;
  const status = { state: "ready" } as const;
  const figures = new Figures(cache, COMMANDS);
  const source = new LiveSource({ cache, figures, status, startedMs: NOW_MS });
  const ring = new HistoryRing(region);
  const recorder = new HistoryRecorder(ring, source);
  const lookUntil = (ms: number) => {
    for (; clock.nowMs <= ms; clock.nowMs += 250) recorder.look(clock.nowMs);
  };
  const count = (name: "hits" | "misses", times: number) =>
    addCounter(region.words, region.counterWord(1, name), times);
  return { clock, ring, recorder, lookUntil, count, cache };
}

Deno.test("HistoryRecorder writes a point every five seconds, with rates over that time", () => {
  const { ring, lookUntil, count, cache } = setUp();
  count("hits", 1000);
  lookUntil(4750);
  assertEquals(ring.count, 0);
  count("hits", 50);
  count("misses", 10);
  cache.put(new TextEncoder().encode("k"), new Uint8Array(40));
  lookUntil(5000);
  lookUntil(60_000);
  const { atSeconds, series } = ring.read();
  const first = Math.floor(NOW_MS / 1000) + 5;
  assertEquals(atSeconds, Array.from({ length: 12 }, (_, i) => first + 5 * i));
  assertEquals(series.hitsPerSecond, [10, ...Array(11).fill(0)]);
  assertEquals([series.missesPerSecond[0], series.items[0], series.usedBytes[0]], [2, 1, 64]);
  assertEquals(series.p99Us[0], null);
  assert(series.rssBytes[0]! > 1e6 && series.usedCores[0]! >= 0);
});

Deno.test("HistoryRecorder goes on from now after a pause, with rates over all of it", () => {
  const { clock, ring, recorder, lookUntil, count } = setUp();
  lookUntil(5000);
  clock.nowMs = 100_000;
  count("hits", 950);
  recorder.look(clock.nowMs);
  clock.nowMs += 250;
  recorder.look(clock.nowMs);
  lookUntil(105_000);
  const { atSeconds, series } = ring.read();
  assertEquals(atSeconds.map((at) => at - Math.floor(NOW_MS / 1000)), [5, 100, 105]);
  assertEquals(series.hitsPerSecond, [0, 10, 0]);
});
