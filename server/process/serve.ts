// Starts a server from a command line: configuration, checks, region, workers, supervision. A start
// that fails, fails here, with one clear line and exit code 2.

import { Cache, Region } from "../../cache/mod.ts";
import { ACTOR_NAMES, type ServerCache, type ServerRegion } from "../contract/counters.ts";
import { addressOf, bannerFields, bannerText } from "./banner.ts";
import { type Config, logRingBytes } from "../config/config.ts";
import { parseConfig } from "../config/parse.ts";
import { messageOf } from "../contract/error_text.ts";
import type { LatencyEventName } from "../contract/metrics/latency.ts";
import { CpuMeter } from "./meters.ts";
import { HeapReturn } from "./memory/heap_return.ts";
import { libcHeap } from "./memory/libc_heap.ts";
import { MemoryWatch } from "./memory/memory_watch.ts";
import type { Listen } from "../contract/listen.ts";
import {
  holdPorts,
  OwnSockets,
  planListens,
  renewedCredentials,
  StartError,
} from "./listen_checks.ts";
import { Log } from "./log/log.ts";
import type { Persistence } from "../disk/persistence.ts";
import type { DataStart } from "./data/data_start.ts";
import type { Terminal } from "./data/load_line.ts";
import type { SnapshotAnswer } from "../contract/server.ts";
import type { Limits } from "../config/limits.ts";
import { EXIT_BROKEN, Supervisor, type SupervisorOptions } from "./supervisor.ts";
import { formatSize, MIB } from "../config/units.ts";
import { denoProblem, versionLine } from "../config/version.ts";
import { noteInMain } from "./news/latency_news.ts";
import { WorkerPool } from "./worker_pool.ts";

/** The process around the server, as far as it is needed here. */
export interface ServePlatform {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limits: Limits;
  /** The version of Deno. */
  readonly denoVersion: string;
  /** Whether workers can share a port. If not, there is one worker. */
  readonly canSharePort: boolean;
  readonly spawn: (name: string, config: Config, listens: readonly Listen[]) => Worker;
  readonly onSignal: (handler: (signal: string) => void) => void;
  /** Calls the handler when certificates are to be read again. */
  readonly onReload: (handler: () => void) => void;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** The terminal behind `err`, if it is one. */
  readonly terminal?: Terminal | undefined;
  readonly exit: (code: number) => never;
}

/** Exit code of a start that fails: something has to be corrected first. */
export const EXIT_USAGE = 2;
const MAX_WORKERS = 64;
/** Free memory of the C library is handed back at most so often. */
const TRIM_GAP_MS = 1000;
const NOT_LOADED: SnapshotAnswer = { outcome: "failed", why: "nothing is loaded yet" };

/** Runs the server until it is told to stop. Only help, version and errors return. */
export async function serve(platform: ServePlatform): Promise<void> {
  const parsed = parseConfig([...platform.args], { ...platform.env }, platform.limits);
  if (parsed.kind === "help" || parsed.kind === "print") return platform.out(parsed.text);
  if (parsed.kind === "version") return platform.out(versionLine());
  if (parsed.kind === "error") return refuse(platform, parsed.message);
  const problem = denoProblem(platform.denoVersion);
  if (problem !== undefined) return refuse(platform, problem);
  try {
    await start(platform, parsed.config);
  } catch (error) {
    refuse(platform, messageOf(error));
  }
}

function refuse(platform: ServePlatform, message: string): never {
  const { out, err } = platform;
  const format = wantsJson(platform) ? "json" : "text";
  new Log({ format, now: Date.now, out, err }).error("refused", message);
  return platform.exit(EXIT_USAGE);
}

/** Whether events are to be JSON, also where the options as a whole cannot be read. */
function wantsJson({ args, env }: ServePlatform): boolean {
  const at = args.lastIndexOf("--log-format");
  const given = at < 0 ? undefined : args[at + 1];
  const inline = args.findLast((arg) => arg.startsWith("--log-format="))?.split("=")[1];
  return (given ?? inline ?? env.SLABKV_LOG_FORMAT) === "json";
}

