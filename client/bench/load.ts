/**
 * Drives a load. Each connection is a closed loop, or all together keep a rate; latencies then count
 * from the moment when a request was due. Bounded in time and in number. Prints nothing.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { LatencyRecorder } from "./latency.ts";
import type { LoadConnection } from "./load_connection.ts";
import { type Traffic, Verdict } from "./traffic.ts";

/** A timer is set this many milliseconds early, since it may be late. */
const COARSE_MS = 2;

/** The rate of a load, and its limits. */
export interface LoadPlan {
  readonly durationMs: number;
  readonly maxRequests: number;
  /** Requests per second; 0 for as many as the connections can send. */
  readonly rate: number;
  /** How long to wait for the last answers. */
  readonly graceMs: number;
}

/** The results of a load. Each answered request counts once. */
export interface LoadCounts {
  hits: number;
  misses: number;
  stored: number;
  /** Answers with the status of an error, such as 503. */
  errors: number;
  /** Answers that are neither right nor an error. */
  wrong: number;
  /** Connections that ended or went silent. */
  failed: number;
  /** Requests that were due while no connection was free to send them. */
  unsent: number;
}

/** A load that is running. */
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
  /** The first answer that was not right, or "". */
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
  #isStopped = false;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #wakePace: () => void = () => {};
  /** Number of requests in all, if there is a rate. */
  readonly #total: number;

  constructor(plan: LoadPlan, traffic: Traffic, connections: readonly LoadConnection[]) {
    this.#plan = plan;
    this.#traffic = traffic;
    this.#connections = connections;
    const due = Math.max(1, Math.floor(plan.durationMs * plan.rate / 1000));
    this.#total = Math.min(plan.maxRequests, due);
  }

  /** Number of requests that were answered. */
  get answered(): number {
    const { hits, misses, stored, errors, wrong } = this.counts;
    return hits + misses + stored + errors + wrong;
  }

  /** Sends requests until the time is over, all are sent, or no connection is left. */
  async run(): Promise<void> {
    const { durationMs, rate, graceMs } = this.#plan;
    this.#startMs = performance.now();
    this.#endMs = this.#isStopped ? this.#startMs : this.#startMs + durationMs;
    this.#alive = this.#connections.length;
    this.#watchdog = setTimeout(() => this.#closeAll(), durationMs + graceMs);
    try {
      const loops = this.#connections.map((connection, slot) => this.#drive(connection, slot));
      if (rate > 0) loops.push(this.#pace());
      await Promise.all(loops);
    } finally {
      clearTimeout(this.#watchdog);
    }
  }

  /** Sends no more requests; run() ends when those under way are answered. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#endMs = performance.now();
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#closeAll(), this.#plan.graceMs);
    this.#wakePace();
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

  /** Takes the next request that is due, if any. Returns when it was due, or 0. */
  #takeDue(nowMs: number): number {
    const dueMs = this.#startMs + this.#sent * 1000 / this.#plan.rate;
    if (dueMs > nowMs || this.#sent >= this.#total || nowMs >= this.#endMs) return 0;
    this.#sent++;
    return dueMs;
  }

  /** Waits for a request from #pace(). Resolves with when it was due, or 0 when there will be none. */
  #untilDue(): Promise<number> {
    if (this.#isOver) return Promise.resolve(0);
    this.#wakePace();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /**
   * Hands requests to idle connections when they are due. Busy connections take overdue requests
   * themselves. Timers are only exact to a millisecond, so shortly before a request is due this lets
   * pending I/O run and looks at the clock again and again.
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
    // What was due after somebody stopped the load was not to be sent.
    while (this.#sent < this.#total && !this.#isStopped) {
      this.#leaveOut(this.#startMs + this.#sent++ * 1000 / rate);
    }
  }

  /** Waits for `ms`, or until #wakePace(). */
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
