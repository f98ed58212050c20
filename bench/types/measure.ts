/**
 * One measured load of one server with one operation: throughput as the generator saw it, CPU time of the server for
 * each operation as the operating system did. Prints nothing.
 */

import { cpuUs } from "../process.ts";
import { commandText } from "../proof/resp_client.ts";
import { runLoad } from "../resp/load.ts";
import type { Server } from "../resp/servers.ts";
import type { Traffic } from "../resp/traffic.ts";
import { fillStrings } from "./filling.ts";
import { listCount, type Operation, type Pair } from "./operations.ts";
import type { BenchOptions } from "./options.ts";

/** What was measured in one load. */
export interface Measurement {
  readonly perSecond: number;
  /** CPU time of the server for each operation, in microseconds; undefined where the system does not say. */
  readonly cpuUs: number | undefined;
}

const PIPELINE = 16;
const CONNECTIONS = 50;
const LIMIT_MS = 180_000;
/** Requests of a tiny load: enough for a time above 0. */
const TINY = 10_000;
/** Requests of a first load, which says how many make a second. */
const TRIAL = 30_000;
/** Pairs are sent over fewer connections: the built-in client is slower than the servers. */
const PAIR_CONNECTIONS = 16;
const PAIR_BLOCKS = 4096;

/** Sends a command over and over with redis-benchmark. Returns commands per second. */
export async function runRedisBenchmark(
  port: number,
  words: readonly string[],
  range: number,
  requests: number,
): Promise<number> {
  const args = ["-h", "127.0.0.1", "-p", String(port), "-c", String(CONNECTIONS), "--csv"];
  args.push("-P", String(PIPELINE), "-n", String(requests), "-r", String(range), ...words);
  const { success, stdout, stderr } = await new Deno.Command("redis-benchmark", {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = new TextDecoder().decode(stdout);
  const last = text.trimEnd().split("\n").at(-1)!;
  const rate = Number(/^"[^"]*","([\d.]+)"/.exec(last)?.[1]);
  if (success && rate > 0) return rate;
  const said = new TextDecoder().decode(stderr).slice(-500);
  throw new Error(`Cannot load: redis-benchmark failed: ${text.slice(-500)}${said}`);
}

/** Takes the CPU time that a server uses for a load of so many operations. */
export async function timed(
  { pid }: Server,
  operations: number,
  load: () => Promise<number>,
): Promise<Measurement> {
  const before = cpuUs(pid);
  const perSecond = await load();
  const after = cpuUs(pid);
  const isKnown = before !== undefined && after !== undefined;
  return { perSecond, cpuUs: isKnown ? (after - before) / operations : undefined };
}

/** Loads a server with one operation on collections of a size. Strings are made anew before. */
export async function measure(
  server: Server,
  operation: Operation,
  size: number,
  { seconds, tiny }: BenchOptions,
): Promise<Measurement> {
  const { port } = server;
  const range = operation.range(size, tiny);
  const words = operation.words(size);
  if (operation.isOnStrings) await fillStrings(port);
  const load = (requests: number) => runRedisBenchmark(port, words, range, requests);
  if (tiny) return await timed(server, TINY, () => load(TINY));
  const members = operation.range === listCount ? size * range : Infinity;
  const most = Math.floor((operation.perMember ?? Infinity) * members);
  // A trial would make the lists longer, and there are enough of them for the load itself.
  const rate = most < Infinity ? Infinity : await load(TRIAL);
  const requests = Math.min(most, Math.ceil(rate * seconds));
  return await timed(server, requests, () => load(requests));
}

/** Loads a server with a pair: blocks of a pipeline, made of first commands and then of second ones. */
export async function measurePair(
  server: Server,
  traffic: Traffic,
  { seconds, tiny }: BenchOptions,
): Promise<Measurement> {
  const connections = PAIR_CONNECTIONS;
  const load = async (requests: number) => {
    const job = { port: server.port, traffic, pipeline: 1, connections, requests };
    return await runLoad(job) * PIPELINE;
  };
  if (tiny) return await timed(server, 64 * PIPELINE, () => load(64));
  const rate = await load(TRIAL / PIPELINE | 0);
  const blocks = Math.ceil(rate * seconds / PIPELINE);
  return await timed(server, blocks * PIPELINE, () => load(blocks));
}

/** The blocks of a pair, each a request of its own for the built-in client. */
export function pairTraffic(pair: Pair, size: number): Traffic {
  const half = PIPELINE / 2;
  const encoder = new TextEncoder();
  const blocks = Array.from({ length: PAIR_BLOCKS }, (_, block) => {
    const ids = Array.from({ length: half }, (_, i) => block * half + i);
    const firsts = ids.map((id) => commandText(pair.first(size, id)));
    const seconds = ids.map((id) => commandText(pair.second(size, id)));
    return [...firsts, ...seconds].join("");
  });
  const requestBytes = blocks[0]!.length;
  const reply = pair.answers.map((digit) => `:${digit}\r\n`.repeat(half)).join("");
  const replies = encoder.encode(reply.repeat(PAIR_BLOCKS));
  return {
    count: PAIR_BLOCKS,
    requests: encoder.encode(blocks.join("")),
    requestBytes,
    replies,
    replyBytes: replies.length / PAIR_BLOCKS,
  };
}
