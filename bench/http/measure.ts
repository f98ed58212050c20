/**
 * One measured load of one server: right answers before and after, throughput and latency as the generator
 * saw them, CPU and memory as the operating system did. Also medians over rounds. Prints nothing.
 */

import { DEFAULT_SEED } from "../workload.ts";
import { type GeneratorName, type LoadSummary, runGenerator } from "./generators.ts";
import { type LoadJob, runLoad } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { cpuUs, rssMib } from "./process.ts";
import type { Server } from "./servers.ts";
import type { TrafficSpec } from "./traffic.ts";
import { verifyHits, verifyWrites } from "./verify.ts";

/** What was measured in one load, or the medians of several. */
export interface Measurement {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server for each request; undefined where the system doesn't say. */
  readonly cpuUs: number | undefined;
  /** CPU time of the server for each second of load: 1 is one core. */
  readonly busy: number | undefined;
  readonly rssMib: number | undefined;
}

/** What a run of measurements shares. */
export interface Bench {
  readonly options: BenchOptions;
  readonly generator: GeneratorName;
  /** A folder for the generators' files. */
  readonly directory: string;
}

/** The share of reads in the mix. */
const MIX_READS = 0.8;

/** A load of a server for some time, with as many connections as the options say. */
export function jobFor(
  options: BenchOptions,
  server: Server,
  kind: TrafficSpec["kind"],
  seconds: number = options.seconds,
): LoadJob {
  return {
    kind,
    port: server.port,
    keyCount: options.keyCount,
    valueBytes: options.valueBytes,
    readShare: MIX_READS,
    seed: DEFAULT_SEED,
    checkReads: server.storesItems,
    connections: options.connections,
    seconds,
    rate: 0,
  };
}

/** Loads a server once; throws when any answer is wrong. */
export async function measure(
  bench: Bench,
  server: Server,
  kind: TrafficSpec["kind"],
  round: number,
): Promise<Measurement> {
  const { options } = bench;
  const sampleCount = options.tiny ? 50 : 2000;
  if (server.storesItems) await verifyWrites(server, options, sampleCount, round + 2);
  const cpuBefore = cpuUs(server.pid);
  const load = await runJob(bench, jobFor(options, server, kind));
  const cpuAfter = cpuUs(server.pid);
  if (load.wrong > 0 || load.requests === 0) {
    throw new Error(`${server.name}, ${kind}: ${load.wrong} wrong answers: ${load.firstWrong}`);
  }
  if (server.storesItems) await verifyHits(server, options, sampleCount, round + 2);
  const used = cpuBefore !== undefined && cpuAfter !== undefined ? cpuAfter - cpuBefore : undefined;
  return {
    perSecond: load.perSecond,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    cpuUs: used === undefined ? undefined : used / load.requests,
    busy: used === undefined ? undefined : used * load.perSecond / load.requests / 1e6,
    rssMib: rssMib(server.pid),
  };
}

/** Runs a job with the bench's generator; in the tiny form within this process. */
export async function runJob(bench: Bench, job: LoadJob): Promise<LoadSummary> {
  if (bench.options.tiny) return await runLoad(job);
  return await runGenerator(job, bench.generator, bench.directory);
}

/** The median of each figure. */
export function medians(rounds: readonly Measurement[]): Measurement {
  const known = (figure: (one: Measurement) => number | undefined) => {
    const values = rounds.map(figure).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    perSecond: median(rounds.map((one) => one.perSecond)),
    p50Ms: median(rounds.map((one) => one.p50Ms)),
    p99Ms: median(rounds.map((one) => one.p99Ms)),
    cpuUs: known((one) => one.cpuUs),
    busy: known((one) => one.busy),
    rssMib: known((one) => one.rssMib),
  };
}

/**
 * The throughput of one server against another's: the median of the ratios within each round, since what
 * else the machine does touches neighbours in time alike.
 */
export function ratio(ones: readonly Measurement[], others: readonly Measurement[]): number {
  return median(ones.map((one, round) => one.perSecond / others[round]!.perSecond));
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
