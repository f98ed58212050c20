/**
 * Drives a load: each connection a closed loop, or all together paced at a rate, with latencies then
 * counted from the moment a request was due. Bounded in time and in number. Prints nothing.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { LatencyRecorder } from "./latency.ts";
import type { LoadConnection } from "./load_connection.ts";
import { type Traffic, Verdict } from "./traffic.ts";

/** How early a timer may have to be set to be on time. */
const COARSE_MS = 2;

/** What drives a load and ends it. */
export interface LoadPlan {
  readonly durationMs: number;
  readonly maxRequests: number;
  /** Requests per second; 0 for as many as the connections can. */
  readonly rate: number;
  /** How long the last answers are waited for. */
  readonly graceMs: number;
}

/** What a load found; each request that was answered counts once. */
export interface LoadCounts {
  hits: number;
  misses: number;
  stored: number;
  /** Answers with a status that says so, such as 503. */
  errors: number;
  /** Answers that are neither right nor an error. */
  wrong: number;
  /** Connections that ended or went silent. */
  failed: number;
  /** Requests that were due, and that no connection was free to send. */
  unsent: number;
}

/** A load under way. */
export class Load {
  readonly counts: LoadCounts = {
    hits: 0,
    misses: 0,
    stored: 0,
    errors: 0,
    wrong: 0,
    failed: 0,
    unsent: 0,
  };
  readonly latencies = new LatencyRecorder();
  /** The first answer that was no right one, or empty. */
  firstProblem = "";
  /** From the first request to the last answer. */
  elapsedMs = 0;
  readonly #plan: LoadPlan;
  readonly #traffic: Traffic;
  readonly #connections: readonly LoadConnection[];
  readonly #idle: ((dueMs: number) => void)[] = [];
  #sent = 0;
  #startMs = 0;
  #endMs = 0;
  #alive = 0;
  #isOver = false;
  #wakePace: () => void = () => {};
  /** How many requests are due in all, when there is a rate. */
  readonly #total: number;

  constructor(plan: LoadPlan, traffic: Traffic, connections: readonly LoadConnection[]) {
    this.#plan = plan;
    this.#traffic = traffic;
    this.#connections = connections;
    const due = Math.max(1, Math.floor(plan.durationMs * plan.rate / 1000));
    this.#total = Math.min(plan.maxRequests, due);
  }

  /** How many requests were answered. */
  get answered(): number {
    const { hits, misses, stored, errors, wrong } = this.counts;
    return hits + misses + stored + errors + wrong;
  }

  /** Sends requests until the time is over, or all are sent, or no connection is left. */
  async run(): Promise<void> {
    const { durationMs, rate, graceMs } = this.#plan;
    this.#startMs = performance.now();
    this.#endMs = this.#startMs + durationMs;
    this.#alive = this.#connections.length;
    const watchdog = setTimeout(() => this.#closeAll(), durationMs + graceMs);
    try {
      const loops = this.#connections.map((connection, slot) => this.#drive(connection, slot));
      if (rate > 0) loops.push(this.#pace());
      await Promise.all(loops);
    } finally {
      clearTimeout(watchdog);
    }
  }

  async #drive(connection: LoadConnection, slot: number): Promise<void> {
    try {
      if (this.#plan.rate > 0) await this.#pacedLoop(connection, slot);
      else await this.#closedLoop(connection, slot);
    } catch (error) {
      this.counts.failed++;
      this.firstProblem ||= error instanceof Error ? error.message : String(error);
    }
    this.#alive--;
    this.#wakePace();
  }

  async #closedLoop(connection: LoadConnection, slot: number): Promise<void> {
    let beganMs = performance.now();
    while (beganMs < this.#endMs && this.#sent < this.#plan.maxRequests) {
      this.#sent++;
      await connection.exchange(this.#traffic.next(slot));
      const nowMs = performance.now();
      this.latencies.record(nowMs - beganMs);
      this.#count(connection, slot, nowMs);
      beganMs = nowMs;
    }
  }

  async #pacedLoop(connection: LoadConnection, slot: number): Promise<void> {
    for (;;) {
      let dueMs = this.#takeDue(performance.now());
      if (dueMs === 0) dueMs = await this.#untilDue();
      if (dueMs === 0) return;
      const sentMs = performance.now();
      await connection.exchange(this.#traffic.next(slot));
      const nowMs = performance.now();
      this.latencies.recordPaced(nowMs - sentMs, nowMs - dueMs);
      this.#count(connection, slot, nowMs);
    }
  }

  /** Takes the next request that is due, if one is; returns when it was due, or 0. */
  #takeDue(nowMs: number): number {
    const dueMs = this.#startMs + this.#sent * 1000 / this.#plan.rate;
    if (dueMs > nowMs || this.#sent >= this.#total || nowMs >= this.#endMs) return 0;
    this.#sent++;
    return dueMs;
  }

  /** Waits idly for a request from #pace(); 0 when there will be none. */
  #untilDue(): Promise<number> {
    if (this.#isOver) return Promise.resolve(0);
    this.#wakePace();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /**
   * Hands requests to idle connections when they are due; busy ones take what is overdue themselves.
   * Timers are a millisecond coarse: close to the moment only pending I/O runs between two looks at
   * the clock.
   */
  async #pace(): Promise<void> {
    const { rate } = this.#plan;
    for (;;) {
      const nowMs = performance.now();
      if (nowMs >= this.#endMs || this.#sent >= this.#total || this.#alive === 0) break;
      while (this.#idle.length > 0) {
        const dueMs = this.#takeDue(nowMs);
        if (dueMs === 0) break;
        this.#idle.shift()!(dueMs);
      }
      const waitMs = this.#startMs + this.#sent * 1000 / rate - nowMs;
      if (this.#idle.length === 0) await this.#sleep(this.#endMs - nowMs);
      else if (waitMs > COARSE_MS) await this.#sleep(waitMs - COARSE_MS);
      else await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isOver = true;
    for (const resolve of this.#idle) resolve(0);
    while (this.#sent < this.#total) this.#leaveOut(this.#startMs + this.#sent++ * 1000 / rate);
  }

  /** Waits that long, or until #wakePace(). */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wakePace(), ms);
      this.#wakePace = () => {
        clearTimeout(timer);
        this.#wakePace = () => {};
        resolve();
      };
    });
  }

  #leaveOut(dueMs: number): void {
    this.counts.unsent++;
    this.latencies.recordUnsent(this.#endMs - dueMs);
  }

  #count(connection: LoadConnection, slot: number, nowMs: number): void {
    this.elapsedMs = nowMs - this.#startMs;
    const verdict = this.#traffic.check(slot, connection);
    if (verdict === Verdict.hit) this.counts.hits++;
    else if (verdict === Verdict.stored) this.counts.stored++;
    else if (verdict === Verdict.miss) this.counts.misses++;
    else {
      if (verdict === Verdict.error) this.counts.errors++;
      else this.counts.wrong++;
      this.firstProblem ||= `status ${connection.status}, body ${connection.bodyText()}`;
    }
  }

  #closeAll(): void {
    for (const connection of this.#connections) connection.close();
  }
}
