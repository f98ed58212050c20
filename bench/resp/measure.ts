/**
 * One measured load of one server: right answers before it, throughput as the generator saw it, CPU time of server
 * and generator as the operating system did, and hits counted by the server. Prints nothing.
 */

import { cpuUs } from "../process.ts";
import { askText, runLoad } from "./load.ts";
import { type BenchOptions, MAX_REQUESTS } from "./options.ts";
import { runRedisBenchmark } from "./redis_benchmark.ts";
import type { Server } from "./servers.ts";
import { type Kind, randomIds, type Traffic, trafficOf } from "./traffic.ts";

/** What was measured in one load. */
export interface Measurement {
  readonly perSecond: number;
  /** CPU time of the server for each request, in microseconds; undefined where the system doesn't say. */
  readonly cpuUs: number | undefined;
  /** CPU time of server and generator for each second of load: 1 is one core. */
  readonly serverCores: number | undefined;
  readonly clientCores: number | undefined;
}

/** What a run of measurements shares. */
export interface Bench {
  readonly options: BenchOptions;
  /** Whether redis-benchmark loads. */
  readonly hasRedisBenchmark: boolean;
  /** What the built-in client sends. */
  readonly traffic: Readonly<Record<Kind, Traffic>>;
  /** Requests per second of the latest load, by server, pipeline and command. */
  readonly rates: Map<string, number>;
}

/** This share of reads may miss: an index of fixed size may lose a key long before memory is full. */
const MAX_MISS_SHARE = 0.001;
const FILL_CHUNK = 50_000;

/** The requests of the built-in client: a power of two, so that each pipeline divides it. */
export function builtInTraffic({ keyCount, tiny }: BenchOptions): Record<Kind, Traffic> {
  const ids = randomIds(tiny ? 2 ** 11 : 2 ** 18, keyCount);
  return { set: trafficOf("set", ids, 0), get: trafficOf("get", ids, 0) };
}

/** Sets every key; throws when the server does not hold them all then. */
export async function fill({ port, name }: Server, options: BenchOptions): Promise<void> {
  const { keyCount, connections } = options;
  for (let first = 0; first < keyCount; first += FILL_CHUNK) {
    const ids = idsFrom(first, Math.min(FILL_CHUNK, keyCount - first));
    const traffic = trafficOf("set", ids, 0);
    await runLoad({ port, traffic, pipeline: 100, connections, requests: traffic.count });
  }
  const count = Number(await askText(port, "DBSIZE"));
  if (!(count >= keyCount * (1 - MAX_MISS_SHARE))) {
    throw new Error(`Cannot fill ${name}: it has ${count} of ${keyCount} keys`);
  }
}

/** Loads a server once; throws when any answer is wrong. */
export async function measure(
  bench: Bench,
  server: Server,
  kind: Kind,
  pipeline: number,
  round: number,
): Promise<Measurement> {
  const cell = `${server.port} ${pipeline} ${kind}`;
  const { rates, options } = bench;
  if (!rates.has(cell) && !options.tiny) {
    rates.set(
      cell,
      (await load(bench, server, kind, pipeline, 10_000 + pipeline * 4000)).perSecond,
    );
  }
  const rate = rates.get(cell) ?? 0;
  const requests = options.requests ?? Math.min(MAX_REQUESTS, Math.ceil(rate * options.seconds));
  if (server.kind !== "bare") await verify(server, options, round + 1);
  const found = await load(bench, server, kind, pipeline, requests);
  rates.set(cell, found.perSecond);
  return found;
}

/** Sets keys to values that are new, and gets them, each over all connections. */
async function verify({ port }: Server, options: BenchOptions, version: number): Promise<void> {
  const { keyCount, connections } = options;
  // Beyond the keys of the load, whose values stay what they are.
  const ids = idsFrom(keyCount, 2000);
  for (const kind of ["set", "get"] as const) {
    const traffic = trafficOf(kind, ids, version);
    await runLoad({ port, traffic, pipeline: 16, connections, requests: traffic.count });
  }
}

async function load(
  bench: Bench,
  server: Server,
  kind: Kind,
  pipeline: number,
  requests: number,
): Promise<Measurement> {
  const { options, hasRedisBenchmark, traffic } = bench;
  const { port, pid } = server;
  // The bare loop holds nothing, and answers no INFO.
  const isChecked = kind === "get" && server.kind !== "bare";
  const lookupsBefore = isChecked ? await lookups(port) : undefined;
  const serverBefore = cpuUs(pid);
  const clientBefore = clientCpuUs();
  const { connections } = options;
  const perSecond = hasRedisBenchmark
    ? await runRedisBenchmark({ port, kind, pipeline, requests }, options)
    : await runLoad({ port, traffic: traffic[kind], pipeline, connections, requests });
  const serverUs = difference(serverBefore, cpuUs(pid));
  const clientUs = difference(clientBefore, clientCpuUs());
  if (lookupsBefore !== undefined) {
    checkHits(server.name, lookupsBefore, await lookups(port), requests);
  }
  const cores = (us: number | undefined) =>
    us === undefined ? undefined : us * perSecond / requests / 1e6;
  return {
    perSecond,
    cpuUs: serverUs === undefined ? undefined : serverUs / requests,
    serverCores: cores(serverUs),
    clientCores: cores(clientUs),
  };
}

/** How often a server says that it has found a key or not. */
interface Lookups {
  readonly hits: number;
  readonly misses: number;
}

async function lookups(port: number): Promise<Lookups> {
  const text = await askText(port, "INFO stats");
  const field = (name: string) => Number(text.match(new RegExp(`^${name}:(\\d+)`, "m"))?.[1]);
  return { hits: field("keyspace_hits"), misses: field("keyspace_misses") };
}

function checkHits(name: string, before: Lookups, after: Lookups, requests: number): void {
  const hits = after.hits - before.hits;
  const misses = after.misses - before.misses;
  if (hits + misses >= requests && misses <= requests * MAX_MISS_SHARE) return;
  throw new Error(`Wrong answers of ${name}: ${requests} reads, ${hits} hits, ${misses} misses`);
}

/** The CPU time of this process and of those that it has waited for, so not of the servers. */
function clientCpuUs(): number | undefined {
  return cpuUs(Deno.pid, true);
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

function idsFrom(first: number, count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => first + i);
}
