// The status of the whole server: stats, health, readiness. It is read from the region, so that any
// worker can answer for all. Knows no protocol besides the JSON texts that it returns.

import { readStats, RegionState } from "../../cache/mod.ts";
import { type Counter, COUNTERS, GAUGES, type ServerCache } from "../contract/counters.ts";
import { type LoadProgress, loadProgress } from "../contract/persistence/load_progress.ts";
import type { Config } from "../config/config.ts";
import {
  logProblem,
  type PersistencePolicy,
  persistenceReport,
} from "./data/persistence_report.ts";
import { type Liveness, SILENCE_MAX_MS } from "./liveness.ts";
import { breakerState } from "../contract/breaker/gate.ts";
import type { ServerState, ServerStatus } from "../contract/server.ts";
import { breakerStatus, isOverloaded } from "./breaker/breaker_status.ts";
import { VERSION } from "../config/version.ts";

const SHOWN_COUNTERS = COUNTERS.filter((row) => row.isShown && !("group" in row));
const REFUSALS = COUNTERS.filter((row) => "group" in row && row.group === "refusals");
const SHOWN_GAUGES = GAUGES.filter(({ isShown }) => isShown).map((row) => ({
  name: row.name,
  unit: "unit" in row ? row.unit : 1,
}));

/** One worker's view of the whole server. */
export class RegionStatus implements ServerStatus {
  readonly #cache: ServerCache;
  readonly #startedMs: number;
  readonly #liveness: Liveness;
  readonly #maxLagMs: number;
  readonly #policy: PersistencePolicy;

  /**
   * `startedMs` is the start of the process, in milliseconds since 1970. The owner of `liveness` calls its `look()`.
   */
  constructor(
    cache: ServerCache,
    startedMs: number,
    liveness: Liveness,
    config: PersistencePolicy & Pick<Config, "maxLagMs">,
  ) {
    this.#cache = cache;
    this.#maxLagMs = config.maxLagMs;
    this.#policy = config;
    this.#startedMs = startedMs;
    this.#liveness = liveness;
  }

  /** Why the server is not healthy, or null. */
  unhealthy(): string | null {
    const { actor, silentMs } = this.#liveness.mostSilent();
    if (silentMs > SILENCE_MAX_MS) {
      const name = actor === 0 ? "Supervisor" : `Worker ${actor}`;
      return `${name} has not moved for ${Math.floor(silentMs / 1000)} s.`;
    }
    const problem = logProblem(this.#cache.region, this.#policy);
    return problem?.isRefusing === true ? `Writes are refused. ${problem.fault}.` : null;
  }

  healthText(): string {
    const breaker = breakerStatus(this.#cache.region, this.#maxLagMs);
    // Whoever restarts what is not healthy must not restart what has much to do.
    const isShedding = breaker.state === "open" || breaker.state === "half-open";
    const problem = logProblem(this.#cache.region, this.#policy);
    return JSON.stringify({
      status: "healthy",
      ...isShedding && { shedding: true, breaker },
      ...problem !== null && { log: "failing", message: `Writes may be lost. ${problem.fault}.` },
    });
  }

  /** Whether traffic should be sent here. */
  get state(): ServerState {
    const { region } = this.#cache;
    if (region.state === RegionState.ready) return isOverloaded(region) ? "shedding" : "ready";
    return region.state === RegionState.draining ? "draining" : "loading";
  }

  get loading(): LoadProgress | null {
    return loadProgress(this.#cache);
  }

  /** The body of /stats. */
  statsText(): string {
    const { region } = this.#cache;
    const stats = readStats(this.#cache);
    const hits = region.total("hits");
    const misses = region.total("misses");
    const workers = this.#workers();
    const uptimeMs = Math.max(0, this.#cache.now() - this.#startedMs);
    return JSON.stringify({
      version: VERSION,
      state: this.state,
      uptimeSeconds: Math.floor(uptimeMs / 1000),
      items: stats.items,
      itemCapacity: { index: stats.indexCapacity, limitedBy: stats.limitedBy },
      slots: { total: stats.slots, used: stats.slotsUsed },
      bytes: { memory: stats.memoryBytes, slab: stats.slabBytes, used: stats.usedBytes },
      shards: { total: stats.shards, cleared: stats.shardsCleared },
      hitRatio: hits + misses === 0 ? null : hits / (hits + misses),
      evictions: stats.evictions,
      windowEvictions: stats.windowEvictions,
      expirations: stats.expirations,
      total: this.#sum(SHOWN_COUNTERS),
      refusals: this.#sum(REFUSALS),
      breaker: breakerStatus(region, this.#maxLagMs),
      persistence: persistenceReport(region, this.#policy),
      connections: this.#connections(),
      workers,
    });
  }

  /** Open connections by kind. Deno does not tell how many there are over HTTP. */
  #connections(): Record<string, number | null> {
    const { region } = this.#cache;
    return {
      http: null,
      resp: region.gaugeTotal("respClients"),
      text: region.gaugeTotal("textClients"),
      memcache: region.gaugeTotal("memcacheClients"),
      websocket: region.gaugeTotal("websockets"),
    };
  }

  #sum(rows: readonly { readonly name: Counter }[]): Record<string, number> {
    const { region } = this.#cache;
    return Object.fromEntries(rows.map(({ name }) => [name, region.total(name)]));
  }

  #workers(): Record<string, number | string>[] {
    const { region } = this.#cache;
    const workers: Record<string, number | string>[] = [];
    for (let actor = 1; actor < region.geometry.actorCount; actor++) {
      if (region.gauge(actor, "serving") === 0) continue;
      workers.push({
        worker: actor,
        breaker: breakerState(region, actor),
        ...Object.fromEntries(
          SHOWN_GAUGES.map(({ name, unit }) => [name, region.gauge(actor, name) * unit]),
        ),
        ...Object.fromEntries(
          SHOWN_COUNTERS.map(({ name }) => [name, region.counter(actor, name)]),
        ),
      });
    }
    return workers;
  }
}
