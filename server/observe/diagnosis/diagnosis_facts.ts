// What the rules of a diagnosis look at: the server over the last minute, or since its start if that was later. Plain
// figures, so that rules are pure and say the same wherever they are asked.

import type { Config } from "../../config/config.ts";
import type { Counter } from "../../contract/counters.ts";
import type { HotKey } from "../facts/key_facts.ts";
import type { MemoryCurve } from "../facts/memory_facts.ts";

/** The options that rules name. */
export type DiagnosedOptions = Pick<
  Config,
  | "averageItemBytes"
  | "bodyMemoryBytes"
  | "fsync"
  | "maxConnections"
  | "maxLagMs"
  | "memoryBytes"
  | "onWriteError"
  | "workers"
>;

/** What the cache holds. */
export interface StoreFacts {
  readonly items: number;
  /** When the time began that is looked at. */
  readonly itemsBefore: number;
  /** Items that there were when a FLUSHALL or the like removed them; 0: there was none. */
  readonly itemsFlushed: number;
  readonly usedBytes: number;
  readonly slabBytes: number;
  readonly limitedBy: "nothing" | "memory" | "index";
  /** How much these have grown. */
  readonly memoryEvictions: number;
  readonly windowEvictions: number;
  readonly expirations: number;
  readonly shardsCleared: number;
  /** Whether anything was ever evicted. */
  readonly hasEvicted: boolean;
  /** Of the bytes in use, those of values that do not fit into an item, and of large collections; null: not known. */
  readonly largeShare: number | null;
}

/** A worker that serves. */
export interface DiagnosedWorker {
  readonly worker: number;
  /** CPU time of its thread, in cores. */
  readonly cores: number;
  /** The most that its event loop was behind. */
  readonly maxLagMs: number;
  /** Whether it refuses requests now. */
  readonly isShedding: boolean;
}

/** What is kept on disk. */
export interface DiskFacts {
  /** What cannot be done and why, without a full stop; null: all is well. */
  readonly fault: string | null;
  /** The longest sync that was seen, and the longest wait of a record for the kernel. */
  readonly maxSyncMs: number;
  readonly maxLagMs: number;
  /** Records that found no space in the log ring. */
  readonly gaps: number;
  readonly hasSnapshotFailed: boolean;
}

/** How the server has done in the hour before, in the mean. */
export interface PastFacts {
  /** How long that was. */
  readonly seconds: number;
  /** Reads that found something, of all. */
  readonly hitRatio: number;
  readonly reads: number;
  readonly memoryEvictionsPerSecond: number;
  readonly expirationsPerSecond: number;
}

/** The server. */
export interface DiagnosisFacts {
  /** How long was looked at. */
  readonly seconds: number;
  readonly uptimeSeconds: number;
  readonly options: DiagnosedOptions;
  readonly store: StoreFacts;
  /** How much each counter has grown. */
  readonly grown: Readonly<Record<Counter, number>>;
  /** Commands of raw connections that have come. */
  readonly rawCommands: number;
  readonly curve: MemoryCurve | null;
  /** Null: nothing is known of it, or nothing was read. */
  readonly past: PastFacts | null;
  /** The hottest key, and how many requests for keys there are a second; null: not known. */
  readonly hot: { readonly key: HotKey; readonly requestsPerSecond: number } | null;
  readonly workers: readonly DiagnosedWorker[];
  /** What this process could use besides, in cores, and all that there are. */
  readonly idleCores: number;
  readonly cores: number;
  /** Open raw connections. */
  readonly connections: number;
  /** What clients make the server hold of --body-memory. */
  readonly heldBytes: number;
  /** Null: nothing is kept on disk. */
  readonly disk: DiskFacts | null;
  /** How far the wall clock was set forward; negative: back. */
  readonly clockJumpMs: number;
}
