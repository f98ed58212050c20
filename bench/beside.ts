// This checkout beside others, such as the commit before: `deno run -A bench/beside.ts DIR ...`.
// All servers run at once and take turns under the same loads, over HTTP and, where redis-benchmark is
// on PATH, over the Redis protocol. Ratios are medians over rounds, each of neighbours in time.

import { ChildServers, freePort, untilReady, versionOf } from "./child_servers.ts";
import { answerHelp } from "./command_line.ts";
import { markdownTable } from "./report.ts";
import { compare, type Contender, httpLoad, prepare, respLoad } from "./side_by_side.ts";

const ROUNDS = 7;
const PIPELINES = [1, 16, 64] as const;

/** The path of another checkout. Ends the process where there is none. */
function checkout(name: string): string {
  try {
    return Deno.realPathSync(`${name}/main.ts`).slice(0, -"/main.ts".length);
  } catch {
    console.error(`Cannot compare with ${name}: it is no checkout of slabkv. See --help`);
    Deno.exit(1);
  }
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
  await prepare(loads, contenders);
  const rows: string[][] = [];
  for (const load of loads) {
    for (const { beside, throughput, cpu, cpuUs } of await compare(load, contenders, ROUNDS)) {
      rows.push([load.name, beside, throughput.toFixed(3), cpu.toFixed(3), cpuUs.toFixed(2)]);
    }
  }
  const columns = ["load", "beside", "throughput:", "CPU per request:", "µs here:"];
  console.log(markdownTable(columns, rows));
}
