/**
 * The results of a load, as text for people with a histogram, and as one JSON object. Measures nothing
 * and prints nothing.
 *
 * @module
 */

import { type BenchSettings } from "./settings.ts";
import { bars, type LatencyBar, type LatencySummary, summary } from "./latency.ts";
import type { Load, LoadCounts } from "./load.ts";

/** The object that --json prints. Latencies are in milliseconds. */
export interface BenchReport extends LoadCounts {
  readonly url: string;
  readonly settings: BenchSettings;
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** The first answer that was not right, or empty. */
  readonly firstProblem: string;
  /** Latencies, corrected for coordinated omission. */
  readonly latencyMs: LatencySummary;
  /** Latencies from sending to answer, without that correction. */
  readonly uncorrectedMs: LatencySummary;
  /** Of the corrected latencies. */
  readonly histogram: readonly LatencyBar[];
}

const BAR_COLUMNS = 40;

/** Summarises a load. */
export function reportOf(load: Load, settings: BenchSettings, url: string): BenchReport {
  const corrected = load.latencies.correctedHistogram();
  const seconds = Math.max(0.001, Math.round(load.elapsedMs) / 1000);
  return {
    url,
    settings,
    requests: load.answered,
    seconds,
    perSecond: Math.round(load.answered / seconds),
    ...load.counts,
    firstProblem: load.firstProblem,
    latencyMs: summary(corrected),
    uncorrectedMs: summary(load.latencies.measuredHistogram()),
    histogram: bars(corrected),
  };
}

/** Whether each answer was right. */
export function isClean({ wrong, errors, failed }: LoadCounts): boolean {
  return wrong + errors + failed === 0;
}

/** Writes a report for people, with a newline at the end. */
export function reportText(report: BenchReport): string {
  const { hits, misses, stored, errors, wrong, failed, unsent } = report;
  const reads = hits + misses;
  const ratio = reads === 0 ? "" : ` (${(hits / reads * 100).toFixed(2)} % hits)`;
  const lines = [
    `Requests   ${grouped(report.requests)} in ${report.seconds.toFixed(1)} s: ` +
    `${grouped(report.perSecond)} per second`,
    `Answers    ${grouped(hits)} hits, ${grouped(misses)} misses${ratio}, ` +
    `${grouped(stored)} stored`,
    `Problems   ${grouped(wrong)} wrong answers, ${grouped(errors)} errors, ` +
    `${grouped(failed)} failed connections`,
  ];
  if (unsent > 0) {
    lines.push(`Unsent     ${grouped(unsent)}: the server did not keep up with the rate`);
  }
  if (report.firstProblem !== "") lines.push(`First      ${report.firstProblem}`);
  lines.push("", ...latencyTable(report), "", ...barLines(report.histogram), "");
  return lines.join("\n");
}

function latencyTable({ latencyMs, uncorrectedMs }: BenchReport): string[] {
  const names = ["mean", "p50", "p90", "p99", "p999", "max"] as const;
  const row = (title: string, cells: readonly string[]) =>
    title.padEnd(11) + cells.map((cell) => cell.padStart(9)).join("");
  const figures = (latencies: LatencySummary) => names.map((name) => latencies[name].toFixed(3));
  return [
    row("Latency ms", names.map((name) => name === "p999" ? "p99.9" : name)),
    row("corrected", figures(latencyMs)),
    row("as sent", figures(uncorrectedMs)),
  ];
}

function barLines(histogram: readonly LatencyBar[]): string[] {
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  return histogram.map(({ fromMs, toMs, count }) => {
    const bar = "#".repeat(Math.ceil(count / most * BAR_COLUMNS));
    const share = (count / total * 100).toFixed(2);
    return `${fromMs.toFixed(3).padStart(9)} to ${toMs.toFixed(3).padStart(9)} ms ` +
      `${share.padStart(6)} % ${bar}`.trimEnd();
  });
}

function grouped(number: number): string {
  return number.toLocaleString("en-US");
}
