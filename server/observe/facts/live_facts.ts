// What the server says of itself once a second: the data of an event of /stats/live. The server writes it, the
// dashboard and the terminal read it, so this file has types alone.

import type { Protocol } from "./protocols.ts";

/** Latency of commands over the last second, in microseconds; null where none ran. */
export interface LatencyFacts {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

/** One worker. */
export interface WorkerFacts {
  readonly worker: number;
  readonly requestsPerSecond: number;
  /** CPU time of its thread, in cores. */
  readonly cpuCores: number;
  /** How far its event loop is behind. */
  readonly lagMs: number;
  readonly heapBytes: number;
  /** Open raw connections, WebSockets and streams of events. */
  readonly clients: number;
  readonly breaker: string;
}

/** What is on disk; null without --data-dir. */
export interface PersistenceLive {
  /** Bytes of the log that are written, and how many of them wait to be synced. */
  readonly logBytes: number;
  readonly unsyncedBytes: number;
  readonly lagMs: number;
  /** Seconds since the last snapshot that succeeded; null: there is none. */
  readonly snapshotAgeSeconds: number | null;
  readonly failures: number;
  /** What is wrong now, or null. */
  readonly problem: string | null;
}

/** The server, over the last second. */
export interface LiveFacts {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly version: string;
  readonly state: string;
  readonly uptimeSeconds: number;
  readonly requestsPerSecond: Readonly<Record<Protocol, number>>;
  readonly hitsPerSecond: number;
  readonly missesPerSecond: number;
  /** Of the last second; null where nothing was read. */
  readonly hitRatio: number | null;
  /** By group of commands, those that ran; "all" of all together. */
  readonly latency: Readonly<Record<string, LatencyFacts>>;
  readonly items: number;
  readonly memory: {
    readonly regionBytes: number;
    readonly slabBytes: number;
    readonly usedBytes: number;
    /** Outside the region, for clients. */
    readonly heldBytes: number;
    readonly rssBytes: number;
  };
  readonly putsPerSecond: number;
  readonly deletesPerSecond: number;
  /** Evictions by reason: "memory" or "window". */
  readonly evictionsPerSecond: Readonly<Record<string, number>>;
  readonly expirationsPerSecond: number;
  readonly lockWaitsPerSecond: number;
  /** Milliseconds of all threads a second. */
  readonly lockWaitMsPerSecond: number;
  /** Commands answered with an error, and requests answered 500. */
  readonly errorsPerSecond: number;
  readonly shedsPerSecond: number;
  /** Open connections by kind; null: Deno does not tell. */
  readonly connections: Readonly<Record<string, number | null>>;
  /** CPU time of the whole process and what the machine has left, in cores. */
  readonly cpu: { readonly usedCores: number; readonly idleCores: number };
  readonly workers: readonly WorkerFacts[];
  readonly persistence: PersistenceLive | null;
}
