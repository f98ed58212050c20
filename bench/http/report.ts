/**
 * What the HTTP benchmark prints: a Markdown table and one line per target, of figures that are measured
 * elsewhere. Pure.
 */

import { MIN_BUSY_CORES, whole } from "../figures.ts";
import { markdownTable } from "../report.ts";
import type { Measurement } from "./measure.ts";

/** A row of the table. */
export interface Row {
  readonly load: string;
  readonly server: string;
  readonly figures: Measurement;
  /** slabkv's throughput against this server's; undefined for slabkv itself. */
  readonly ratio: number | undefined;
}

const COLUMNS = [
  "load",
  "server",
  "req/s:",
  "p50 ms:",
  "p99 ms:",
  "CPU µs/req:",
  "CPU cores:",
  "RSS MiB:",
  "slabkv / it:",
];

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ load, server, figures, ratio }) => [
    load,
    server,
    whole(figures.perSecond),
    figures.p50Ms.toFixed(2),
    figures.p99Ms.toFixed(2),
    figures.cpuUs?.toFixed(2) ?? "n/a",
    figures.busy?.toFixed(2) ?? "n/a",
    figures.rssMib?.toFixed(0) ?? "n/a",
    ratio?.toFixed(3) ?? "",
  ]);
  return markdownTable(COLUMNS, cells);
}

/** Whether a figure reaches its target, and what is missing if not. */
export function targetLine(name: string, figure: number, target: number, unit = ""): string {
  const format = (value: number) => (target >= 100 ? whole(value) : value.toFixed(3)) + unit;
  const goal = `${name}: ${format(figure)}, target ${format(target)}`;
  if (figure >= target) return `PASS  ${goal}`;
  return `MISS  ${goal}: ${format(target - figure)} missing`;
}

/**
 * Whether slabkv's throughput reaches a share of another server's. Where the other had CPU time left, both waited
 * for the load generator, or for other programs, and equal throughput shows little: then the ratio of CPU time for
 * each request must reach the target too, or the line says OPEN, that nothing is decided.
 *
 * @param ones What was measured of slabkv, `others` of the other server, both as medians.
 */
export function ratioLine(
  name: string,
  ratio: number,
  target: number,
  ones: Measurement,
  others: Measurement,
): string {
  const line = targetLine(name, ratio, target);
  const { busy, cpuUs } = others;
  if (busy === undefined || cpuUs === undefined || ones.cpuUs === undefined) return line;
  const byCpu = cpuUs / ones.cpuUs;
  if (busy >= MIN_BUSY_CORES) return `${line} (by CPU time ${byCpu.toFixed(3)})`;
  const idle = `the other used ${busy.toFixed(2)} of a core, so it was not the limit`;
  const note = `(by CPU time ${byCpu.toFixed(3)}; ${idle})`;
  return `${byCpu < target ? line.replace(/^PASS /, "OPEN ") : line} ${note}`;
}
