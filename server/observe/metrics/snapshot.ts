// What rows of metrics are read from: the region and the process, at one moment. What takes longer to find out is
// found out once, when the first row asks for it. Every worker's snapshot says the same.

import process from "node:process";
import { type CacheStats, readStats } from "../../../cache/mod.ts";
import type { Command } from "../../contract/command.ts";
import type { Config } from "../../config/config.ts";
import type { ServerCache, ServerRegion } from "../../contract/counters.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import { type BreakerStatus, breakerStatus } from "../breaker_status.ts";
import { Figures } from "../figures.ts";

/** What a snapshot is taken of. */
export interface SnapshotSources {
  readonly cache: ServerCache;
  /** Milliseconds since 1970 when the process started. */
  readonly startedMs: number;
  readonly config: Pick<Config, "maxLagMs" | "fsync" | "onWriteError">;
  /** The command table, where counts of commands are asked for. */
  readonly commands?: readonly Command[];
}

/** The facts of one moment. */
export class Snapshot {
  readonly cache: ServerCache;
  readonly region: ServerRegion;
  readonly startedMs: number;
  readonly config: SnapshotSources["config"];
  /** What main says of log and snapshots. */
  readonly disk: PersistenceStatus;
  /** Counts and latencies of commands; null where nobody asks for them. */
  readonly figures: Figures | null;
  #stats: CacheStats | null = null;
  #breaker: BreakerStatus | null = null;
  #cpu: { readonly user: number; readonly system: number } | null = null;

  constructor({ cache, startedMs, config, commands }: SnapshotSources) {
    this.cache = cache;
    this.region = cache.region;
    this.startedMs = startedMs;
    this.config = config;
    this.figures = commands === undefined ? null : new Figures(cache, commands);
    this.disk = new PersistenceStatus(cache.region);
  }

  /** Sizes, items and evictions of the whole cache. */
  get stats(): CacheStats {
    return this.#stats ??= readStats(this.cache);
  }

  /** The breakers of all workers together. */
  get breaker(): BreakerStatus {
    return this.#breaker ??= breakerStatus(this.region, this.config.maxLagMs);
  }

  /** CPU time of the process, in microseconds. */
  get cpu(): { readonly user: number; readonly system: number } {
    return this.#cpu ??= process.cpuUsage();
  }

  /** Milliseconds since the start. */
  get uptimeMs(): number {
    return Math.max(0, this.cache.now() - this.startedMs);
  }

  /** Whether anything is kept on disk. */
  get hasLog(): boolean {
    return this.region.log !== null;
  }

  /** Whether a thread serves. */
  serves(actor: number): boolean {
    return this.region.gauge(actor, "serving") !== 0;
  }

  /** Whether a thread serves, or ever did: what it has counted stays. */
  hasServed(actor: number): boolean {
    return this.serves(actor) || this.region.gauge(actor, "heartbeat") !== 0;
  }
}
