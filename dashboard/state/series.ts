// What the charts draw: the hour that the server remembers, then one point a second from the stream, as columns. Knows
// nothing of charts.

import {
  HISTORY_SERIES,
  type HistoryFacts,
  type HistorySeries,
} from "../../server/observe/facts/history_facts.ts";
import { historyPoint } from "../../server/observe/facts/history_point.ts";
import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";

/** The hour, in seconds. */
const MAX_SECONDS = 3600;

/** A column; null where nothing is known. */
export type Values = (number | null)[];

/** Points in time and what was measured then, oldest first. */
export interface Columns {
  readonly at: number[];
  readonly series: Readonly<Record<HistorySeries, Values>>;
}

function noColumns(): Columns {
  const series = HISTORY_SERIES.map((name): [HistorySeries, Values] => [name, []]);
  return { at: [], series: Object.fromEntries(series) as Record<HistorySeries, Values> };
}

/** History and live points together. */
export class SeriesStore {
  #past = noColumns();
  readonly #live = noColumns();

  /** Takes the server's history, which fills what the stream has missed; later points of the stream are kept. */
  setPast({ atSeconds, series }: HistoryFacts): void {
    const past = noColumns();
    past.at.push(...atSeconds);
    for (const name of HISTORY_SERIES) {
      past.series[name].push(...series[name] ?? atSeconds.map(() => null));
    }
    this.#past = past;
    const { at, series: live } = this.#live;
    const known = firstAfter(at, past.at.at(-1) ?? 0);
    at.splice(0, known);
    for (const name of HISTORY_SERIES) live[name].splice(0, known);
  }

  /** Takes the figures of one second; a gap before them stays a gap. */
  add(facts: LiveFacts): void {
    const { at, series } = this.#live;
    const now = facts.atMs / 1000;
    const last = at.at(-1) ?? 0;
    if (now <= last) return;
    if (last > 0 && now - last > 5) {
      at.push(last + 1);
      for (const name of HISTORY_SERIES) series[name].push(null);
    }
    const point = historyPoint(facts);
    at.push(now);
    for (const name of HISTORY_SERIES) series[name].push(point[name]);
    const old = at.findIndex((time) => time > now - MAX_SECONDS);
    if (old < 60) return;
    at.splice(0, old);
    for (const name of HISTORY_SERIES) series[name].splice(0, old);
  }

  /** The last seconds. Where the stream has run, its points stand in place of the history's. */
  last(seconds: number): Columns {
    const { at: pastAt, series: pastSeries } = this.#past;
    const { at: liveAt, series: liveSeries } = this.#live;
    const now = Math.max(pastAt.at(-1) ?? 0, liveAt.at(-1) ?? 0);
    const fromPast = firstAfter(pastAt, now - seconds);
    const toPast = liveAt.length === 0 ? pastAt.length : firstAfter(pastAt, liveAt[0]! - 1);
    const fromLive = firstAfter(liveAt, now - seconds);
    const join = <Value>(past: readonly Value[], live: readonly Value[]): Value[] => [
      ...past.slice(fromPast, Math.max(fromPast, toPast)),
      ...live.slice(fromLive),
    ];
    const columns = noColumns();
    columns.at.push(...join(pastAt, liveAt));
    for (const name of HISTORY_SERIES) {
      columns.series[name].push(...join(pastSeries[name], liveSeries[name]));
    }
    return columns;
  }
}

function firstAfter(times: readonly number[], time: number): number {
  const found = times.findIndex((at) => at > time);
  return found < 0 ? times.length : found;
}
