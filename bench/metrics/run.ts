/**
 * What being measured costs: the same build with `--metrics on` and `off`, taking turns, over HTTP and in pipelines of the
 * Redis protocol; a second server without stands for the noise of the machine. Besides, pipelines within one thread
 * and without sockets, where each nanosecond shows.
 */

import { parseArgs } from "node:util";
import { ChildServers, freePort, ownCommand, untilReady, versionOf } from "../child_servers.ts";
import { positive, runCommandLine, showProgress } from "../command_line.ts";
import { median } from "../figures.ts";
import { markdownTable } from "../report.ts";
import { randomIds, type Traffic, trafficOf } from "../resp/traffic.ts";
import {
  compare,
  type Comparison,
  type Contender,
  httpLoad,
  type Load,
  prepare,
  respLoad,
} from "../side_by_side.ts";
import { Pipe } from "./in_process.ts";

const HELP = `Usage: deno task bench:metrics [options]

  --rounds N      rounds over sockets, servers taking turns in each (7)
  --share N       part of the usual number of requests in each, for redis-benchmark (0.3)
  --no-sockets    only what runs in one thread
  --no-threads    only what goes over sockets`;

/** At most so much of the throughput, and so much CPU time of a request. */
const MAX_LOSS = 0.02;
const MAX_MORE_US = 0.15;
const PIPELINES = [1, 16, 64] as const;
const KEYS = 100_000;
/** Commands of a turn in one thread, and turns. */
const TURN_COMMANDS = 2 ** 13;
const TURNS = 300;
const PAUSE_COMMANDS = 2 ** 12;
const TICK_MS = 250;

/** The command line, resolved. */
interface Options {
  readonly rounds: number;
  readonly share: number;
  readonly sockets: boolean;
  readonly threads: boolean;
}

function parse(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      rounds: { type: "string" },
      share: { type: "string" },
      sockets: { type: "boolean", default: true },
      threads: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: Math.ceil(positive("rounds", values.rounds, 7, 1000)),
    share: positive("share", values.share, 0.3, 10),
    sockets: values.sockets,
    threads: values.threads,
  };
}

/** What a command takes in one thread. */
export interface ThreadFigures {
  readonly name: string;
  readonly offNs: number;
  /** How much more it is with metrics, and with a second server without. */
  readonly moreNs: number;
  readonly noiseNs: number;
}

/** Measures pipelines in this thread: `turns` turns of so many commands. */
export async function threadFigures(turns: number, commands: number): Promise<ThreadFigures[]> {
  const pipes = ["on", "off", "off"].map((metrics) => new Pipe(["--metrics", metrics]));
  const ids = randomIds(commands, KEYS);
  const all = Uint32Array.from({ length: KEYS }, (_, id) => id);
  for (const pipe of pipes) await turn(pipe, trafficOf("set", all, 0), 64);
  const found: ThreadFigures[] = [];
  for (const kind of ["get", "set"] as const) {
    const traffic = trafficOf(kind, ids, 0);
    for (const pipeline of PIPELINES) {
      const name = `${kind.toUpperCase()} in pipelines of ${pipeline}`;
      showProgress(name);
      found.push({ name, ...await takeTurns(pipes, traffic, pipeline, turns) });
    }
  }
  showProgress("");
  return found;
}

async function takeTurns(
  pipes: readonly Pipe[],
  traffic: Traffic,
  pipeline: number,
  turns: number,
) {
  const ns = pipes.map((): number[] => []);
  // The first turns are not counted: code is compiled.
  const warm = Math.ceil(turns / 10);
  for (let round = 0; round < turns + warm; round++) {
    for (let i = 0; i < pipes.length; i++) {
      const which = (i + round) % pipes.length;
      const took = await turn(pipes[which]!, traffic, pipeline);
      if (round >= warm) ns[which]!.push(took);
    }
  }
  const [on, off, again] = ns as [number[], number[], number[]];
  const more = (ones: number[]) => median(ones.map((one, round) => one - off[round]!));
  return { offNs: median(off), moreNs: more(on), noiseNs: more(again) };
}

