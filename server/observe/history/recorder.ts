// Writes down every few seconds how the server does, in main: a point of the history is what /stats/live tells, over the time
// since the point before. Knows no clock and no listener.

import process from "node:process";
import type { LiveSource } from "../live/live_source.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { HISTORY_SERIES } from "../facts/history_facts.ts";
import { historyPoint } from "../facts/history_point.ts";
import { HISTORY_STEP_SECONDS } from "./history_layout.ts";
import type { HistoryRing } from "./history_ring.ts";

const SECOND_MS = 1000;
const US_PER_MS = 1000;
/** Looks come a few times a second, and a point must not slip by one each time. */
const SLACK_MS = 125;

/** Records the history. */
export class HistoryRecorder {
  readonly #ring: HistoryRing;
  readonly #source: LiveSource;
  #before: Snapshot | null = null;
  #cpuMs = 0;
  /** When the next point is due. */
  #dueMs = 0;

  constructor(ring: HistoryRing, source: LiveSource) {
    this.#ring = ring;
    this.#source = source;
  }

  /** Adds a point where it is time for one; called a few times a second. `nowMs` only goes up. */
  look(nowMs: number): void {
    if (this.#before !== null && nowMs < this.#dueMs - SLACK_MS) return;
    const after = this.#source.snapshot(nowMs);
    const cpuMs = processMs();
    if (this.#before === null) this.#dueMs = nowMs;
    else {
      const facts = this.#source.facts(this.#before, after);
      const usedCores = (cpuMs - this.#cpuMs) / Math.max(1, nowMs - this.#before.atMs);
      const point = { ...historyPoint(facts), usedCores };
      this.#ring.append(
        Math.floor(facts.atMs / SECOND_MS),
        HISTORY_SERIES.map((name) => point[name]),
      );
    }
    this.#before = after;
    this.#cpuMs = cpuMs;
    // After a pause, such as that of a laptop, it goes on from now.
    const stepMs = HISTORY_STEP_SECONDS * SECOND_MS;
    this.#dueMs = nowMs - this.#dueMs > stepMs ? nowMs + stepMs : this.#dueMs + stepMs;
  }
}

/** CPU time of the process. */
function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / US_PER_MS;
}
