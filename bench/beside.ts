// This checkout beside others, such as the commit before: `deno run -A bench/beside.ts DIR ...`.
// All servers run at once and take turns under the same loads, over HTTP and, where redis-benchmark is
// on PATH, over the Redis protocol. Ratios are medians over rounds, each of neighbours in time.

import { ChildServers, freePort, untilReady, versionOf } from "./child_servers.ts";
import { answerHelp, showProgress } from "./command_line.ts";
import { median, throughputRatio } from "./figures.ts";
import { measure } from "./http/measure.ts";
import { parseOptions as httpOptions } from "./http/options.ts";
import type { Server } from "./http/servers.ts";
import { fill } from "./http/verify.ts";
import { cpuUs } from "./process.ts";
import { markdownTable } from "./report.ts";
import { parseOptions as respOptions } from "./resp/options.ts";
import { runRedisBenchmark } from "./resp/redis_benchmark.ts";

const ROUNDS = 7;
const HTTP_OPTIONS = httpOptions(["--seconds", "2", "--generator", "own"])!;
const RESP_OPTIONS = respOptions([])!;
const PIPELINES = [1, 16, 64] as const;
const RESP_REQUESTS: Readonly<Record<number, number>> = {
  1: 150_000,
  16: 1_500_000,
  64: 3_000_000,
};

/** The path of another checkout. Ends the process where there is none. */
function checkout(name: string): string {
  try {
    return Deno.realPathSync(`${name}/main.ts`).slice(0, -"/main.ts".length);
  } catch {
    console.error(`Cannot compare with ${name}: it is no checkout of slabkv. See --help`);
    Deno.exit(1);
  }
}

interface Contender extends Server {
  readonly respPort: number;
}

/** What one load came to, once. */
interface Result {
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** A load, and what it takes to run it once. */
interface Load {
  readonly name: string;
  readonly run: (contender: Contender, round: number) => Promise<Result>;
}

function httpLoad(kind: "get" | "put" | "mix"): Load {
  const bench = { options: HTTP_OPTIONS, generator: "own", directory: "" } as const;
  return {
    name: `HTTP ${kind}`,
    run: async (contender, round) => {
      const { perSecond, cpuUs } = await measure(bench, contender, kind, round);
      return { perSecond, cpuUs: cpuUs ?? NaN };
    },
  };
}

function respLoad(kind: "get" | "set", pipeline: number): Load {
  const requests = RESP_REQUESTS[pipeline]!;
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

/** The checkouts under comparison. */
class Checkouts extends ChildServers {
  /** Starts the server of a checkout with the flags of its own start task. */
  async start(directory: string): Promise<Contender> {
    const [port, respPort] = [freePort(), freePort()];
    const { tasks } = JSON.parse(await Deno.readTextFile(`${directory}/deno.json`));
    const words: string[] = tasks.start.command.split(" ");
    const args = ["--port", String(port), "--resp-port", String(respPort)];
    args.push("--workers", "1", "--memory", "256MiB");
    const config = ["--config", `${directory}/deno.json`];
    const program = [...config, ...words.slice(2, -1), `${directory}/main.ts`];
    const child = this.spawn([Deno.execPath(), "run", ...program, ...args], "null");
    await untilReady(child, directory, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
      return answer !== null && (await answer.text()).includes("healthy");
    });
    const name = directory.slice(directory.lastIndexOf("/") + 1);
    return { name, pid: child.pid, port, respPort, storesItems: true, hasBatches: true };
  }
}

/** Runs a load in turns; gives the row of each contender but the first, beside the first. */
async function compare(load: Load, contenders: readonly Contender[]): Promise<string[][]> {
  const found = contenders.map((): Result[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    showProgress(`${load.name}: round ${round + 1} of ${ROUNDS}`);
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (turn + round) % contenders.length;
      found[i]!.push(await load.run(contenders[i]!, round));
    }
  }
  showProgress("");
  return contenders.slice(1).map(({ name }, i) => {
    const [ours, theirs] = [found[0]!, found[i + 1]!];
    const cpu = median(ours.map((one, round) => one.cpuUs / theirs[round]!.cpuUs));
    const ratio = throughputRatio(ours, theirs).toFixed(3);
    return [
      load.name,
      name,
      ratio,
      cpu.toFixed(3),
      median(ours.map((one) => one.cpuUs)).toFixed(2),
    ];
  });
}

const HELP = `This checkout beside others, taking turns: deno task bench:beside DIR ...
DIR is another checkout of slabkv, such as the commit before.

  --help    this`;

if (import.meta.main) {
  answerHelp(HELP);
  const here = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
  const directories = [here, ...Deno.args.map(checkout)];
  if (directories.length < 2) {
    console.error("Usage: deno run -A bench/beside.ts DIR ...: other checkouts of slabkv");
    Deno.exit(2);
  }
  const loads = (["get", "put", "mix"] as const).map(httpLoad);
  if (await versionOf("redis-benchmark") !== undefined) {
    for (const pipeline of PIPELINES) {
      loads.push(respLoad("get", pipeline), respLoad("set", pipeline));
    }
  } else console.log("skipped: no redis-benchmark");
  await using checkouts = new Checkouts();
  const contenders: Contender[] = [];
  for (const directory of directories) contenders.push(await checkouts.start(directory));
  for (const contender of contenders) await fill(contender, HTTP_OPTIONS);
  // Once without being counted: code is compiled.
  for (const load of loads) for (const contender of contenders) await load.run(contender, 0);
  const rows: string[][] = [];
  for (const load of loads) rows.push(...await compare(load, contenders));
  const columns = ["load", "beside", "throughput:", "CPU per request:", "µs here:"];
  console.log(markdownTable(columns, rows));
}
