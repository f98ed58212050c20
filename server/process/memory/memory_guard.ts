// Decides when the process holds more memory than it was given, and what is to be done about it: to
// collect garbage first, and where that and half a second have not helped to cut all HTTP connections.
// A pure rule over figures that others read; it does nothing itself.

import { MIB } from "../../config/units.ts";

/** What else the process may hold without anybody's fault: garbage, free memory between used one. */
const MARGIN_BYTES = 64 * MIB;
/** The same for each worker. */
const WORKER_MARGIN_BYTES = 16 * MIB;
/** What a worker takes that started after the idle process was measured. */
const WORKER_BYTES = 32 * MIB;
/** What Deno holds for an open connection, measured with 10,000 of them, rounded up. */
const CONNECTION_BYTES = 16 * 1024;
/** What is so much beyond the limit is not waited for. */
const SURGE_BYTES = 32 * MIB;
/** How long clients may take to let go of what is less beyond it. */
const GRACE_MS = 500;
/** The shortest time between two collections that helped. */
const COLLECT_GAP_MS = 1000;
/** The shortest time until connections are cut again where that did not help. */
const VAIN_GAP_MS = 5000;
/** Where nothing helps, that is said so often. */
const SAY_GAP_MS = 60_000;

/** What a process was given; all of it can only go up. */
export interface MemoryGrant {
  /** The whole process at its start, before clients came, and with how many workers. */
  readonly idleBytes: number;
  readonly idleWorkers: number;
  readonly workers: number;
  /** Of the region: what was ever used of it. */
  readonly regionBytes: number;
  /** What clients may make it hold: `--body-memory`. */
  readonly bodyBytes: number;
  /** Most connections that were ever open. */
  readonly connections: number;
}

/** The most that a process of this grant may hold once garbage is collected, in bytes. */
export function memoryLimit(grant: MemoryGrant): number {
  const { idleBytes, idleWorkers, workers, regionBytes, bodyBytes, connections } = grant;
  return idleBytes + (workers - idleWorkers) * WORKER_BYTES + regionBytes + bodyBytes +
    MARGIN_BYTES + workers * WORKER_MARGIN_BYTES + connections * CONNECTION_BYTES;
}

/** What is to be done. */
export type GuardStep =
  /** Nothing. */
  | "none"
  /** To collect all garbage, look again, and call `collected()`. */
  | "collect"
  /** To cut all HTTP connections, collect, look again, and call `cut()`. */
  | "cut"
  /** To say that nothing has helped. */
  | "say";

/** Watches the memory of one process. Times are of one clock, in milliseconds. */
export class MemoryGuard {
  /** Since when the process is beyond its limit with its garbage collected; Infinity: it is not. */
  #overMs = Infinity;
  #collectMs = -Infinity;
  /** What stayed after a cut that did not help; 0 where it did. */
  #stuckBytes = 0;
  #cutMs = -Infinity;
  #saidMs = -Infinity;

  /** Called some times a second with what the process holds, and what it may. */
  look(nowMs: number, heldBytes: number, limitBytes: number): GuardStep {
    if (heldBytes <= limitBytes) {
      this.#overMs = Infinity;
      this.#stuckBytes = 0;
      return "none";
    }
    const isSurge = heldBytes > limitBytes + SURGE_BYTES;
    if (this.#overMs < Infinity) {
      return isSurge || nowMs >= this.#overMs + GRACE_MS ? "collect" : "none";
    }
    if (this.#stuckBytes > 0) return this.#lookStuck(nowMs, heldBytes);
    return isSurge || nowMs >= this.#collectMs + COLLECT_GAP_MS ? "collect" : "none";
  }

  /** While more is held than should be, though a cut has freed nothing: only growth counts. */
  #lookStuck(nowMs: number, heldBytes: number): GuardStep {
    const hasGrown = heldBytes > this.#stuckBytes + MARGIN_BYTES;
    if (hasGrown && nowMs >= this.#cutMs + VAIN_GAP_MS) return "collect";
    return this.#say(nowMs);
  }

  #say(nowMs: number): GuardStep {
    if (nowMs < this.#saidMs + SAY_GAP_MS) return "none";
    this.#saidMs = nowMs;
    return "say";
  }

  /** Garbage was collected, and the process holds this now. */
  collected(nowMs: number, heldBytes: number, limitBytes: number): GuardStep {
    this.#collectMs = nowMs;
    if (heldBytes <= Math.max(limitBytes, this.#stuckBytes)) {
      this.#overMs = Infinity;
      return "none";
    }
    if (heldBytes > limitBytes + SURGE_BYTES || nowMs >= this.#overMs + GRACE_MS) return "cut";
    this.#overMs = Math.min(this.#overMs, nowMs);
    return "none";
  }

  /** Connections were cut and garbage collected, and the process holds this now. */
  cut(nowMs: number, heldBytes: number, limitBytes: number): GuardStep {
    this.#overMs = Infinity;
    this.#cutMs = this.#collectMs = nowMs;
    this.#stuckBytes = heldBytes > limitBytes ? heldBytes : 0;
    return this.#stuckBytes > 0 ? this.#say(nowMs) : "none";
  }
}
