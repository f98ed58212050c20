/**
 * What others notice of a snapshot: the p99 of clients at a steady rate while one snapshot after the other is made, beside
 * the same without, in turns; memory that it takes; items a second. The longest hold of a lock copying.ts measures.
 */

import { Connection, noTraffic } from "../attacks/connection.ts";
import { median } from "../figures.ts";
import { runOwn } from "../http/generators.ts";
import { type LoadJob, type LoadResult, runLoad } from "../http/load.ts";
import { fill } from "../http/verify.ts";
import { rssMib } from "../process.ts";
import { atMost, plain, type Row } from "../report.ts";
import type { BenchOptions } from "./options.ts";
import { type Server, Servers } from "./servers.ts";

const MEMORY = "512MiB";
const VALUE_BYTES = 100;
const CONNECTIONS = 32;
const PER_SECOND = 4000;
const TINY_PER_SECOND = 200;
/** A round is longer than other loads: a p99 needs many requests. */
const SECONDS_FACTOR = 2;
const P99_TARGET = 1.5;
const MEMORY_TARGET_MIB = 32;
const SAMPLE_MS = 20;

/** What one load saw, and how much memory the server had at most meanwhile. */
interface Window {
  readonly load: LoadResult;
  readonly maxRssMib: number;
}

/** Snapshots that were made. */
interface Made {
  count: number;
  ms: number;
}

/** Follows the memory of a process until it is told to stop. */
class MemoryWatch {
  maxMib = 0;
  readonly #timer;

  constructor(pid: number) {
    const look = () => this.maxMib = Math.max(this.maxMib, rssMib(pid) ?? NaN);
    look();
    this.#timer = setInterval(look, SAMPLE_MS);
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.maxMib;
  }
}

/** Makes one snapshot after the other while `isOn()`. */
async function saveWhile({ port }: Server, made: Made, isOn: () => boolean): Promise<void> {
  using connection = await Connection.open(port, noTraffic());
  while (isOn()) {
    const fromMs = performance.now();
    await connection.send("SAVE\r\n");
    const answer = await connection.receiveTo("\r\n");
    if (answer !== "+OK\r\n") throw new Error(`Cannot make a snapshot: ${answer}`);
    made.ms += performance.now() - fromMs;
    made.count++;
  }
}

/** One load, with snapshots where `made` is given. */
async function oneWindow(
  server: Server,
  job: LoadJob,
  isTiny: boolean,
  made?: Made,
): Promise<Window> {
  const watch = new MemoryWatch(server.pid);
  let isLoaded = false;
  const saving = made && saveWhile(server, made, () => !isLoaded);
  try {
    const loading = (isTiny ? runLoad(job) : runOwn(job)).finally(() => isLoaded = true);
    const [load] = await Promise.all([loading, saving]);
    if (load.wrong > 0) throw new Error(`${load.wrong} wrong answers: ${load.firstWrong}`);
    return { load, maxRssMib: watch.stop() };
  } finally {
    watch.stop();
  }
}

/** The rows of the part. */
export async function snapshotRows(options: BenchOptions): Promise<Row[]> {
  const { itemCount, rounds, seconds, tiny } = options;
  await using servers = new Servers(options);
  const args = ["--data-dir", servers.newFolder(), "--snapshot-every", "0"];
  const server = await servers.startSlabkv({ name: "slabkv", memory: MEMORY, args });
  const { name, pid, httpPort } = server;
  const items = { keyCount: Math.min(itemCount, 999_999), valueBytes: VALUE_BYTES };
  const target = { name, pid, port: httpPort, storesItems: true, hasBatches: true };
  const job: LoadJob = {
    ...items,
    kind: "mix",
    port: httpPort,
    storesItems: true,
    connections: CONNECTIONS,
    seconds: seconds * SECONDS_FACTOR,
    rate: tiny ? TINY_PER_SECOND : PER_SECOND,
  };
  const loaded = async (made?: Made) => {
    // Every load takes it for granted that it begins with version 1 of each key.
    await fill(target, items);
    return await oneWindow(server, job, tiny, made);
  };
  // Once without being counted: code is compiled, and memory that stays in use is taken.
  await loaded();
  const made: Made = { count: 0, ms: 0 };
  const undisturbed: Window[] = [];
  const disturbed: Window[] = [];
  for (let round = 0; round < rounds; round++) {
    undisturbed.push(await loaded());
    disturbed.push(await loaded(made));
  }
  const ratio = median(disturbed.map(({ load }, i) => load.p99Ms / undisturbed[i]!.load.p99Ms));
  const most = (windows: readonly Window[]) => Math.max(...windows.map((one) => one.maxRssMib));
  const p99 = (windows: readonly Window[]) => median(windows.map(({ load }) => load.p99Ms));
  const longest = (windows: readonly Window[]) => median(windows.map(({ load }) => load.maxMs));
  return [
    atMost(
      "p99 of others while snapshots are made, against undisturbed",
      ratio,
      P99_TARGET,
      "times",
    ),
    plain("p99 while snapshots are made", p99(disturbed), "ms"),
    plain("p99 undisturbed", p99(undisturbed), "ms"),
    plain("longest while snapshots are made, median", longest(disturbed), "ms"),
    plain("longest undisturbed, median", longest(undisturbed), "ms"),
    atMost("more memory", most(disturbed) - most(undisturbed), MEMORY_TARGET_MIB, "MiB", 1),
    plain(`snapshots of ${items.keyCount} items`, made.count, "", 0),
    plain("items into a snapshot", 1000 * items.keyCount * made.count / made.ms, "a second", 0),
  ];
}
