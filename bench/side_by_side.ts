// Servers beside each other, taking turns under the same loads: over HTTP, and by redis-benchmark over the Redis
// protocol. Ratios are medians over rounds, each of neighbours in time, and so are differences of CPU time. Knows not
// what the servers are.

import { showProgress } from "./command_line.ts";
import { median, throughputRatio } from "./figures.ts";
import { measure } from "./http/measure.ts";
import { parseOptions as httpOptions } from "./http/options.ts";
import type { Server } from "./http/servers.ts";
import { fill } from "./http/verify.ts";
import { cpuUs } from "./process.ts";
import { parseOptions as respOptions } from "./resp/options.ts";
import { runRedisBenchmark } from "./resp/redis_benchmark.ts";

const HTTP_OPTIONS = httpOptions(["--seconds", "2", "--generator", "own"])!;
const RESP_OPTIONS = respOptions([])!;
const RESP_REQUESTS: Readonly<Record<number, number>> = {
  1: 150_000,
  16: 1_500_000,
  64: 3_000_000,
};

/** A server that takes part. */
export interface Contender extends Server {
  readonly respPort: number;
}

/** What one load came to, once. */
interface Result {
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** A load, and what it takes to run it once. */
export interface Load {
  readonly name: string;
  readonly run: (contender: Contender, round: number) => Promise<Result>;
}

/** A server beside another under one load: ours to theirs. */
export interface Comparison {
  /** Name of the other. */
  readonly beside: string;
  /** Throughput and CPU time of a request as ratios. */
  readonly throughput: number;
  readonly cpu: number;
  /** CPU time of a request here, and how much that is more than there, in microseconds. */
  readonly cpuUs: number;
  readonly moreCpuUs: number;
}

/** A load over HTTP. */
export function httpLoad(kind: "get" | "put" | "mix"): Load {
  const bench = { options: HTTP_OPTIONS, generator: "own", directory: "" } as const;
  return {
    name: `HTTP ${kind}`,
    run: async (contender, round) => {
      const { perSecond, cpuUs } = await measure(bench, contender, kind, round);
      return { perSecond, cpuUs: cpuUs ?? NaN };
    },
  };
}

/** A load by redis-benchmark, of the usual length or of a part of that. */
export function respLoad(kind: "get" | "set", pipeline: 1 | 16 | 64, share = 1): Load {
  const requests = Math.ceil(RESP_REQUESTS[pipeline]! * share);
  return {
    name: `RESP ${kind}, pipeline ${pipeline}`,
    run: async ({ respPort, pid }) => {
      const job = { port: respPort, kind, pipeline, requests };
      const before = cpuUs(pid) ?? NaN;
      const perSecond = await runRedisBenchmark(job, RESP_OPTIONS);
      return { perSecond, cpuUs: ((cpuUs(pid) ?? NaN) - before) / requests };
    },
  };
}

/** Fills all servers, and loads each once without being counted: code is compiled. */
export async function prepare(
  loads: readonly Load[],
  contenders: readonly Contender[],
): Promise<void> {
  for (const contender of contenders) await fill(contender, HTTP_OPTIONS);
  for (const load of loads) for (const contender of contenders) await load.run(contender, 0);
}

/** Runs a load in turns; compares the first contender with each other one. */
export async function compare(
  load: Load,
  contenders: readonly Contender[],
  rounds: number,
): Promise<Comparison[]> {
  const found = contenders.map((): Result[] => []);
  for (let round = 0; round < rounds; round++) {
    showProgress(`${load.name}: round ${round + 1} of ${rounds}`);
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (turn + round) % contenders.length;
      found[i]!.push(await load.run(contenders[i]!, round));
    }
  }
  showProgress("");
  const ours = found[0]!;
  return contenders.slice(1).map(({ name }, i) => {
    const theirs = found[i + 1]!;
    return {
      beside: name,
      throughput: throughputRatio(ours, theirs),
      cpu: median(ours.map(({ cpuUs }, round) => cpuUs / theirs[round]!.cpuUs)),
      cpuUs: median(ours.map(({ cpuUs }) => cpuUs)),
      moreCpuUs: median(ours.map(({ cpuUs }, round) => cpuUs - theirs[round]!.cpuUs)),
    };
  });
}
