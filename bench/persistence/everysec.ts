/**
 * What `--fsync everysec` costs: writes over HTTP and SETs over the Redis protocol with a data dir beside the same without,
 * in turns. Beside it redis-server, with appendonly and without. Wrong answers over HTTP throw.
 */

import { versionOf } from "../child_servers.ts";
import { throughputRatio } from "../figures.ts";
import { measure as measureHttp } from "../http/measure.ts";
import { parseOptions as httpOptions } from "../http/options.ts";
import { fill } from "../http/verify.ts";
import { atLeast, plain, type Row } from "../report.ts";
import type { BenchOptions } from "./options.ts";
import { type Server, Servers } from "./servers.ts";
import { cpuRatio, inTurns, type Measured, perSecondOf, SetLoads } from "./set_load.ts";

const HTTP_TARGET = 0.9;
const RESP_TARGET = 0.75;
const MEMORY = "512MiB";
const CLIENTS = 50;
const PIPELINES = [64, 16, 1];

/** Arguments of redis-server without persistence. */
export const REDIS_BARE: readonly string[] = ["--save", "", "--appendonly", "no"];
/** Arguments of redis-server with a log that is synced as `policy` says. */
export function redisLogged(policy: "always" | "everysec"): string[] {
  return ["--save", "", "--appendonly", "yes", "--appendfsync", policy];
}

/** The rows of a pair of servers: one that keeps a log, and one that does not. */
function costRows(
  what: string,
  [logged, bare]: readonly [Measured[], Measured[]],
  target: number | undefined,
): Row[] {
  const ratio = throughputRatio(logged, bare);
  const text = `${what}: throughput with everysec against without`;
  return [
    target === undefined ? plain(text, ratio, "", 3) : atLeast(text, ratio, target, "", 3),
    plain(
      `${what}: CPU time of each write with everysec against without`,
      cpuRatio(logged, bare),
      "",
      3,
    ),
    plain(`${what}: with everysec`, perSecondOf(logged), "a second", 0),
    plain(`${what}: without`, perSecondOf(bare), "a second", 0),
  ];
}

async function slabkvPair(servers: Servers): Promise<[Server, Server]> {
  const args = ["--data-dir", servers.newFolder(), "--fsync", "everysec"];
  return [
    await servers.startSlabkv({ name: "slabkv everysec", memory: MEMORY, args }),
    await servers.startSlabkv({ name: "slabkv", memory: MEMORY, args: [] }),
  ];
}

async function httpRows(pair: readonly Server[], options: BenchOptions): Promise<Row[]> {
  const args = options.tiny ? ["--tiny"] : ["--seconds", String(options.seconds)];
  const load = httpOptions([...args, "--generator", "own"])!;
  const bench = { options: load, generator: "own", directory: "" } as const;
  const asHttp = ({ name, pid, httpPort }: Server) => {
    return { name, pid, port: httpPort, storesItems: true, hasBatches: true };
  };
  for (const server of pair) await fill(asHttp(server), load);
  const once = async (server: Server, round: number) => {
    const { perSecond, cpuUs } = await measureHttp(bench, asHttp(server), "put", round);
    return { perSecond, cpuUs: cpuUs ?? NaN };
  };
  // Once without being counted: code is compiled.
  if (!options.tiny) await inTurns(pair, 1, once);
  const [logged, bare] = await inTurns(pair, options.rounds, once);
  return costRows("HTTP PUT", [logged!, bare!], HTTP_TARGET);
}

/** Costs over both protocols, and those of redis-server where it is on PATH. */
export async function everysecRows(options: BenchOptions): Promise<Row[]> {
  await using servers = new Servers(options);
  const pair = await slabkvPair(servers);
  const rows = await httpRows(pair, options);
  const all = [...pair];
  const hasRedis = await versionOf("redis-server") !== undefined;
  if (hasRedis) {
    const [log, bare] = [redisLogged("everysec"), REDIS_BARE];
    all.push(await servers.startRedis("Redis everysec", servers.newFolder(), log));
    all.push(await servers.startRedis("Redis", servers.newFolder(), bare));
  }
  const loads = await SetLoads.create(options);
  for (const pipeline of PIPELINES) {
    const load = { clients: CLIENTS, pipeline };
    const found = await inTurns(all, options.rounds, (server) => loads.measure(server, load));
    const what = `RESP SET, pipeline ${pipeline}`;
    const target = pipeline === 64 ? RESP_TARGET : undefined;
    rows.push(...costRows(what, [found[0]!, found[1]!], target));
    if (hasRedis) rows.push(...costRows(`Redis: ${what}`, [found[2]!, found[3]!], undefined));
  }
  return rows;
}