async function start(platform: ServePlatform, config: Config): Promise<void> {
  const startedMs = Date.now();
  const { out, err } = platform;
  const { logFormat: format, logLevel: level } = config;
  const log = new Log({ format, level, now: Date.now, out, err });
  const { host: hostname, port, respPort = 0, textPort = 0, memcachePort = 0 } = config;
  using _held = await holdPorts(hostname, [port, respPort, textPort, memcachePort]);
  const listens = await planListens(config);
  const maxWorkers = platform.canSharePort ? workerLimit(config, platform.limits.cpus) : 1;
  const data = await openData(config, startedMs, log);
  const sockets = new OwnSockets(listens.flatMap(({ unixPath }) => unixPath ?? []));
  try {
    await startOn({ platform, config, startedMs, log, listens, maxWorkers, data, sockets });
  } catch (error) {
    sockets.remove();
    await data?.release();
    throw error;
  }
}

/** Opens the data dir, if there is to be one. A start without does without all that this takes. */
async function openData(config: Config, startMs: number, log: Log): Promise<DataStart | null> {
  if (config.dataDir === undefined) return null;
  const { DataStart } = await import("./data/data_start.ts");
  return await DataStart.open(config, startMs, log);
}

/** What a server is started on. */
interface Ground {
  readonly platform: ServePlatform;
  readonly config: Config;
  readonly startedMs: number;
  readonly log: Log;
  readonly listens: readonly Listen[];
  readonly maxWorkers: number;
  /** The data dir; null without one. */
  readonly data: DataStart | null;
  readonly sockets: OwnSockets;
}

/** Listens, loads, and serves. */
async function startOn(ground: Ground): Promise<void> {
  const { platform, config, startedMs, log, listens, maxWorkers, data, sockets } = ground;
  // Loaders have actors of their own, behind those of the workers.
  const loaders = data?.loaderLimit(platform.limits.cpus) ?? 0;
  const cache = new Cache(createRegion(config, maxWorkers + 1 + loaders), 0);
  checkValueLimit(config, cache.maxItemBytes);
  const exit = (code: number) => {
    sockets.remove();
    platform.exit(code);
  };
  let supervisor = null as Supervisor | null;
  let persistence = null as Persistence | null;
  let hasStopped = false;
  const stop = async (why: string, saves = true) => {
    if (supervisor !== null && (persistence !== null || data === null)) {
      return void supervisor.stop(why, saves);
    }
    if (hasStopped) return exit(130);
    // Before all is loaded nothing has changed that could be lost, and from here on nothing may change any more.
    hasStopped = true;
    log.info("stop", `${why}: stopped before the server was ready`, { complete: true });
    await data?.release();
    exit(0);
  };
  const pool = new WorkerPool({
    cache,
    config,
    listens,
    startedMs,
    log,
    spawn: (name) => platform.spawn(name, config, listens),
    onShutdown: (saves) => void stop("SHUTDOWN", saves),
    onSnapshot: async (question) => await persistence?.ask(question) ?? NOT_LOADED,
    isLoading: data !== null,
    onFatal: (message) => {
      log.error("fatal", message);
      if (supervisor === null) exit(EXIT_BROKEN);
      else supervisor.giveUp();
    },
  });
  platform.onSignal((signal) => void stop(signal));
  const first = config.workers === "auto" ? 1 : maxWorkers;
  await pool.add();
  sockets.note();
  for (let i = 1; i < first; i++) await pool.add();
  const meter = new CpuMeter(platform.limits.cpus);
  const memory = memoryParts(cache, pool, log, config, sockets);
  supervisor = new Supervisor({ cache, config, pool, log, meter, maxWorkers, exit, ...memory });
  supervisor.start();
  persistence = await load(ground, cache, loaders, (name, ms) => noteInMain(pool, name, ms));
  const facts = { cache, config, listens, workers: first, maxWorkers };
  // Formatting numbers takes 10 ms the first time: before anybody's write could wait for main so long.
  const [text, fields] = [bannerText(facts), bannerFields(facts)];
  await pool.open();
  if (hasStopped) return;
  supervisor.open(persistence);
  // Without TLS the signal keeps its meaning: the terminal is gone, and the process ends.
  if (config.tlsCertPath !== undefined) platform.onReload(() => void reload(config, pool, log));
  log.info("start", text, fields);
}

