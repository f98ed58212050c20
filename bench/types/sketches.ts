/**
 * The benchmark of sketches: how far Bloom filters, Count-Min sketches and HyperLogLogs are from the truth, and how many
 * items a second they take, HyperLogLogs beside redis-server. Prints tables with targets.
 * `deno run -A bench/types/sketches.ts`; the options are those of bench:types.
 */

import { versionOf } from "../child_servers.ts";
import { runCommandLine } from "../command_line.ts";
import { median, throughputRatio, whole } from "../figures.ts";
import { RespClient } from "../proof/resp_client.ts";
import { markdownTable, type Row, rowTable } from "../report.ts";
import { type Server, Servers } from "../resp/servers.ts";
import { measure, type Measurement } from "./measure.ts";
import type { Operation } from "./operations.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { bloomRows, countMinRows, logRows, TINY, USUAL } from "./sketch_errors.ts";

const HELP = `Usage: deno run -A bench/types/sketches.ts [options] [parts]

  How far sketches are from the truth, and how many items a second they take: the
  parts errors and speed, both unless one is named.

  --seconds N      length of each measured load (1)
  --rounds N       rounds, servers taking turns in each (5)
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: moments, few items`;

const RANDOM = "__rand_int__";
const ITEMS = 100_000;

function operation(name: string, words: readonly string[]): Operation {
  return { name, words: () => words, range: () => ITEMS };
}

/** What both servers can do. */
export const SHARED: readonly Operation[] = [
  operation("GET", ["GET", "value"]),
  operation("PFADD, many members", ["PFADD", "log", `item:${RANDOM}`]),
  operation("PFADD, a key for each", ["PFADD", `log:${RANDOM}`, "item"]),
  operation("PFCOUNT", ["PFCOUNT", "log"]),
];
/** What only slabkv can, and a redis-server with RedisBloom. */
export const OWN: readonly Operation[] = [
  operation("BF.ADD", ["BF.ADD", "bloom", `item:${RANDOM}`]),
  operation("BF.EXISTS", ["BF.EXISTS", "bloom", `item:${RANDOM}`]),
  operation("BF.EXISTS, absent", ["BF.EXISTS", "bloom", `none:${RANDOM}`]),
  operation("CMS.INCRBY", ["CMS.INCRBY", "cms", `item:${RANDOM}`, "1"]),
  operation("CMS.QUERY", ["CMS.QUERY", "cms", `item:${RANDOM}`]),
];

/** Runs the benchmark; throws when an answer is wrong or a server does not start. */
export async function benchmark(
  options: BenchOptions,
  print: (text: string) => void,
): Promise<void> {
  await using running = new Servers();
  const slabkv = await running.startSlabkv(options.slabkv, 1);
  const isAsked = (part: string) => options.parts.length === 0 || options.parts.includes(part);
  if (isAsked("errors")) print(rowTable(await errors(slabkv, options)));
  if (!isAsked("speed") || await versionOf("redis-benchmark") === undefined) return;
  const hasRedis = await versionOf("redis-server") !== undefined;
  const servers = hasRedis ? [slabkv, await running.startRedis()] : [slabkv];
  for (const server of servers) await prepare(server);
  print(`\n${await speed(servers, options)}`);
}

async function errors({ port }: Server, { tiny }: BenchOptions): Promise<Row[]> {
  using client = await RespClient.connect(port);
  const amounts = tiny ? TINY : USUAL;
  return [
    ...await bloomRows(client, amounts),
    ...await countMinRows(client, amounts),
    ...await logRows(client, amounts),
  ];
}

async function prepare({ kind, port }: Server): Promise<void> {
  using client = await RespClient.connect(port);
  await client.ask(["SET", "value", "0123456789abcdef"]);
  if (kind === "redis") return;
  await client.ask(["BF.RESERVE", "bloom", "0.01", String(ITEMS)]);
  await client.ask(["CMS.INITBYPROB", "cms", "0.001", "0.01"]);
}

async function speed(servers: readonly Server[], options: BenchOptions): Promise<string> {
  const lines: string[][] = [];
  for (const one of [...SHARED, ...OWN]) {
    const asked = OWN.includes(one) ? servers.slice(0, 1) : servers;
    const found = asked.map((): Measurement[] => []);
    for (let round = 0; round < options.rounds; round++) {
      for (let turn = 0; turn < asked.length; turn++) {
        const at = (turn + round) % asked.length;
        found[at]!.push(await measure(asked[at]!, one, 0, options));
      }
    }
    const [own, redis] = found;
    const rates = [own, redis].map((all) =>
      all ? whole(median(all.map(({ perSecond }) => perSecond))) : ""
    );
    const ratio = redis ? throughputRatio(own!, redis).toFixed(2) : "";
    lines.push([one.name, ...rates, ratio]);
  }
  return markdownTable(["operation", "slabkv/s:", "Redis/s:", "× Redis:"], lines);
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => benchmark(options, console.log));
}
