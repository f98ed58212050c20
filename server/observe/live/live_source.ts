// Makes the facts that /stats/live tells once a second: rates of two snapshots, and what holds now. Any worker can make
// them, from the region. Knows no listener, no clock and no protocol.

import process from "node:process";
import { VERSION } from "../../config/version.ts";
import { breakerState } from "../../contract/breaker/gate.ts";
import {
  heldBytesOf,
  MEMORY_STEP_BYTES,
  type ServerCache,
  type ServerRegion,
} from "../../contract/counters.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import type { ServerStatus } from "../../contract/server.ts";
import type { LiveFacts, PersistenceLive, WorkerFacts } from "../facts/live_facts.ts";
import { PROTOCOLS } from "../facts/protocols.ts";
import type { Figures } from "../figures.ts";
import { logFault } from "../log_problem.ts";
import { latencyBetween } from "./group_latency.ts";
import { type Snapshot, takeSnapshot, type WorkerSnapshot } from "./snapshot.ts";

const SECOND_MS = 1000;
const US_PER_MS = 1000;
const HUNDREDTHS = 100;

/** What the facts are made of. */
export interface LiveParts {
  readonly cache: ServerCache;
  readonly figures: Figures;
  readonly status: Pick<ServerStatus, "state">;
  /** Milliseconds since 1970 when the process started. */
  readonly startedMs: number;
}

/** Makes the facts of one worker's listeners. */
export class LiveSource {
  readonly #parts: LiveParts;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** What {@linkcode facts} makes rates of; `atMs` is of a clock that only goes forward. */
  snapshot(atMs: number): Snapshot {
    return takeSnapshot(this.#parts.cache, this.#parts.figures, atMs);
  }

  /** The facts, over the time from `before` to `after`, which is now. */
  facts(before: Snapshot, after: Snapshot): LiveFacts {
    const { cache, status, startedMs } = this.#parts;
    const { region } = cache;
    const perSecond = rates(before, after);
    const { hits, misses, puts, deletes, errors, shed, lockWaits } = perSecond.totals;
    const { memory, window, expirations } = perSecond;
    const { stats } = after;
    const { rss } = process.memoryUsage();
    return {
      atMs: cache.now(),
      version: VERSION,
      state: status.state,
      uptimeSeconds: Math.floor(Math.max(0, cache.now() - startedMs) / SECOND_MS),
      requestsPerSecond: perSecond.requests,
      hitsPerSecond: hits,
      missesPerSecond: misses,
      hitRatio: hits + misses === 0 ? null : rounded(hits / (hits + misses), 1e4),
      latency: latencyBetween(before.latency, after.latency, secondsBetween(before, after)),
      items: stats.items,
      memory: {
        regionBytes: stats.memoryBytes,
        slabBytes: stats.slabBytes,
        usedBytes: stats.usedBytes,
        heldBytes: heldBytesOf(region),
        rssBytes: rss,
      },
      putsPerSecond: puts,
      deletesPerSecond: deletes,
      evictionsPerSecond: { memory, window },
      expirationsPerSecond: expirations,
      lockWaitsPerSecond: lockWaits,
      lockWaitMsPerSecond: rounded(perSecond.totals.lockWaitUs / US_PER_MS, 100),
      errorsPerSecond: rounded(errors + perSecond.failed, 10),
      shedsPerSecond: shed,
      connections: connectionsOf(region),
      cpu: {
        usedCores: region.gauge(0, "usedCores") / HUNDREDTHS,
        idleCores: region.gauge(0, "idleCores") / HUNDREDTHS,
      },
      workers: after.workers.map((worker) => this.#worker(worker, before, after)),
      persistence: this.#persistence(),
    };
  }

  #worker(now: WorkerSnapshot, before: Snapshot, after: Snapshot): WorkerFacts {
    const { cache: { region } } = this.#parts;
    const { worker, requests, cpuHundredths } = now;
    const then = before.workers.find((one) => one.worker === worker) ?? now;
    const perSecond = rateOver(before, after);
    const clients = [
      "respClients",
      "textClients",
      "memcacheClients",
      "websockets",
      "eventClients",
    ] as const;
    return {
      worker,
      requestsPerSecond: perSecond(then.requests, requests),
      // A new thread under an old number begins at 0.
      cpuCores: rounded(
        perSecond(Math.min(then.cpuHundredths, cpuHundredths), cpuHundredths) / HUNDREDTHS,
        100,
      ),
      lagMs: region.gauge(worker, "lagMs"),
      heapBytes: region.gauge(worker, "heapBytes") * MEMORY_STEP_BYTES,
      clients: clients.reduce((sum, name) => sum + region.gauge(worker, name), 0),
      breaker: breakerState(region, worker),
    };
  }

  #persistence(): PersistenceLive | null {
    const { region, now } = this.#parts.cache;
    if (region.log === null) return null;
    const status = new PersistenceStatus(region);
    const lastSave = status.get("lastSave");
    return {
      logBytes: status.get("logBytes"),
      unsyncedBytes: Math.max(0, status.get("logPosition") - status.get("durablePosition")),
      lagMs: rounded(status.get("lagUs") / US_PER_MS, 10),
      snapshotAgeSeconds: lastSave === 0
        ? null
        : Math.max(0, Math.floor(now() / SECOND_MS) - lastSave),
      failures: status.get("faults") + status.get("snapshotFailures"),
      problem: logFault(region),
    };
  }
}

/** Open connections by kind. Deno does not tell how many there are over HTTP. */
function connectionsOf(region: ServerRegion): Record<string, number | null> {
  return {
    http: null,
    resp: region.gaugeTotal("respClients"),
    text: region.gaugeTotal("textClients"),
    memcache: region.gaugeTotal("memcacheClients"),
    websocket: region.gaugeTotal("websockets"),
    events: region.gaugeTotal("eventClients"),
    live: region.gaugeTotal("liveClients"),
  };
}

function secondsBetween(before: Snapshot, after: Snapshot): number {
  return Math.max(1, after.atMs - before.atMs) / SECOND_MS;
}

/** Gives what turns two values of a counter into how much it has grown a second; counters are whole numbers. */
function rateOver(before: Snapshot, after: Snapshot): (from: number, to: number) => number {
  const seconds = secondsBetween(before, after);
  return (from, to) => rounded(Math.max(0, to - from) / seconds, 10);
}

interface SnapshotRates {
  readonly totals: Snapshot["totals"];
  readonly requests: LiveFacts["requestsPerSecond"];
  readonly failed: number;
  readonly memory: number;
  readonly window: number;
  readonly expirations: number;
}

function rates(before: Snapshot, after: Snapshot): SnapshotRates {
  const perSecond = rateOver(before, after);
  const names = Object.keys(after.totals) as (keyof Snapshot["totals"])[];
  const totals = names.map((name) => [name, perSecond(before.totals[name], after.totals[name])]);
  const { stats: from } = before;
  const { stats: to } = after;
  const requests = PROTOCOLS.map((name) =>
    [name, perSecond(before.requests[name], after.requests[name])] as const
  );
  return {
    totals: Object.fromEntries(totals) as Snapshot["totals"],
    requests: Object.fromEntries(requests) as SnapshotRates["requests"],
    failed: perSecond(before.failed, after.failed),
    memory: perSecond(from.evictions - from.windowEvictions, to.evictions - to.windowEvictions),
    window: perSecond(from.windowEvictions, to.windowEvictions),
    expirations: perSecond(from.expirations, to.expirations),
  };
}

/** A number with few digits: events are sent every second to everybody. */
function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
