/**
 * Where a worker's CPU time goes under pipelines: what `perf` has sampled of it, by group of functions. What lies
 * between the server and the bare loop is all but the system and the runtime. Linux with `perf` on PATH.
 */

import { parseArgs } from "node:util";
import { ownCommand, versionOf } from "../child_servers.ts";
import { positive, runCommandLine } from "../command_line.ts";
import { markdownTable } from "../report.ts";
import { runLoad } from "./load.ts";
import { builtInTraffic, fill } from "./measure.ts";
import { parseOptions } from "./options.ts";
import { runRedisBenchmark } from "./redis_benchmark.ts";
import { type Server, Servers } from "./servers.ts";
import type { Kind } from "./traffic.ts";

const HELP = `Usage: deno run -A bench/resp/profile.ts [options]

  --pipeline N     commands sent at once (16)
  --command NAME   get or set (get)
  --seconds N      how long is sampled (4)
  --functions N    functions that are listed beside the groups (20)

Needs perf, of Linux; loads with redis-benchmark where that is on PATH.`;

/** What is profiled. */
export interface ProfileOptions {
  readonly pipeline: number;
  readonly kind: Kind;
  readonly seconds: number;
  readonly functions: number;
}

/** One line of what perf tells: a share of all samples in percent, and where they were. */
export interface Sample {
  readonly share: number;
  readonly thread: string;
  readonly file: string;
  readonly symbol: string;
}

const SAMPLES_PER_SECOND = 2000;
/** The load goes on until the samples are taken. */
const LOAD_REQUESTS = 1_000_000;

/** Rooms of the source; what is compiled elsewhere is the runtime's own JavaScript. */
const ROOMS = ["cache", "server/raw", "server/codecs", "server/commands", "server/contract"];

/** Reads the command line, or answers undefined for --help. */
export function parseProfile(args: string[]): ProfileOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      pipeline: { type: "string" },
      command: { type: "string", default: "get" },
      seconds: { type: "string" },
      functions: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { command } = values;
  if (command !== "get" && command !== "set") {
    throw new RangeError(`Cannot profile ${command}: expected get or set`);
  }
  return {
    pipeline: Math.ceil(positive("pipeline", values.pipeline, 16, 10_000)),
    kind: command,
    seconds: positive("seconds", values.seconds, 4, 60),
    functions: Math.ceil(positive("functions", values.functions, 20, 1000)),
  };
}

/** The samples in what `perf report` has printed, one a line with `|` between the fields. */
export function readSamples(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const [share, thread, file, symbol] = line.split("|").map((field) => field.trim());
    if (symbol === undefined || !/^[\d.]+%$/.test(share!)) return [];
    return [{
      share: parseFloat(share!),
      thread: thread!,
      file: file!,
      symbol: symbol.replace(/^\[.\] /, ""),
    }];
  });
}

/** The group of functions that a sample belongs to. */
export function groupOf({ thread, file, symbol }: Sample): string {
  if (thread.startsWith("V8 ")) return "other threads: compiler and garbage collector";
  if (!thread.startsWith("worker")) return "other threads: main";
  if (file.includes("kernel")) return "system: sockets, waking threads";
  if (file.includes("vdso")) return "system: reading the clock";
  if (!symbol.startsWith("JS:")) return "Deno, V8 and C library";
  const room = ROOMS.find((each) => symbol.includes(`/${each}/`));
  return room ?? "JavaScript of Deno";
}

/** Shares by group, the largest first. */
export function groups(samples: readonly Sample[]): [group: string, share: number][] {
  const shares = new Map<string, number>();
  for (const sample of samples) {
    const group = groupOf(sample);
    shares.set(group, (shares.get(group) ?? 0) + sample.share);
  }
  return [...shares].sort((a, b) => b[1] - a[1]);
}

/** Loads a server of one worker, and prints where its time went. */
export async function profile(
  options: ProfileOptions,
  print: (text: string) => void,
): Promise<void> {
  if (await versionOf("perf") === undefined) throw new Error("Cannot profile: perf is not on PATH");
  const directory = await Deno.makeTempDir();
  await using running = new Servers();
  const [deno, ...args] = ownCommand();
  // Makes V8 tell perf, in a file in /tmp, where its functions are; its own log nobody needs.
  const flags = "--v8-flags=--perf-basic-prof,--no-logfile-per-isolate,--logfile=/dev/null";
  const command = [deno!, args[0]!, flags, ...args.slice(1)];
  const server = await running.startSlabkv(command, 1);
  try {
    await underLoad(server, options, () => record(server.pid, options.seconds, directory));
    const samples = readSamples(await report(directory));
    const percent = (share: number) => share.toFixed(1);
    print(`${options.kind.toUpperCase()}, pipeline ${options.pipeline}, one worker\n`);
    const rows = groups(samples).map(([group, share]) => [group, percent(share)]);
    print(markdownTable(["functions", "% of CPU time:"], rows));
    const first = samples.filter(({ symbol }) => symbol.startsWith("JS:"));
    const names = first.slice(0, options.functions)
      .map(({ symbol, share }) => [nameOf(symbol), percent(share)]);
    print(`\n${markdownTable(["function", "% of CPU time:"], names)}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
    await Deno.remove(`/tmp/perf-${server.pid}.map`).catch(() => {});
  }
}

/** A function of JavaScript as perf tells it, in short: name, file and line. */
export function nameOf(symbol: string): string {
  const [, name, place] = /^JS:[^\w#\s]*(\S*) (\S+)/.exec(symbol) ?? [];
  if (name === undefined || place === undefined) return symbol;
  const file = ROOMS.find((room) => place.includes(`/${room}/`));
  return `${name || "(anonymous)"} ${
    file === undefined ? place : place.slice(place.indexOf(file))
  }`;
}

/** Fills the server, and does `work` while it is loaded. */
async function underLoad(
  server: Server,
  { pipeline, kind }: ProfileOptions,
  work: () => Promise<void>,
): Promise<void> {
  const options = parseOptions([])!;
  await fill(server, options);
  const hasRedisBenchmark = await versionOf("redis-benchmark") !== undefined;
  const { port } = server;
  const { connections } = options;
  const traffic = builtInTraffic(options)[kind];
  const requests = Math.ceil(LOAD_REQUESTS / Math.max(1, 16 / pipeline));
  const load = () =>
    hasRedisBenchmark
      ? runRedisBenchmark({ port, kind, pipeline, requests }, options)
      : runLoad({ port, traffic, pipeline, connections, requests });
  // By then all is compiled that will be.
  await load();
  let isDone = false;
  const worked = Promise.allSettled([work()]).finally(() => isDone = true);
  while (!isDone) await load();
  const [done] = await worked;
  if (done.status === "rejected") throw done.reason;
}

async function record(pid: number, seconds: number, directory: string): Promise<void> {
  const frequency = String(SAMPLES_PER_SECOND);
  await perf([
    "record",
    "-F",
    frequency,
    "-p",
    String(pid),
    "-o",
    `${directory}/data`,
    "sleep",
    `${seconds}`,
  ]);
}

function report(directory: string): Promise<string> {
  const fields = ["--no-children", "--sort", "comm,dso,symbol", "-t", "|", "--stdio"];
  return perf(["report", "-i", `${directory}/data`, ...fields]);
}

async function perf(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("perf", { args }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot profile: ${new TextDecoder().decode(stderr).trim().slice(-300)}`);
}

if (import.meta.main) {
  await runCommandLine(HELP, parseProfile, (options) => profile(options, console.log));
}