/** Runs all of the traffic. Resolves with nanoseconds for each command, breaks not counted. */
async function turn(pipe: Pipe, traffic: Traffic, pipeline: number): Promise<number> {
  const { requests, requestBytes, replyBytes, count } = traffic;
  const step = pipeline * requestBytes;
  const before = pipe.answeredBytes;
  let ms = 0;
  let fromMs = performance.now();
  for (let at = 0, done = pipeline; at < requests.length; at += step, done += pipeline) {
    pipe.run(requests.subarray(at, at + step));
    if (done % PAUSE_COMMANDS !== 0) continue;
    // A worker's event loop has its turn between reads.
    ms += performance.now() - fromMs;
    await new Promise((resolve) => setTimeout(resolve, 0));
    fromMs = performance.now();
  }
  ms += performance.now() - fromMs;
  pipe.tick(TICK_MS);
  const bytes = pipe.answeredBytes - before;
  if (bytes === count * replyBytes) return ms * 1e6 / count;
  throw new Error(`Wrong answers: ${bytes} bytes to ${count} commands`);
}

/** The servers under comparison. */
class Twins extends ChildServers {
  async start(name: string, metrics: "on" | "off"): Promise<Contender> {
    const [port, respPort] = [freePort(), freePort()];
    const args = ["--port", String(port), "--resp-port", String(respPort)];
    args.push("--workers", "1", "--memory", "256MiB", "--metrics", metrics);
    const child = this.spawn([...ownCommand(), ...args], "null");
    await untilReady(child, name, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
      return answer !== null && (await answer.text()).includes("healthy");
    });
    return { name, pid: child.pid, port, respPort, storesItems: true, hasBatches: true };
  }
}

/** Measures over sockets: beside the server without, and that beside its twin. */
async function socketRows({ rounds, share }: Options): Promise<string[][]> {
  const loads: Load[] = [httpLoad("get"), httpLoad("put")];
  if (await versionOf("redis-benchmark") !== undefined) {
    for (const pipeline of PIPELINES) {
      loads.push(respLoad("get", pipeline, share), respLoad("set", pipeline, share));
    }
  } else console.log("skipped: no redis-benchmark");
  await using twins = new Twins();
  const off = await twins.start("off", "off");
  const others = [await twins.start("on", "on"), await twins.start("again", "off")];
  await prepare(loads, [off, ...others]);
  const rows: string[][] = [];
  for (const load of loads) {
    const [on, again] = await compare(load, [off, ...others], rounds) as [Comparison, Comparison];
    rows.push(socketRow(load.name, on, again));
  }
  return rows;
}

/** A row: what is lost with metrics, beside what is lost to nothing but chance. Both were measured from the server without. */
export function socketRow(name: string, on: Comparison, again: Comparison): string[] {
  const percent = (ratio: number) => ((1 - 1 / ratio) * 100).toFixed(1);
  const isWithin = 1 - 1 / on.throughput <= MAX_LOSS && -on.moreCpuUs <= MAX_MORE_US;
  return [
    name,
    on.cpuUs.toFixed(2),
    (-on.moreCpuUs).toFixed(3),
    (-again.moreCpuUs).toFixed(3),
    percent(on.throughput),
    percent(again.throughput),
    isWithin ? "yes" : "no",
  ];
}

async function run(options: Options): Promise<void> {
  if (options.threads) {
    const rows = (await threadFigures(TURNS, TURN_COMMANDS)).map((figures) => {
      const { name, offNs, moreNs, noiseNs } = figures;
      return [name, offNs.toFixed(0), moreNs.toFixed(1), noiseNs.toFixed(1)];
    });
    const columns = ["one thread", "ns without:", "more with:", "more of a twin without:"];
    console.log(`${markdownTable(columns, rows)}\n`);
  }
  if (!options.sockets) return;
  const rows = await socketRows(options);
  const columns = ["over sockets", "µs of CPU without:", "more with:", "of a twin without:"];
  columns.push("% of throughput lost:", "to a twin:", `within ${MAX_MORE_US} µs and 2 %`);
  console.log(markdownTable(columns, rows));
}

if (import.meta.main) await runCommandLine(HELP, parse, run);
