/**
 * Group commit under `--fsync always`: how many writes a second 64 clients get, beside what one client gets, in turns. Beside
 * it redis-server with appendfsync always, and what one sync takes on this disk.
 */

import { versionOf } from "../child_servers.ts";
import { median, throughputRatio } from "../figures.ts";
import { atLeast, plain, type Row } from "../report.ts";
import { redisLogged } from "./everysec.ts";
import type { BenchOptions } from "./options.ts";
import { type Server, Servers } from "./servers.ts";
import { inTurns, perSecondOf, SetLoads } from "./set_load.ts";

const MANY_CLIENTS = 64;
const GROUP_TARGET = 20;
const SYNCS = 200;
const SYNCED_BYTES = 100;

/** Milliseconds of one write and sync in a folder: median of several. */
function syncMs(folder: string): number {
  using file = Deno.openSync(`${folder}/probe`, { create: true, write: true });
  const bytes = new Uint8Array(SYNCED_BYTES);
  const took: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    file.writeSync(bytes);
    const fromMs = performance.now();
    file.syncDataSync();
    took.push(performance.now() - fromMs);
  }
  return median(took);
}

/** What one client and many get from slabkv and, where it is on PATH, from redis-server. */
export async function alwaysRows(options: BenchOptions): Promise<Row[]> {
  await using servers = new Servers(options);
  const args = ["--data-dir", servers.newFolder(), "--fsync", "always"];
  const all: Server[] = [await servers.startSlabkv({ name: "slabkv", memory: "256MiB", args })];
  if (await versionOf("redis-server") !== undefined) {
    const folder = servers.newFolder();
    all.push(await servers.startRedis("Redis", folder, redisLogged("always")));
  }
  const loads = await SetLoads.create(options);
  const measure = (clients: number) =>
    inTurns(all, options.rounds, (server) => loads.measure(server, { clients, pipeline: 1 }));
  const one = await measure(1);
  const many = await measure(MANY_CLIENTS);
  const rows = [
    plain("one write and sync of this disk, median", syncMs(servers.newFolder()), "ms", 3),
  ];
  for (const [i, { name, isRedis }] of all.entries()) {
    const factor = throughputRatio(many[i]!, one[i]!);
    const what = `${name} always: ${MANY_CLIENTS} clients against one`;
    rows.push(
      plain(`${name} always: one client`, perSecondOf(one[i]!), "writes a second", 0),
      plain(`${name} always: ${MANY_CLIENTS} clients`, perSecondOf(many[i]!), "writes a second", 0),
      isRedis ? plain(what, factor, "times", 1) : atLeast(what, factor, GROUP_TARGET, "times", 1),
    );
  }
  return rows;
}
