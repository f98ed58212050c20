// The status of the whole server: stats, metrics, health, readiness. It is read from the region, so that any
// worker can answer for all. Knows no protocol besides the texts that it returns.

import type { Command } from "../contract/command.ts";
import type { ServerCache } from "../contract/counters.ts";
import { type LoadProgress, loadProgress } from "../contract/persistence/load_progress.ts";
import type { MetricsFormat, ServerState, ServerStatus } from "../contract/server.ts";
import type { TimeSlices } from "../contract/time_slices.ts";
import { breakerStatus } from "../observe/breaker_status.ts";
import { logProblem } from "../observe/log_problem.ts";
import { Scrapes } from "../observe/metrics/scrapes.ts";
import { Snapshot, type SnapshotSources } from "../observe/metrics/snapshot.ts";
import { statsTree } from "../observe/metrics/stats_tree.ts";
import { serverState } from "../observe/server_state.ts";
import { type Liveness, SILENCE_MAX_MS } from "./liveness.ts";

/** One worker's view of the whole server. */
export class RegionStatus implements ServerStatus {
  readonly #cache: ServerCache;
  readonly #liveness: Liveness;
  readonly #config: SnapshotSources["config"];
  readonly #sources: SnapshotSources;
  readonly #scrapes: Scrapes;

  /**
   * `startedMs` is the start of the process, in milliseconds since 1970. The owner of `liveness` calls its `look()`.
   */
  constructor(
    cache: ServerCache,
    startedMs: number,
    liveness: Liveness,
    config: SnapshotSources["config"],
    commands: readonly Command[] = [],
  ) {
    this.#cache = cache;
    this.#liveness = liveness;
    this.#config = config;
    this.#sources = { cache, startedMs, config, commands };
    this.#scrapes = new Scrapes(this.#sources);
  }

  /** Why the server is not healthy, or null. */
  unhealthy(): string | null {
    const { actor, silentMs } = this.#liveness.mostSilent();
    if (silentMs > SILENCE_MAX_MS) {
      const name = actor === 0 ? "Supervisor" : `Worker ${actor}`;
      return `${name} has not moved for ${Math.floor(silentMs / 1000)} s.`;
    }
    const problem = logProblem(this.#cache.region, this.#config);
    return problem?.isRefusing === true ? `Writes are refused. ${problem.fault}.` : null;
  }

  healthText(): string {
    const breaker = breakerStatus(this.#cache.region, this.#config.maxLagMs);
    // Whoever restarts what is not healthy must not restart what has much to do.
    const isShedding = breaker.state === "open" || breaker.state === "half-open";
    const problem = logProblem(this.#cache.region, this.#config);
    return JSON.stringify({
      status: "healthy",
      ...isShedding && { shedding: true, breaker },
      ...problem !== null && { log: "failing", message: `Writes may be lost. ${problem.fault}.` },
    });
  }

  /** Whether traffic should be sent here. */
  get state(): ServerState {
    return serverState(this.#cache.region);
  }

  get loading(): LoadProgress | null {
    return loadProgress(this.#cache);
  }

  /** The body of /stats. */
  statsText(): string {
    return JSON.stringify(statsTree(new Snapshot(this.#sources)));
  }

  metricsText(format: MetricsFormat, slices: TimeSlices): string | Promise<string> {
    return this.#scrapes.text(format, slices);
  }
}
