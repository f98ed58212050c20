/**
 * The test that caches with this API publish: 5,000 keys, 128-byte values, 70 % get, 30 % put. Every get of a
 * key that was put must hit with a value that was put there; latency counts from when a request was due.
 */

import { whole } from "../figures.ts";
import { markdownTable } from "../report.ts";
import { runOwn } from "./generators.ts";
import { type LoadJob, type LoadResult, runLoad } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { type Server, Servers } from "./servers.ts";

/** Requests per second that are offered; 0 is as many as 64 connections can. */
const RATES = [2_000, 20_000, 0];
const MAX_MEAN_MS = 5;
const MAX_P95_MS = 10;

const COLUMNS = [
  "offered/s:",
  "req/s:",
  "mean ms:",
  "P95 ms:",
  "P99 ms:",
  "max ms:",
  "wrong or lost:",
  "",
];

/** Runs the test at each rate on a fresh slabkv and prints a table; throws on a wrong answer. */
export async function publish(options: BenchOptions): Promise<void> {
  const rows: string[][] = [];
  let firstWrong = "";
  for (const rate of options.tiny ? RATES.slice(0, 1) : RATES) {
    await using servers = new Servers();
    const server = await servers.startSlabkv(options.slabkv, "1");
    const job = jobAt(rate, server, options);
    const result = options.tiny ? await runLoad(job) : await runOwn(job);
    rows.push(rowOf(rate, result));
    firstWrong = result.firstWrong;
    if (firstWrong !== "") break;
  }
  console.log(
    "70 % get, 30 % put, 5,000 keys, 128-byte values, latency from when a request was due\n",
  );
  console.log(markdownTable(COLUMNS, rows));
  if (firstWrong !== "") throw new Error(`Wrong answer: ${firstWrong}`);
}

function jobAt(rate: number, server: Server, options: BenchOptions): LoadJob {
  return {
    kind: "publish",
    port: server.port,
    keyCount: 5_000,
    valueBytes: 128,
    storesItems: true,
    connections: options.connections,
    seconds: options.seconds,
    rate,
  };
}

function rowOf(rate: number, result: LoadResult): string[] {
  const isFast = result.meanMs < MAX_MEAN_MS && result.p95Ms < MAX_P95_MS;
  const isKept = rate === 0 || result.perSecond > 0.95 * rate;
  return [
    rate === 0 ? "unlimited" : whole(rate),
    whole(result.perSecond),
    ...[result.meanMs, result.p95Ms, result.p99Ms, result.maxMs].map((ms) => ms.toFixed(2)),
    String(result.wrong),
    isFast && isKept && result.wrong === 0 ? "PASS" : "MISS",
  ];
}
