/**
 * The benchmark of memcached's protocols, one command: slabkv with one worker beside `memcached -t 1` where that is on PATH,
 * both running, loaded in turn in several rounds, 16 requests at a time on each connection. Prints a table; wrong answers fail
 * the run.
 */

import { parseArgs } from "@std/cli";
import { ChildServers, freePort, ownCommand, untilReady } from "../child_servers.ts";
import { answerHelp, positive, showProgress } from "../command_line.ts";
import { cpuUs } from "../process.ts";
import { batchesOf, fill, type Kind, KINDS, load, PIPELINE, VALUE_BYTES } from "./load.ts";

const HELP = `Usage: deno task bench:memcache [options]

slabkv with one worker beside memcached -t 1, loaded in turn.

  --rounds N       rounds (5)
  --seconds N      length of each load (2)
  --connections N  connections (20)
  --keys N         keys (100000)
  --tiny           as short as can be, for tests`;

/** What is measured. */
export interface MemcacheOptions {
  readonly rounds: number;
  readonly ms: number;
  readonly connections: number;
  readonly keys: number;
}

/** As short as can be. */
export const TINY: MemcacheOptions = { rounds: 1, ms: 50, connections: 2, keys: 1000 };

interface Server {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

/** The servers of one run. */
class Servers extends ChildServers {
  async start(name: string, command: readonly string[], port: number): Promise<Server> {
    const child = this.spawn(command, "null");
    await untilReady(child, name, async () => {
      try {
        await fill(port, 1);
        return true;
      } catch {
        return false;
      }
    });
    return { name, pid: child.pid, port };
  }

  slabkv(): Promise<Server> {
    const port = freePort();
    const args = ["--workers", "1", "--port", "0", "--memory", "512MiB", "--memcache-port"];
    return this.start("slabkv", [...ownCommand(), ...args, String(port)], port);
  }

  memcached(): Promise<Server> {
    const port = freePort();
    const args = ["-u", "nobody", "-l", "127.0.0.1", "-t", "1", "-m", "512", "-p", String(port)];
    return this.start("memcached", ["memcached", ...args], port);
  }
}

async function hasMemcached(): Promise<boolean> {
  try {
    return (await new Deno.Command("memcached", { args: ["-V"] }).output()).success;
  } catch {
    return false;
  }
}

/** Thousands of requests a second and microseconds of CPU time for each, of one load. */
interface Figure {
  readonly perSecond: number;
  readonly cpu: number;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** Runs the benchmark. Returns its lines. */
export async function benchmark(options: MemcacheOptions): Promise<string[]> {
  await using running = new Servers();
  const servers = [await running.slabkv()];
  if (await hasMemcached()) servers.push(await running.memcached());
  for (const { port } of servers) await fill(port, options.keys);
  const figures = new Map<string, Figure[]>();
  for (let round = 0; round < options.rounds; round++) {
    showProgress(`round ${round + 1} of ${options.rounds}`);
    for (const kind of KINDS) {
      const batches = batchesOf(kind, options.keys, round + 1);
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(turn + round) % servers.length]!;
        const name = `${kind} ${server.name}`;
        figures.set(name, [
          ...figures.get(name) ?? [],
          await measure(server, kind, batches, options),
        ]);
      }
    }
  }
  showProgress("");
  return table(servers, figures);
}

async function measure(
  { pid, port }: Server,
  kind: Kind,
  batches: Parameters<typeof load>[2],
  { connections, ms }: MemcacheOptions,
): Promise<Figure> {
  const before = cpuUs(pid) ?? NaN;
  const { perSecond, requests } = await load(port, kind, batches, connections, ms);
  return { perSecond, cpu: ((cpuUs(pid) ?? NaN) - before) / requests };
}

function table(
  servers: readonly Server[],
  figures: ReadonlyMap<string, readonly Figure[]>,
): string[] {
  const lines = [
    `${PIPELINE} at a time, ${VALUE_BYTES}-byte values, medians`,
    "",
    "| load | server | thousands a second | µs of CPU each | throughput to memcached | CPU to memcached |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const kind of KINDS) {
    const other = figures.get(`${kind} memcached`);
    for (const { name } of servers) {
      const own = figures.get(`${kind} ${name}`)!;
      const ratio = (of: (figure: Figure) => number) =>
        other === undefined || name === "memcached"
          ? ""
          : median(own.map((figure, i) => of(figure) / of(other[i]!))).toFixed(2);
      const perSecond = Math.round(median(own.map((figure) => figure.perSecond)) / 1000);
      const cpu = median(own.map((figure) => figure.cpu)).toFixed(2);
      const ratios = `${ratio((figure) => figure.perSecond)} | ${ratio((figure) => figure.cpu)}`;
      lines.push(`| ${kind} | ${name} | ${perSecond} | ${cpu} | ${ratios} |`);
    }
  }
  return lines;
}

if (import.meta.main) {
  answerHelp(HELP);
  const numbers = ["rounds", "seconds", "connections", "keys"] as const;
  const flags = parseArgs(Deno.args, { string: [...numbers], boolean: ["tiny"] });
  const number = (name: typeof numbers[number], otherwise: number, max: number) =>
    positive(name, flags[name] as string | undefined, otherwise, max);
  const options = flags.tiny ? TINY : {
    rounds: number("rounds", 5, 1000),
    ms: number("seconds", 2, 3600) * 1000,
    connections: number("connections", 20, 1000),
    keys: number("keys", 100_000, 1e7),
  };
  console.log((await benchmark(options)).join("\n"));
}
