// The charts of the overview: what the server does and what that costs, over five minutes, a quarter of an hour or an
// hour. Which columns make which line stands in a table.

import { byId, make, segments } from "../dom/elements.ts";
import { bytes, micros, percent, short } from "../dom/format.ts";
import type { HistorySeries } from "../../server/observe/facts/history_facts.ts";
import type { Page } from "../state/page.ts";
import type { Columns, SeriesStore, Values } from "../state/series.ts";
import { type ChartKind, type Line, LineChart } from "./line_chart.ts";
import type { Palette } from "./palette.ts";

interface Row extends Omit<ChartKind, "heading" | "lines"> {
  readonly hint: string;
  readonly metric: string | null;
  readonly lines:
    readonly (Line & { readonly of: HistorySeries | ((columns: Columns) => Values) })[];
}

const perSecond = (value: number | null | undefined): string => `${short(value)}/s`;

/** Hits of all reads; nothing where nothing was read. */
function hitRatio({ series: { hitsPerSecond, missesPerSecond } }: Columns): Values {
  return hitsPerSecond.map((hits, i) => {
    const misses = missesPerSecond[i] ?? null;
    return hits === null || misses === null || hits + misses === 0 ? null : hits / (hits + misses);
  });
}

const ROWS: readonly Row[] = [
  {
    title: "Throughput",
    hint: "Commands and requests answered, by the way in that they came.",
    metric: "slabkv_requests_total",
    format: perSecond,
    scale: "zero",
    hidesZeros: true,
    lines: [
      { name: "Redis", colour: "c1", of: "respPerSecond", isArea: true },
      { name: "HTTP", colour: "c2", of: "httpPerSecond" },
      { name: "REST", colour: "c4", of: "restPerSecond" },
      { name: "memcache", colour: "c3", of: "memcachePerSecond" },
      { name: "WebSocket", colour: "c5", of: "websocketPerSecond" },
      { name: "text", colour: "c6", of: "textPerSecond" },
    ],
  },
  {
    title: "Hit ratio",
    hint: "Of the keys that were read, those that were there. Empty while nothing is read.",
    metric: "slabkv_hits_total",
    format: percent,
    scale: "ratio",
    lines: [{ name: "hits", colour: "c1", of: hitRatio, isArea: true }],
  },
  {
    title: "Latency",
    hint:
      "Time from the decoded command to its answer, inside the server. The scale goes by powers of ten.",
    metric: "slabkv_command_duration_seconds",
    format: micros,
    scale: "powers",
    lines: [
      { name: "p50", colour: "c1", of: "p50Us" },
      { name: "p99", colour: "c2", of: "p99Us" },
      { name: "p99.9", colour: "c3", of: "p999Us" },
    ],
  },
  {
    title: "Memory",
    hint:
      "What items use of the slab, what the process has of the machine, and what is held for clients.",
    metric: "slabkv_slab_used_bytes",
    format: bytes,
    scale: "bytes",
    lines: [
      { name: "items", colour: "c1", of: "usedBytes", isArea: true },
      { name: "process", colour: "c6", of: "rssBytes" },
      { name: "clients", colour: "c3", of: "heldBytes" },
    ],
  },
  {
    title: "Items that left",
    hint:
      "Evicted for want of memory, evicted because their window of the index was full, and expired.",
    metric: "slabkv_evictions_total",
    format: perSecond,
    scale: "zero",
    lines: [
      { name: "memory", colour: "c3", of: "memoryEvictionsPerSecond", isArea: true },
      { name: "window", colour: "c5", of: "windowEvictionsPerSecond" },
      { name: "expired", colour: "c6", of: "expirationsPerSecond" },
    ],
  },
  {
    title: "CPU",
    hint: "Cores that the whole process uses. The part Server has them by worker.",
    metric: "slabkv_cpu_seconds_total",
    format: short,
    scale: "zero",
    lines: [{ name: "cores", colour: "c1", of: "usedCores", isArea: true }],
  },
];

const RANGES = [["300", "5 min"], ["900", "15 min"], ["3600", "1 h"]] as const;

/** All charts of the overview. */
export class ChartsOverTime {
  readonly #charts: readonly (readonly [LineChart, Row])[];
  readonly #series: SeriesStore;
  #seconds = 300;

  constructor(page: Page, series: SeriesStore, palette: Palette) {
    this.#series = series;
    this.#charts = ROWS.map((row) => {
      const heading = make("h3", {}, page.hints.label(row.title, row.hint, row.metric));
      const chart = new LineChart({ ...row, heading }, palette, (text) => page.speech.say(text));
      byId("charts").append(chart.element);
      return [chart, row];
    });
    segments(byId("range"), "range", RANGES, "300", (value) => {
      this.#seconds = Number(value);
      this.draw();
    });
  }

  /** Draws what is known by now. */
  draw(): void {
    const columns = this.#series.last(this.#seconds);
    // The page is there sooner than what it shows.
    if (columns.at.length === 0) return;
    const to = columns.at.at(-1) ?? Date.now() / 1000;
    for (const [chart, { lines }] of this.#charts) {
      const values = lines.map(({ of }) =>
        typeof of === "string" ? columns.series[of] : of(columns)
      );
      chart.show(columns.at, values, to - this.#seconds, to);
    }
  }

  /** Draws anew with other colours. */
  recolour(): void {
    for (const [chart] of this.#charts) chart.recolour();
    this.draw();
  }
}
