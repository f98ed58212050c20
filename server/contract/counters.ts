// The one table of the counters and gauges that every thread keeps. A new one is one row here. The
// region, /stats, /metrics, their docs and the clean-up after a worker's end follow from it. What a name ends in says
// what it is counted in (Ms, Us, Kib), so that its meaning need not.

import { type ActorNames, type Cache, ENGINE_COUNTERS, type Region } from "../../cache/mod.ts";
import { BREAKER_GAUGES } from "./breaker/breaker_gauges.ts";
import { RAW_COUNTERS } from "./metrics/raw_counters.ts";
import { REFUSAL_COUNTERS } from "./refusal_counters.ts";
import { SCRIPT_COUNTERS, SCRIPT_GAUGES } from "./scripts/script_counters.ts";

/** What one of the gauges of memory stands for; 32 bits of them are 16 TiB. */
export const MEMORY_STEP_BYTES = 4 * 1024;

/** A counter: it only goes up, also when its worker is replaced, since sums must not go back. */
interface CounterRow {
  readonly name: string;
  /** What it counts, in one sentence, which docs/api.md shows. */
  readonly meaning: string;
  /** Whether /stats shows it, for each worker and in total. */
  readonly isShown: boolean;
  /** Those of a group are shown in total alone, in an object of this name. */
  readonly group?: "refusals";
}

/** A gauge: a number that a thread keeps up to date. */
interface GaugeRow {
  readonly name: string;
  /** What it says, in one sentence, which docs/api.md shows. */
  readonly meaning: string;
  /** Whether /stats shows it for each worker. */
  readonly isShown: boolean;
  /** Whether it is set to 0 when its worker has ended. */
  readonly endsWithWorker: boolean;
  /** What one of it stands for, where that is not one. */
  readonly unit?: number;
  /** What it is counted in, where its name does not end in that. */
  readonly words?: string;
}

/** The counters, in the order of /stats. Those of the engine are among them. */
export const COUNTERS = [
  {
    name: "requests",
    meaning:
      "HTTP requests received, whatever became of them, and commands of the Redis and text " +
      "protocols.",
    isShown: true,
  },
  {
    name: "hits",
    meaning: "Keys that were read and there; each key of an `/mget` counts.",
    isShown: true,
  },
  { name: "misses", meaning: "Keys that were read and not there.", isShown: true },
  {
    name: "puts",
    meaning: "Items stored; each item of an `/mput` and each `/incr` counts.",
    isShown: true,
  },
  { name: "deletes", meaning: "Keys deleted that were there.", isShown: true },
  { name: "errors", meaning: "Requests answered 500.", isShown: true },
  {
    name: "overloads",
    meaning: "Bodies and large answers answered 503, and raw connections closed, for want of " +
      "memory or of requests in work.",
    isShown: true,
  },
  {
    name: "lockWaits",
    meaning: "Times that a shard's lock was taken and had to be waited for.",
    isShown: true,
  },
  {
    name: "lockWaitUs",
    meaning: "How long waits for locks took, all together.",
    isShown: true,
  },
  {
    name: "lockTimeouts",
    meaning: "Waits for a lock that were given up after 50 ms, answered 503.",
    isShown: true,
  },
  ...RAW_COUNTERS,
  {
    name: "failedTokens",
    meaning: "Wrong tokens: AUTH, HELLO, and HTTP requests that came with one.",
    isShown: true,
  },
  {
    name: "httpCuts",
    meaning:
      "Times that all HTTP connections of a worker were closed because the process held more " +
      "memory than it was given.",
    isShown: true,
  },
  {
    name: "breakerOpens",
    meaning: "Times that the worker's breaker was opened, since its event loop was behind " +
      "(`--max-lag`).",
    isShown: true,
  },
  {
    name: "breakerOpenMs",
    meaning: "How long its breaker was open, and let nothing in.",
    isShown: true,
  },
  ...SCRIPT_COUNTERS,
  ...REFUSAL_COUNTERS,
] as const satisfies readonly CounterRow[];

