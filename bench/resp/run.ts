/**
 * The benchmark of the Redis protocol, one command: slabkv with one and with two workers, redis-server where it is
 * on PATH, and a bare loop of reads and writes, all running, loaded in turn in several rounds; prints a table and says which targets hold. Wrong answers
 * fail the run (exit 1); a missed target doesn't, since what else the machine does decides too much.
 */

import { versionOf } from "../child_servers.ts";
import { runCommandLine, showProgress } from "../command_line.ts";
import { type Bench, builtInTraffic, fill, measure, type Measurement } from "./measure.ts";
import { type BenchOptions, HELP, parseOptions } from "./options.ts";
import { type Cell, table, targetLines } from "./report.ts";
import { type Server, Servers } from "./servers.ts";
import { type Kind, VALUE_BYTES } from "./traffic.ts";

type Rounds = Record<Kind, Measurement[]>;

/** Runs the benchmark; throws when an answer is wrong or a server does not start. */
export async function benchmark(
  options: BenchOptions,
  print: (text: string) => void,
): Promise<void> {
  const redis = await versionOf("redis-server");
  const generator = options.own ? undefined : await versionOf("redis-benchmark");
  print(conditions(options, redis, generator));
  const bench: Bench = {
    options,
    hasRedisBenchmark: generator !== undefined,
    traffic: builtInTraffic(options),
    rates: new Map(),
  };
  await using running = new Servers();
  const servers: Server[] = [];
  for (const workers of options.workers) {
    servers.push(await running.startSlabkv(options.slabkv, workers));
  }
  if (redis !== undefined) servers.push(await running.startRedis());
  for (const server of servers) await fill(server, options);
  // The built-in client would find its answers wrong.
  if (bench.hasRedisBenchmark) servers.push(await running.startBare());
  const cells = await inTurn(bench, servers);
  print(table(cells));
  if (!options.tiny) print(`\n${targetLines(cells).join("\n")}`);
}

/** Loads all servers in turn; who comes first changes with every round. */
async function inTurn(bench: Bench, servers: readonly Server[]): Promise<Cell[]> {
  const { rounds, pipelines } = bench.options;
  const found = new Map<string, Rounds>();
  const cellOf = (pipeline: number, server: Server) => {
    const name = `${pipeline} ${server.port}`;
    const cell = found.get(name) ?? { set: [], get: [] };
    found.set(name, cell);
    return cell;
  };
  for (let round = 0; round < rounds; round++) {
    showProgress(`round ${round + 1} of ${rounds}`);
    for (const pipeline of pipelines) {
      for (const kind of ["set", "get"] as const) {
        for (let turn = 0; turn < servers.length; turn++) {
          const server = servers[(turn + round) % servers.length]!;
          cellOf(pipeline, server)[kind].push(await measure(bench, server, kind, pipeline, round));
        }
      }
    }
  }
  showProgress("");
  const redis = servers.find(({ kind }) => kind === "redis");
  return pipelines.flatMap((pipeline) =>
    servers.map((server) => ({
      pipeline,
      name: server.name,
      workers: server.workers,
      rounds: cellOf(pipeline, server),
      redis: redis === undefined || server === redis ? undefined : cellOf(pipeline, redis),
    }))
  );
}

function conditions(
  options: BenchOptions,
  redis: string | undefined,
  generator: string | undefined,
): string {
  const { keyCount, connections, rounds, requests, seconds, threads } = options;
  const length = requests === undefined ? `${seconds} s` : `${requests} requests`;
  const client = generator === undefined
    ? "the built-in client"
    : `${generator}, ${threads} thread(s)`;
  const cpus = navigator.hardwareConcurrency;
  return `${keyCount} keys, ${VALUE_BYTES}-byte values, ${connections} connections, medians of ${rounds} ` +
    `rounds of ${length}; Deno ${Deno.version.deno}, ${
      redis ?? "no redis-server on PATH"
    }, loaded by ` +
    `${client} on the same machine of ${cpus} CPUs\n`;
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => benchmark(options, console.log));
}
