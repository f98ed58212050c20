// Tests of what the charts draw: the server's history, then the points of the stream, and gaps that stay gaps until the
// history fills them.

import { assertEquals } from "@std/assert";
import { SeriesStore } from "../../dashboard/state/series.ts";
import { HISTORY_SERIES, type HistoryFacts } from "../../server/observe/facts/history_facts.ts";
import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";

/** A history with `items` as the only thing that is known. */
function history(points: readonly (readonly [seconds: number, items: number])[]): HistoryFacts {
  const none = points.map(() => null);
  const series = Object.fromEntries(HISTORY_SERIES.map((name) => [name, none]));
  return {
    stepSeconds: 5,
    atSeconds: points.map(([seconds]) => seconds),
    series: {
      ...series,
      items: points.map(([, items]) => items),
    } as unknown as HistoryFacts["series"],
  };
}

/** The figures of a second, as far as they are drawn here. */
function live(seconds: number, items: number): LiveFacts {
  return {
    atMs: seconds * 1000,
    items,
    requestsPerSecond: {},
    latency: {},
    memory: {},
    evictionsPerSecond: {},
    workers: [],
    cpu: {},
  } as unknown as LiveFacts;
}

function shown(store: SeriesStore, seconds: number): [number, number | null][] {
  const { at, series } = store.last(seconds);
  return at.map((time, i) => [time, series.items[i]!]);
}

Deno.test("SeriesStore joins history and stream without a point twice, and cuts at the time that is shown", () => {
  const store = new SeriesStore();
  store.setPast(history([[100, 1], [105, 2], [110, 3]]));
  assertEquals(shown(store, 60), [[100, 1], [105, 2], [110, 3]]);
  for (const seconds of [110.5, 111.5, 111.5, 112.5]) store.add(live(seconds, 10));
  assertEquals(shown(store, 60), [[100, 1], [105, 2], [110.5, 10], [111.5, 10], [112.5, 10]]);
  assertEquals(shown(store, 8), [[105, 2], [110.5, 10], [111.5, 10], [112.5, 10]]);
  assertEquals(shown(store, 1.5), [[111.5, 10], [112.5, 10]]);
});

Deno.test("SeriesStore leaves a gap where the stream was silent, until the history fills it", () => {
  const store = new SeriesStore();
  store.add(live(100, 1));
  store.add(live(130, 2));
  assertEquals(shown(store, 60), [[100, 1], [101, null], [130, 2]]);
  store.setPast(history([[95, 0], [105, 7], [125, 8]]));
  assertEquals(shown(store, 60), [[95, 0], [105, 7], [125, 8], [130, 2]]);
});

Deno.test("SeriesStore keeps an hour", () => {
  const store = new SeriesStore();
  for (let seconds = 0; seconds < 5000; seconds++) store.add(live(seconds, seconds));
  const kept = shown(store, 10_000).length;
  assertEquals(kept >= 3600 && kept < 3720, true, `${kept}`);
});
