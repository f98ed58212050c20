/**
 * Runs loads of the client's generator for the HTTP benchmark: in a process of its own, so that the load is
 * not the benchmark's (`load.ts '{…job…}'` prints the result as JSON), or within the caller's.
 */

import { withConnections } from "../../client/bench/connections.ts";
import { percentileMs, summary } from "../../client/bench/latency.ts";
import { Load } from "../../client/bench/load.ts";
import type { Traffic } from "../../client/bench/traffic.ts";
import { accessTo, type Items, keySetAt } from "./items.ts";
import { createTraffic, type Kind } from "./traffic.ts";

/** One load; numbers and strings alone, so that it travels as JSON. */
export interface LoadJob extends Items {
  readonly kind: Kind;
  readonly port: number;
  /** Whether reads are answered from what was put; the floor answers a constant. */
  readonly storesItems: boolean;
  readonly connections: number;
  /** For how long requests are sent. */
  readonly seconds: number;
  /** Requests per second, or 0 for as many as the connections can; then latencies count from when one was due. */
  readonly rate: number;
}

/** What a load found. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers that were not the right ones, and connections that failed. */
  readonly wrong: number;
  /** The first of them, for people, or empty. */
  readonly firstWrong: string;
}

/** What bounds a load; what is left out does not. */
export interface LoadBounds {
  readonly seconds: number;
  readonly maxRequests?: number;
  readonly rate?: number;
}

/** How long after its end a load waits for the last answers. */
const GRACE_MS = 5_000;
/** No answer has more, and none of /mget has much less. */
const MAX_ANSWER_BYTES = 128 * 1024;

/** Runs a load in this process. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const { kind, port, storesItems, connections } = job;
  const traffic = createTraffic(kind, keySetAt(port, job), storesItems, connections);
  return resultOf(await driveTraffic(port, connections, traffic, job), job.rate > 0);
}

/**
 * Drives a traffic over connections to a port of 127.0.0.1.
 *
 * @param port where to
 * @param connectionCount over how many, each with one request under way
 * @param traffic what is sent
 * @param bounds when it ends
 */
export async function driveTraffic(
  port: number,
  connectionCount: number,
  traffic: Traffic,
  { seconds, maxRequests = Infinity, rate = 0 }: LoadBounds,
): Promise<Load> {
  const plan = { durationMs: seconds * 1000, maxRequests, rate, graceMs: GRACE_MS };
  return await withConnections(
    accessTo(port),
    connectionCount,
    MAX_ANSWER_BYTES,
    async (connections) => {
      const load = new Load(plan, traffic, connections);
      await load.run();
      return load;
    },
  );
}

function resultOf(load: Load, isPaced: boolean): LoadResult {
  const { answered, counts, latencies } = load;
  const histogram = isPaced ? latencies.correctedHistogram() : latencies.measuredHistogram();
  const { mean, p50, p99, max } = summary(histogram);
  return {
    requests: answered,
    perSecond: answered / Math.max(1e-6, load.elapsedMs / 1000),
    meanMs: mean,
    p50Ms: p50,
    p95Ms: percentileMs(histogram, 95),
    p99Ms: p99,
    maxMs: max,
    wrong: counts.wrong + counts.errors + counts.failed,
    firstWrong: load.firstProblem,
  };
}

if (import.meta.main) console.log(JSON.stringify(await runLoad(JSON.parse(Deno.args[0]!))));
