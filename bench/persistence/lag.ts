/**
 * How long an answered write is in no hand but the process's: the time from answer to kernel that the server itself
 * measures and shows in /stats, looked at again and again under writes as fast as they come, under `everysec`.
 */

import { median } from "../figures.ts";
import { atMost, plain, type Row } from "../report.ts";
import type { BenchOptions } from "./options.ts";
import { Servers } from "./servers.ts";
import { SetLoads } from "./set_load.ts";

const LAG_TARGET_MS = 10;
const MEMORY = "512MiB";
const CLIENTS = 50;
const POLL_MS = 50;
const PIPELINES = [64, 1];

/** What /stats says of the log, in microseconds. */
interface LogStats {
  readonly lagUs: number;
  readonly lagWorstUs: number;
}

async function logStats(httpPort: number): Promise<LogStats> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/stats`);
  const { persistence } = await answer.json();
  if (persistence === null) throw new Error("Cannot see the log: /stats says nothing of it");
  return persistence;
}

/** The lag under one load: what was seen of it, and the longest, in milliseconds. */
async function measureLag(options: BenchOptions, loads: SetLoads, pipeline: number) {
  await using servers = new Servers(options);
  const args = ["--data-dir", servers.newFolder(), "--fsync", "everysec"];
  const server = await servers.startSlabkv({ name: "slabkv", memory: MEMORY, args });
  const seenMs: number[] = [];
  let isOn = true;
  const looking = (async () => {
    while (isOn) {
      seenMs.push((await logStats(server.httpPort)).lagUs / 1000);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();
  for (let round = 0; round < options.rounds; round++) {
    await loads.measure(server, { clients: CLIENTS, pipeline });
  }
  isOn = false;
  await looking;
  const { lagWorstUs } = await logStats(server.httpPort);
  return { medianMs: median(seenMs), worstMs: lagWorstUs / 1000 };
}

/** The lag under each load. */
export async function lagRows(options: BenchOptions): Promise<Row[]> {
  const loads = await SetLoads.create(options);
  const rows: Row[] = [];
  for (const pipeline of PIPELINES) {
    const { medianMs, worstMs } = await measureLag(options, loads, pipeline);
    const what = `from answer to kernel, SET in pipelines of ${pipeline}`;
    rows.push(
      plain(`${what}: median of what /stats showed`, medianMs, "ms"),
      atMost(`${what}: longest`, worstMs, LAG_TARGET_MS, "ms"),
    );
  }
  return rows;
}
