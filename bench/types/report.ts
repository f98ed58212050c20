/** What the benchmark of data types prints: Markdown tables and a line for each target. Pure. */

import { median, medianOfKnown, throughputRatio, whole } from "../figures.ts";
import { markdownTable } from "../report.ts";
import type { Measurement } from "./measure.ts";

/** One operation on collections of one size: the rounds of both servers. */
export interface Cell {
  readonly name: string;
  /** Undefined for strings. */
  readonly size: number | undefined;
  readonly slabkv: readonly Measurement[];
  /** Undefined without redis-server. */
  readonly redis: readonly Measurement[] | undefined;
}

/** Bytes for each member of collections of one type and size. */
export interface MemoryCell {
  readonly type: string;
  readonly size: number;
  readonly slabkv: number;
  readonly redis: number | undefined;
}

/** The least throughput beside Redis. */
const MIN_RATIO = 1;
/** The most that an operation may cost with the most members, beside a thousand. */
const MAX_COST_RATIO = 2;
/** The most bytes for each member beside Redis. */
const MAX_BYTES_RATIO = 1.2;

const COLUMNS = [
  "operation",
  "members:",
  "slabkv/s:",
  "Redis/s:",
  "× Redis:",
  "CPU µs:",
  "Redis CPU µs:",
  "CPU × that of 1,000:",
];

function cpuOf(rounds: readonly Measurement[] | undefined): number | undefined {
  return rounds && medianOfKnown(rounds.map((one) => one.cpuUs));
}

function rateOf(rounds: readonly Measurement[] | undefined): string {
  return rounds === undefined ? "" : whole(median(rounds.map((one) => one.perSecond)));
}

function fixed(value: number | undefined, digits = 2): string {
  return value?.toFixed(digits) ?? "";
}

function ratioOf({ slabkv, redis }: Cell): number | undefined {
  return redis && throughputRatio(slabkv, redis);
}

/** CPU time beside that of the same operation on a thousand members, of the same rounds. */
function costRatio(cell: Cell, cells: readonly Cell[]): number | undefined {
  const base = cells.find(({ name, size }) => name === cell.name && size === 1_000);
  if (base === undefined || cell.size === undefined || cell.size <= 1_000) return undefined;
  return medianOfKnown(cell.slabkv.map((one, i) => {
    const other = base.slabkv[i]?.cpuUs;
    return one.cpuUs === undefined || !other ? undefined : one.cpuUs / other;
  }));
}

/** Medians over the rounds. */
export function table(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => [
    cell.name,
    cell.size?.toLocaleString("en-US") ?? "",
    rateOf(cell.slabkv),
    rateOf(cell.redis),
    fixed(ratioOf(cell)),
    fixed(cpuOf(cell.slabkv)),
    fixed(cpuOf(cell.redis)),
    fixed(costRatio(cell, cells)),
  ]);
  return markdownTable(COLUMNS, rows);
}

/** Bytes for each member. */
export function memoryTable(cells: readonly MemoryCell[]): string {
  const rows = cells.map(({ type, size, slabkv, redis }) => [
    type,
    size.toLocaleString("en-US"),
    fixed(slabkv, 1),
    fixed(redis, 1),
    fixed(redis && slabkv / redis),
  ]);
  return markdownTable(["type", "members:", "slabkv:", "Redis:", "× Redis:"], rows);
}

function line(
  what: string,
  figure: number | undefined,
  isReached: boolean,
  target: string,
): string {
  const verdict = figure === undefined ? "OPEN" : isReached ? "PASS" : "MISS";
  return `${verdict}  ${what}: ${fixed(figure) || "n/a"}, target ${target}`;
}

/** A line for each target: PASS, MISS, or OPEN where something was not measured. */
export function targetLines(cells: readonly Cell[]): string[] {
  return cells.flatMap((cell) => {
    const what = cell.size === undefined ? cell.name : `${cell.name}, ${whole(cell.size)} members`;
    const ratio = ratioOf(cell);
    const lines = [
      line(`${what}, × Redis`, ratio, (ratio ?? 0) >= MIN_RATIO, `at least ${MIN_RATIO}`),
    ];
    const cost = costRatio(cell, cells);
    if (cost !== undefined) {
      const target = `at most ${MAX_COST_RATIO}`;
      lines.push(line(`${what}, CPU × that of 1,000`, cost, cost <= MAX_COST_RATIO, target));
    }
    return lines;
  });
}

/** The same for bytes. */
export function memoryLines(cells: readonly MemoryCell[]): string[] {
  return cells.map(({ type, size, slabkv, redis }) => {
    const ratio = redis && slabkv / redis;
    const what = `${type}, ${whole(size)} members, bytes × Redis`;
    const target = `at most ${MAX_BYTES_RATIO}`;
    return line(what, ratio, (ratio ?? Infinity) <= MAX_BYTES_RATIO, target);
  });
}
