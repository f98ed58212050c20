/**
 * The benchmark of messages, one command: a publisher and its subscribers, in slabkv with one and with several workers
 * beside redis-server, loaded in turn in several rounds, with pipelines of 1, 16 and 64. Prints a table and says which
 * targets hold. A message that is lost fails the run (exit 1).
 */

import { parseArgs } from "node:util";
import { ownCommand, versionOf } from "../child_servers.ts";
import { positive, runCommandLine, showProgress } from "../command_line.ts";
import { median, medianOfKnown, throughputRatio, whole } from "../figures.ts";
import { atLeast, atMost, markdownTable, rowTable } from "../report.ts";
import { type Server, Servers } from "../resp/servers.ts";
import { deliver, type Delivered } from "./load.ts";

/** The command line, resolved. */
export interface BenchOptions {
  readonly slabkv: readonly string[];
  readonly subscribers: number;
  readonly messageBytes: number;
  /** Messages of a load, before pipelines. */
  readonly messages: number;
  readonly rounds: number;
  readonly tiny: boolean;
}

const HELP = `Usage: deno task bench:pubsub [options]

  --subscribers N  clients that are subscribed to the channel (100)
  --bytes N        length of a message (64)
  --messages N     messages of each measured load (8000)
  --rounds N       rounds, servers taking turns in each (5)
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: moments, no targets`;

const PIPELINES = [64, 16, 1];
const WORKERS = [1, 2];
/** With a pipeline of one there are so many times fewer messages. */
const SLOW_FACTOR = 4;

/** Parses the command line, or answers undefined for --help; throws on what it does not know. */
export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: "string" },
      bytes: { type: "string" },
      messages: { type: "string" },
      rounds: { type: "string" },
      slabkv: { type: "string" },
      tiny: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { tiny } = values;
  return {
    slabkv: values.slabkv?.split(" ") ?? ownCommand(),
    subscribers: Math.ceil(positive("subscribers", values.subscribers, tiny ? 5 : 100, 10_000)),
    messageBytes: Math.ceil(positive("bytes", values.bytes, 64, 1_000_000)),
    messages: Math.ceil(positive("messages", values.messages, tiny ? 200 : 8000, 10_000_000)),
    rounds: Math.ceil(positive("rounds", values.rounds, tiny ? 1 : 5, 100)),
    tiny,
  };
}

/** What one server came to with one pipeline. */
interface Cell {
  readonly pipeline: number;
  readonly server: Server;
  readonly rounds: Delivered[];
}

/** Runs the benchmark; throws when a message is lost or a server does not start. */
export async function benchmark(
  options: BenchOptions,
  print: (text: string) => void,
): Promise<void> {
  await using running = new Servers();
  const servers: Server[] = [];
  for (const workers of WORKERS) {
    servers.push(await running.startSlabkv(options.slabkv, workers, "64MiB"));
  }
  if (await versionOf("redis-server") !== undefined) servers.push(await running.startRedis());
  const cells = PIPELINES.map((pipeline) =>
    servers.map((server): Cell => ({ pipeline, server, rounds: [] }))
  );
  for (let round = 0; round < options.rounds; round++) {
    showProgress(`round ${round + 1} of ${options.rounds}`);
    for (const row of cells) {
      for (let turn = 0; turn < row.length; turn++) {
        const { pipeline, server, rounds } = row[(turn + round) % row.length]!;
        const messages = Math.ceil(options.messages / (pipeline === 1 ? SLOW_FACTOR : 1));
        rounds.push(await deliver(server.port, server.pid, { ...options, pipeline, messages }));
      }
    }
  }
  showProgress("");
  print(table(cells.flat()));
  if (!options.tiny) print(`\n${targets(cells)}`);
}

function table(cells: readonly Cell[]): string {
  const rows = cells.map(({ pipeline, server, rounds }) => {
    const cpu = medianOfKnown(rounds.map(({ cpuUs }) => cpuUs));
    return [
      String(pipeline),
      server.name,
      String(server.workers ?? "-"),
      whole(median(rounds.map(({ perSecond }) => perSecond))),
      cpu === undefined ? "-" : cpu.toFixed(2),
    ];
  });
  const columns = ["pipeline:", "server", "workers:", "deliveries a second:", "CPU µs each:"];
  return markdownTable(columns, rows);
}

/** One worker beside Redis. */
function targets(cells: readonly (readonly Cell[])[]): string {
  return rowTable(cells.flatMap((row) => {
    const own = row[0]!;
    const redis = row.find(({ server }) => server.kind === "redis");
    if (redis === undefined) return [];
    const cpuOf = ({ rounds }: Cell) => medianOfKnown(rounds.map(({ cpuUs }) => cpuUs)) ?? 0;
    const rate = throughputRatio(own.rounds, redis.rounds);
    return [
      atLeast(`deliveries of Redis, pipeline ${own.pipeline}`, rate, 1, "times"),
      atMost(`CPU of Redis, pipeline ${own.pipeline}`, cpuOf(own) / cpuOf(redis), 1, "times"),
    ];
  }));
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => benchmark(options, console.log));
}
