/**
 * What the benchmark of the Redis protocol prints: a Markdown table and a line for each target, of figures
 * that are measured elsewhere. Pure.
 */

import { median, medianOfKnown, MIN_BUSY_CORES, throughputRatio, whole } from "../figures.ts";
import { markdownTable } from "../report.ts";
import type { Measurement } from "./measure.ts";
import type { Kind } from "./traffic.ts";

/** The measurements of one server at one pipeline, by round, and Redis's of the same rounds. */
export interface Cell {
  readonly pipeline: number;
  readonly name: string;
  /** undefined for what is there to compare with. */
  readonly workers: number | undefined;
  readonly rounds: Readonly<Record<Kind, readonly Measurement[]>>;
  /** undefined without redis-server, and for Redis itself. */
  readonly redis: Readonly<Record<Kind, readonly Measurement[]>> | undefined;
}

/**
 * A target: at a pipeline, with so many workers, the throughput of SET and of GET is to be at least so many times that
 * of Redis, or the CPU time of each at most so many times.
 */
interface Target {
  readonly pipeline: number;
  readonly workers: number;
  readonly figure: "throughput" | "cpu";
  readonly bound: number;
}

const TARGETS: readonly Target[] = [
  { pipeline: 64, workers: 2, figure: "throughput", bound: 2.3 },
  { pipeline: 64, workers: 1, figure: "throughput", bound: 1.5 },
  { pipeline: 16, workers: 2, figure: "throughput", bound: 1.7 },
  { pipeline: 16, workers: 1, figure: "throughput", bound: 1.25 },
  { pipeline: 1, workers: 1, figure: "throughput", bound: 1 },
  { pipeline: 1, workers: 1, figure: "cpu", bound: 1.2 },
];

const KINDS = ["set", "get"] as const;

const COLUMNS = [
  "pipeline:",
  "server",
  "workers:",
  "SET req/s:",
  "GET req/s:",
  "SET × Redis:",
  "GET × Redis:",
  "SET CPU µs:",
  "GET CPU µs:",
  "CPU × Redis:",
  "server cores:",
  "client cores:",
];

/** Medians over the rounds as a Markdown table; pairs of figures are SET's and GET's. */
export function table(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => [
    String(cell.pipeline),
    cell.name,
    String(cell.workers ?? ""),
    ...KINDS.map((kind) => whole(median(cell.rounds[kind].map((one) => one.perSecond)))),
    ...KINDS.map((kind) => fixed(redisRatio(cell, kind), "")),
    ...KINDS.map((kind) => fixed(medianOf(cell.rounds[kind], "cpuUs"))),
    cell.redis === undefined ? "" : KINDS.map((kind) => fixed(cpuRatio(cell, kind))).join(", "),
    KINDS.map((kind) => fixed(medianOf(cell.rounds[kind], "serverCores"))).join(", "),
    KINDS.map((kind) => fixed(medianOf(cell.rounds[kind], "clientCores"))).join(", "),
  ]);
  return markdownTable(COLUMNS, rows);
}

/** A line for each target, worker count and command: PASS, MISS, or OPEN where something was not measured. */
export function targetLines(cells: readonly Cell[]): string[] {
  return TARGETS.flatMap((target) => {
    const { pipeline, workers } = target;
    const cell = cells.find((one) => one.pipeline === pipeline && one.workers === workers);
    return cell === undefined ? [] : KINDS.map((kind) => targetLine(target, cell, kind));
  });
}

function targetLine({ figure, bound }: Target, cell: Cell, kind: Kind): string {
  const { pipeline, workers } = cell;
  const threads = workers === 1 ? "one worker" : `${workers} workers`;
  const where = `pipeline ${pipeline}, ${threads}, ${kind.toUpperCase()}`;
  if (figure === "throughput") {
    const found = redisRatio(cell, kind);
    const line = `${where}: ${fixed(found)} × Redis, target at least ${fixed(bound)}`;
    const busy = medianOf(cell.rounds[kind], "clientCores");
    const note = busy !== undefined && busy >= MIN_BUSY_CORES
      ? ` (the load generator used ${fixed(busy)} of a core: it may have been the limit)`
      : "";
    return `${verdict(found, (value) => value >= bound)}  ${line}${note}`;
  }
  const found = cpuRatio(cell, kind);
  const line = `${where}: CPU per operation ${fixed(found)} × Redis, target at most ${
    fixed(bound)
  }`;
  return `${verdict(found, (value) => value <= bound)}  ${line}`;
}

function verdict(figure: number | undefined, isReached: (figure: number) => boolean): string {
  return figure === undefined ? "OPEN" : isReached(figure) ? "PASS" : "MISS";
}

function redisRatio({ rounds, redis }: Cell, kind: Kind): number | undefined {
  return redis && throughputRatio(rounds[kind], redis[kind]);
}

function cpuRatio({ rounds, redis }: Cell, kind: Kind): number | undefined {
  const ratios = redis && rounds[kind].map((one, i) => {
    const other = redis[kind][i]!.cpuUs;
    return one.cpuUs === undefined || !other ? undefined : one.cpuUs / other;
  });
  return ratios && medianOfKnown(ratios);
}

function medianOf(
  rounds: readonly Measurement[],
  figure: "cpuUs" | "serverCores" | "clientCores",
): number | undefined {
  return medianOfKnown(rounds.map((one) => one[figure]));
}

function fixed(value: number | undefined, otherwise = "n/a"): string {
  return value?.toFixed(2) ?? otherwise;
}
