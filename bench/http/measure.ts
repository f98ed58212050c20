/**
 * One measured load of one server: right answers before and after, throughput and latency as the generator
 * saw them, CPU and memory as the operating system did. Also medians over rounds. Prints nothing.
 */

import { median, medianOfKnown } from "../figures.ts";
import { cpuUs, rssMib } from "../process.ts";
import { type GeneratorName, type LoadSummary, runGenerator } from "./generators.ts";
import { type LoadJob, runLoad } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { Server } from "./servers.ts";
import type { Kind } from "./traffic.ts";
import { fill, verifyHits, verifyWrites } from "./verify.ts";

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
  /** A folder for the files of the generator. */
  readonly directory: string;
}

/** A load of a server for some time, with as many connections as the options say. */
export function jobFor(
  options: BenchOptions,
  server: Server,
  kind: Kind,
  seconds: number = options.seconds,
): LoadJob {
  return {
    kind,
    port: server.port,
    keyCount: options.keyCount,
    valueBytes: options.valueBytes,
    storesItems: server.storesItems,
    connections: options.connections,
    seconds,
    rate: 0,
  };
}

/** Loads a server once; throws when any answer is wrong. */
export async function measure(
  bench: Bench,
  server: Server,
  kind: Kind,
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
  if (server.storesItems) {
    await verifyHits(server, options, sampleCount, round + 2);
    // Every load takes it for granted that it begins with version 1 of each key.
    if (kind === "put" || kind === "mix") await fill(server, options);
  }
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
  return {
    perSecond: median(rounds.map((one) => one.perSecond)),
    p50Ms: median(rounds.map((one) => one.p50Ms)),
    p99Ms: median(rounds.map((one) => one.p99Ms)),
    cpuUs: medianOfKnown(rounds.map((one) => one.cpuUs)),
    busy: medianOfKnown(rounds.map((one) => one.busy)),
    rssMib: medianOfKnown(rounds.map((one) => one.rssMib)),
  };
}
