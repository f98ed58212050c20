/**
 * The benchmark's own load generator: keep-alive connections over Deno.connect, each a closed loop, or all
 * together paced at a rate, with every latency then measured from the moment its request was due (so that a
 * server that stalls can't hide it). It checks the answers. Bounded in time; runs as a process of its own
 * (`load.ts '{…job…}'` prints the result as JSON) or within the caller's.
 */

import { setImmediate } from "node:timers";
import { HttpConnection } from "./connection.ts";
import { Histogram } from "./histogram.ts";
import { createTraffic, type Traffic, type TrafficSpec } from "./traffic.ts";

/** One load; numbers and strings alone, so that it travels as JSON. */
export interface LoadJob extends TrafficSpec {
  readonly connections: number;
  /** For how long requests are sent. */
  readonly seconds: number;
  /** Requests per second, or 0 for as many as the connections can. */
  readonly rate: number;
}

/** What a load found. */
export interface LoadResult {
  readonly requests: number;
  readonly reads: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers that weren't the right bytes under status 200, and connections that failed. */
  readonly wrong: number;
  /** The first of them, for people, or empty. */
  readonly firstWrong: string;
}

/** How long after its end a load waits for the last answers. */
const GRACE_MS = 5_000;

/** Runs a load in this process. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const load = new Load(job, createTraffic(job, job.connections));
  return await load.run();
}

class Load {
  readonly #job: LoadJob;
  readonly #traffic: Traffic;
  readonly #latencies = new Histogram();
  #connections: HttpConnection[] = [];
  #startMs = 0;
  #endMs = 0;
  #lastMs = 0;
  #requests = 0;
  #isOver = false;
  readonly #idle: ((dueMs: number) => void)[] = [];
  #wrong = 0;
  #firstWrong = "";

  constructor(job: LoadJob, traffic: Traffic) {
    this.#job = job;
    this.#traffic = traffic;
  }

  async run(): Promise<LoadResult> {
    const { connections, port, seconds } = this.#job;
    this.#connections = await Promise.all(
      Array.from({ length: connections }, () => HttpConnection.open(port)),
    );
    this.#startMs = performance.now();
    this.#endMs = this.#startMs + seconds * 1000;
    const watchdog = setTimeout(() => this.#closeAll(), seconds * 1000 + GRACE_MS);
    try {
      const loops = this.#connections.map((connection, slot) => this.#drive(connection, slot));
      if (this.#job.rate > 0) loops.push(this.#pace());
      await Promise.all(loops);
    } finally {
      clearTimeout(watchdog);
      this.#closeAll();
    }
    return this.#result();
  }

  async #drive(connection: HttpConnection, slot: number): Promise<void> {
    try {
      if (this.#job.rate > 0) await this.#pacedLoop(connection, slot);
      else await this.#closedLoop(connection, slot);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  async #closedLoop(connection: HttpConnection, slot: number): Promise<void> {
    let beganMs = performance.now();
    while (beganMs < this.#endMs) {
      await connection.exchange(this.#traffic.next(slot));
      beganMs = this.#answered(connection, slot, beganMs);
    }
  }

  async #pacedLoop(connection: HttpConnection, slot: number): Promise<void> {
    while (!this.#isOver) {
      const dueMs = await new Promise<number>((resolve) => this.#idle.push(resolve));
      if (dueMs < 0) return;
      await connection.exchange(this.#traffic.next(slot));
      this.#answered(connection, slot, dueMs);
    }
  }

  /**
   * Hands each request to an idle connection when it is due, or as soon after as one is idle. Timers are a
   * millisecond coarse: between two looks at the clock only pending I/O runs.
   */
  async #pace(): Promise<void> {
    const gapMs = 1000 / this.#job.rate;
    const count = Math.floor(this.#job.seconds * this.#job.rate);
    let ticket = 0;
    while (ticket < count && performance.now() < this.#endMs + GRACE_MS) {
      const nowMs = performance.now();
      while (ticket < count && this.#idle.length > 0) {
        const dueMs = this.#startMs + ticket * gapMs;
        if (dueMs > nowMs) break;
        ticket++;
        this.#idle.shift()!(dueMs);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isOver = true;
    for (const resolve of this.#idle) resolve(-1);
  }

  #answered(connection: HttpConnection, slot: number, beganMs: number): number {
    const nowMs = performance.now();
    this.#latencies.record(nowMs - beganMs);
    this.#requests++;
    this.#lastMs = nowMs;
    if (!this.#traffic.check(slot, connection)) {
      this.#fail(`status ${connection.status}, body ${connection.body().slice(0, 300)}`);
    }
    return nowMs;
  }

  #fail(message: string): void {
    this.#wrong++;
    this.#firstWrong ||= message;
  }

  #closeAll(): void {
    for (const connection of this.#connections) connection.close();
  }

  #result(): LoadResult {
    const seconds = Math.max(1e-6, (this.#lastMs - this.#startMs) / 1000);
    return {
      requests: this.#requests,
      reads: this.#traffic.reads,
      seconds,
      perSecond: this.#requests / seconds,
      meanMs: this.#latencies.meanMs,
      p50Ms: this.#latencies.percentileMs(0.5),
      p95Ms: this.#latencies.percentileMs(0.95),
      p99Ms: this.#latencies.percentileMs(0.99),
      maxMs: this.#latencies.maxMs,
      wrong: this.#wrong,
      firstWrong: this.#firstWrong,
    };
  }
}

if (import.meta.main) console.log(JSON.stringify(await runLoad(JSON.parse(Deno.args[0]!))));
