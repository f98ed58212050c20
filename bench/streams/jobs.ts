/**
 * The benchmark of job queues on streams: a connection adds 16 jobs in a pipeline, takes 16 for a consumer of a group with
 * XREADGROUP, and ends them with XACK, over and over; slabkv with one worker beside redis-server, in turns. Prints jobs per
 * second and CPU time of the server for each. `deno run -A bench/streams/jobs.ts [--seconds N] [--rounds N]`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { ownCommand, versionOf } from "../child_servers.ts";
import { positive, runCommandLine } from "../command_line.ts";
import { cpuUs } from "../process.ts";
import { type Answer, Refusal, RespClient } from "../proof/resp_client.ts";
import { markdownTable } from "../report.ts";
import { type Server, Servers } from "../resp/servers.ts";

const PIPELINE = 16;
const CONNECTIONS = 8;
/** What stays of a queue: as many as may be pending, and a few. */
const MOST = 10_000;
const VALUE = "x".repeat(64);

/** What was measured in one load. */
interface Measurement {
  readonly perSecond: number;
  readonly cpuUs: number | undefined;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Adds, takes and ends jobs of one queue until the time is over. Returns how many. */
async function work(port: number, queue: string, endMs: number): Promise<number> {
  using client = await RespClient.connect(port);
  const key = `jobs:${queue}`;
  await client.ask(["DEL", key], ["XGROUP", "CREATE", key, "g", "0", "MKSTREAM"]);
  const add = ["XADD", key, "MAXLEN", "~", String(MOST), "*", "job", VALUE];
  const take = ["XREADGROUP", "GROUP", "g", "c", "COUNT", String(PIPELINE), "STREAMS", key, ">"];
  let jobs = 0;
  while (performance.now() < endMs) {
    checked(await client.ask(...Array.from({ length: PIPELINE }, () => add)));
    const [taken] = checked(await client.ask(take));
    const [[, entries]] = taken as readonly [
      readonly [string, readonly (readonly [string, Answer])[]],
    ];
    const [ended] = checked(await client.ask(["XACK", key, "g", ...entries.map(([id]) => id)]));
    if (ended !== PIPELINE) throw new Error(`Cannot measure: ${ended} jobs were ended`);
    jobs += PIPELINE;
  }
  return jobs;
}

function checked(answers: readonly Answer[]): readonly Answer[] {
  const refusal = answers.find((answer) => answer instanceof Refusal);
  if (refusal !== undefined) throw new Error(`Cannot measure: ${(refusal as Refusal).text}`);
  return answers;
}

/** Loads a server for a while. */
async function measure({ port, pid }: Server, seconds: number): Promise<Measurement> {
  const before = cpuUs(pid);
  const fromMs = performance.now();
  const endMs = fromMs + 1000 * seconds;
  const queues = Array.from({ length: CONNECTIONS }, (_, i) => work(port, String(i), endMs));
  const jobs = (await Promise.all(queues)).reduce((sum, count) => sum + count, 0);
  const tookMs = performance.now() - fromMs;
  const after = cpuUs(pid);
  const isKnown = before !== undefined && after !== undefined;
  return { perSecond: 1000 * jobs / tookMs, cpuUs: isKnown ? (after - before) / jobs : undefined };
}

/** The command line, resolved. */
export interface JobOptions {
  readonly slabkv: readonly string[];
  readonly seconds: number;
  readonly rounds: number;
}

const HELP = `Usage: deno run -A bench/streams/jobs.ts [options]

  --seconds N      length of each measured load (3)
  --rounds N       rounds, servers taking turns in each (5)
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)`;

/** Parses the command line, or answers undefined for --help; throws on what it does not know. */
export function parseOptions(args: string[]): JobOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string" },
      rounds: { type: "string" },
      slabkv: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    slabkv: values.slabkv?.split(" ") ?? ownCommand(),
    seconds: positive("seconds", values.seconds, 3, 60),
    rounds: Math.ceil(positive("rounds", values.rounds, 5, 100)),
  };
}

/** Runs the benchmark; throws where an answer is wrong or a server does not start. */
export async function benchmark(
  { slabkv, seconds, rounds }: JobOptions,
  print: (text: string) => void,
): Promise<void> {
  await using running = new Servers();
  const servers = [await running.startSlabkv(slabkv, 1)];
  if (await versionOf("redis-server") !== undefined) servers.push(await running.startRedis());
  const found = servers.map((): Measurement[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const at = (turn + round) % servers.length;
      found[at]!.push(await measure(servers[at]!, seconds));
    }
  }
  const rows = servers.map(({ name }, i) => [
    name,
    Math.round(median(found[i]!.map(({ perSecond }) => perSecond))!).toLocaleString("en-US"),
    (median(found[i]!.map(({ cpuUs }) => cpuUs ?? NaN)) ?? NaN).toFixed(2),
  ]);
  print(markdownTable(["server", "jobs/s:", "CPU µs for each:"], rows));
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => benchmark(options, console.log));
}