/** Brings the data back, while the workers listen already; null where nothing is kept. */
async function load(
  { platform, config, listens, maxWorkers, data }: Ground,
  cache: ServerCache,
  loaders: number,
  noteLatency: (name: LatencyEventName, ms: number) => void,
): Promise<Persistence | null> {
  if (data === null) return null;
  const spawn = (name: string) => platform.spawn(name, config, []);
  const threads = { loaders, firstActor: maxWorkers + 1, spawn };
  const terminal = config.logFormat === "text" ? platform.terminal : undefined;
  const addresses = listens.map(addressOf);
  return await data.bringBack({ cache, terminal, addresses, noteLatency, ...threads });
}

/** What sees to it that the process does not outgrow its memory, where it can be seen. */
function memoryParts(
  cache: ServerCache,
  pool: WorkerPool,
  log: Log,
  { bodyMemoryBytes: bodyBytes }: Config,
  sockets: OwnSockets,
): Pick<SupervisorOptions, "libc" | "memory"> {
  const heap = libcHeap();
  if (heap === undefined) return { libc: undefined, memory: undefined };
  const workers = {
    get size() {
      return pool.size;
    },
    collect: (ms: number) => pool.collect(ms),
    cut: async (ms: number) => {
      await pool.cut(ms);
      // Their listeners have made new ones.
      sockets.note();
    },
  };
  const now = () => performance.now();
  return {
    libc: new HeapReturn(heap, now(), TRIM_GAP_MS),
    memory: new MemoryWatch({ cache, workers, log, heap, bodyBytes, now }),
  };
}

/** Reads the certificate again. Where that fails, the one before stays. */
async function reload(config: Config, pool: WorkerPool, log: Log): Promise<void> {
  try {
    await pool.renew(await renewedCredentials(config));
    log.info("reload", "SIGHUP: new connections get the certificate that was read now");
  } catch (error) {
    const reason = messageOf(error);
    log.warn("reload-failed", `SIGHUP: the certificate before stays. ${reason}`, { reason });
  }
}

function workerLimit(config: Config, cpus: number): number {
  const wanted = config.workers === "auto" ? cpus : config.workers;
  return Math.min(MAX_WORKERS, Math.max(1, wanted));
}

/** Refuses a longest value that no item of the region can hold, unless it is the default. */
function checkValueLimit({ maxValueBytes, memoryBytes }: Config, maxItemBytes: number): void {
  if (maxValueBytes <= Math.max(MIB, maxItemBytes)) return;
  throw new StartError(
    `Cannot use --max-value-bytes ${formatSize(maxValueBytes)}: with --memory ` +
      `${formatSize(memoryBytes)} key and value have ${maxItemBytes} bytes together. ` +
      "Choose a smaller one or more memory",
  );
}

function createRegion(config: Config, actorCount: number): ServerRegion {
  const { memoryBytes, averageItemBytes } = config;
  const logBytes = logRingBytes(config);
  const names = ACTOR_NAMES;
  try {
    return Region.create({ memoryBytes, averageItemBytes, actorCount, logBytes, names });
  } catch (error) {
    throw new StartError(
      `Cannot set ${formatSize(memoryBytes)} aside: ${
        messageOf(error)
      }. Choose another --memory, or fewer --workers`,
    );
  }
}