/** The gauges, in the order of /stats. */
export const GAUGES = [
  {
    name: "heartbeat",
    meaning: "Goes up as long as the thread lives.",
    isShown: false,
    endsWithWorker: false,
  },
  { name: "serving", meaning: "1 while the thread serves.", isShown: false, endsWithWorker: true },
  {
    name: "inFlight",
    meaning: "Requests whose body is being waited for, not those that arrive with their head.",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "bodyBytes",
    meaning: "Bytes taken from the budget of `--body-memory`, in whole steps of 4 KiB.",
    isShown: true,
    endsWithWorker: true,
    unit: MEMORY_STEP_BYTES,
  },
  {
    name: "respClients",
    meaning: "Open connections of the Redis protocol.",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "textClients",
    meaning: "Open connections of the text protocol.",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "memcacheClients",
    meaning: "Open connections of memcached's protocols.",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "websockets",
    meaning: "WebSockets that are open.",
    isShown: false,
    endsWithWorker: true,
  },
  { name: "eventClients", meaning: "Streams of events.", isShown: true, endsWithWorker: true },
  {
    name: "liveClients",
    meaning: "Streams of `/stats/live`.",
    isShown: false,
    endsWithWorker: true,
  },
  {
    name: "blockedClients",
    meaning: "Clients that wait until there is something to take, as BLPOP lets them.",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "command",
    meaning: "Number of the command at work, from 1, of those that may take long; 0: none.",
    isShown: false,
    endsWithWorker: true,
  },
  ...SCRIPT_GAUGES,
  {
    name: "pause",
    meaning: "In main's block: when CLIENT PAUSE ends, and what it holds; 0: there is none.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "flushAt",
    meaning:
      "In main's block: when a flush_all is due that a client has sent with a delay; 0: none.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "memoryWanted",
    meaning: "Bytes lately asked for of the memory budget and refused, in the same steps.",
    isShown: false,
    endsWithWorker: true,
    unit: MEMORY_STEP_BYTES,
  },
  {
    name: "cpuUser",
    meaning: "CPU time that the thread has used itself.",
    words: "hundredths of a second",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "cpuSystem",
    meaning: "CPU time that the system has used for the thread.",
    words: "hundredths of a second",
    isShown: true,
    endsWithWorker: true,
  },
  {
    name: "usedCores",
    meaning: "In main's block: hundredths of cores that the process has used in the last second.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "idleCores",
    meaning: "In main's block: hundredths of cores that it could have used besides.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "heapBytes",
    meaning: "Bytes of the JavaScript heap of the thread, in whole steps of 4 KiB.",
    isShown: true,
    endsWithWorker: true,
    unit: MEMORY_STEP_BYTES,
  },
  {
    name: "requestsPerSecond",
    meaning: "Requests of all workers a second, which main measures.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "inputPerSecond",
    meaning: "Bytes a second that are read from raw connections, which main measures.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "outputPerSecond",
    meaning: "Bytes a second that are written to raw connections, which main measures.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "peakBytes",
    meaning: "Most bytes that items have taken, as main has seen them, in the same steps.",
    isShown: false,
    endsWithWorker: false,
    unit: MEMORY_STEP_BYTES,
  },
  ...BREAKER_GAUGES,
  {
    name: "loadBytes",
    meaning: "In main's block: bytes that the loading of data has read, in the same steps.",
    isShown: false,
    endsWithWorker: false,
    unit: MEMORY_STEP_BYTES,
  },
  {
    name: "loadTotalBytes",
    meaning: "In main's block: bytes that are to be read, in the same steps.",
    isShown: false,
    endsWithWorker: false,
    unit: MEMORY_STEP_BYTES,
  },
] as const satisfies readonly GaugeRow[];

/** Name of a counter, the engine's included. */
export type Counter = typeof COUNTERS[number]["name"];
/** Name of a gauge. */
export type Gauge = typeof GAUGES[number]["name"];

/** The names that the server's region is made with. */
export const ACTOR_NAMES: ActorNames<Counter, Gauge> = {
  counters: COUNTERS.map(({ name }) => name).filter((name) => !isOfEngine(name)),
  gauges: GAUGES.map(({ name }) => name),
};

/** A region with these counters and gauges. */
export type ServerRegion = Region<Counter, Gauge>;
/** A cache over such a region. */
export type ServerCache = Cache<Counter, Gauge>;

/** What clients make all workers hold of the memory budget, in bytes, rounded up by each worker. */
export function heldBytesOf(region: ServerRegion): number {
  return region.gaugeTotal("bodyBytes") * MEMORY_STEP_BYTES;
}

function isOfEngine(name: string): boolean {
  return ENGINE_COUNTERS.some((counter) => counter === name);
}
