// The main thread's work while workers serve: watches them, repairs shards, sweeps expired items,
// adds workers under load, and ends everything in order. It answers no client itself.

import { RegionState } from "../../cache/mod.ts";
import { heldBytesOf, type ServerCache, type ServerRegion } from "../contract/counters.ts";
import { COMMANDS } from "../commands/table.ts";
import { CURVE_TICK_MS, CurveKeeper } from "../observe/curve/curve_keeper.ts";
import { Autoscaler } from "./autoscale.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../contract/error_text.ts";
import type { CpuMeter } from "./meters.ts";
import type { HeapReturn } from "./memory/heap_return.ts";
import type { MemoryWatch } from "./memory/memory_watch.ts";
import { LagWatch, LOOK_MS } from "./breaker/lag_watch.ts";
import { noteInMain } from "./news/latency_news.ts";
import { takeSwept } from "./news/key_event_news.ts";
import { Liveness, SILENCE_MAX_MS } from "./liveness.ts";
import type { Log } from "./log/log.ts";
import { Figures } from "../observe/figures.ts";
import { HistoryRecorder } from "../observe/history/recorder.ts";
import { HistoryRing } from "../observe/history/history_ring.ts";
import { LiveSource } from "../observe/live/live_source.ts";
import type { Persistence } from "../disk/persistence.ts";
import { CpuGauges, noteThread, Rates } from "./meters.ts";
import type { WorkerPool } from "./worker_pool.ts";

const WATCH_MS = 250;
const MEMORY_MS = 50;
const SWEEP_MS = 25;
const SWEEP_BUDGET_MS = 1;
const SWEEP_BUCKETS = 256;
const SPREAD_MS = 1000;

/** The parts that a supervisor works with. */
export interface SupervisorOptions {
  readonly cache: ServerCache;
  readonly config: Config;
  readonly pool: WorkerPool;
  readonly log: Log;
  readonly meter: CpuMeter;
  /** Hands back what the C library keeps; undefined where it cannot be asked. */
  readonly libc: HeapReturn | undefined;
  /** Sees to it that the process does not outgrow what it was given; undefined where it cannot be seen. */
  readonly memory: MemoryWatch | undefined;
  /** Most workers with `--workers auto`. */
  readonly maxWorkers: number;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** Exit code when the process can no longer serve. */
export const EXIT_BROKEN = 70;

/** Runs the main thread. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #autoscaler: Autoscaler;
  readonly #rates: Rates;
  readonly #cpu: CpuGauges;
  readonly #history: HistoryRecorder;
  readonly #liveness: Liveness;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #lastRequests = new Map<number, number>();
  /** Whether all data are there. */
  #isOpen = false;
  /** Keeps log and snapshots; null without a data dir. */
  #persistence: Persistence | null = null;
  #sweptShard = 0;
  #isTelling = false;
  #draining = false;
  #adding = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#rates = new Rates(options.cache);
    this.#cpu = new CpuGauges(options.cache.region, navigator.hardwareConcurrency);
    this.#history = historyOf(options.cache);
    this.#autoscaler = new Autoscaler(options.maxWorkers);
    this.#liveness = new Liveness(options.cache.region, performance.now());
  }

  /** Starts watching. The workers are already listening; data may still be loaded. */
  start(): void {
    const { region } = this.#options.cache;
    Liveness.beat(region, 0);
    Atomics.store(region.words, region.gaugeWord(0, "serving"), 1);
    this.#timers.push(setInterval(() => this.#watch(), WATCH_MS));
    this.#timers.push(setInterval(() => this.#sweep(), SWEEP_MS));
    if (this.#options.config.metrics === "on") this.#learnCurve();
    const { memory } = this.#options;
    const { maxLagMs } = this.#options.config;
    if (maxLagMs > 0) this.#watchLag(maxLagMs);
    if (memory !== undefined) this.#timers.push(setInterval(() => memory.look(), MEMORY_MS));
  }

  /** All data are there, and what changes is kept by `persistence`, if it is kept: the server is ready. */
  open(persistence: Persistence | null): void {
    this.#persistence = persistence;
    this.#isOpen = true;
    this.#options.cache.region.state = RegionState.ready;
  }

  #learnCurve(): void {
    const curve = new CurveKeeper(this.#options.cache);
    this.#timers.push(setInterval(() => curve.tick(), CURVE_TICK_MS));
  }

  #watchLag(maxLagMs: number): void {
    const lag = new LagWatch(this.#options.cache.region, maxLagMs, this.#options.log);
    this.#timers.push(setInterval(() => lag.look(performance.now()), LOOK_MS));
  }

  #watch(): void {
    const { cache, pool, log } = this.#options;
    Liveness.beat(cache.region, 0);
    pool.tick();
    noteThread(cache.region, 0);
    this.#rates.look(performance.now());
    this.#cpu.look(performance.now());
    this.#history.look(performance.now());
    const cleared = cache.repair();
    if (cleared > 0) log.warn("repair", `${cleared} broken shards were cleared`, { cleared });
    this.#liveness.look(performance.now());
    const { actor, silentMs } = this.#liveness.mostSilent();
    if (silentMs > SILENCE_MAX_MS && !this.#draining) {
      log.error("hang", `${hangText(cache.region, actor, silentMs)}, giving up`, { worker: actor });
      this.giveUp();
    }
    if (this.#options.config.workers === "auto" && this.#isOpen) this.#scale();
    this.#options.libc?.tick(performance.now(), 0, heldBytesOf(cache.region));
    this.#persistence?.tick();
  }

  /** Ends the process, which can no longer serve; but what was answered is to be on the disk. */
  giveUp(): void {
    this.#draining = true;
    const { exit } = this.#options;
    if (this.#persistence === null) exit(EXIT_BROKEN);
    else void this.#persistence.rescue().finally(() => exit(EXIT_BROKEN));
  }

  #scale(): void {
    const { cache: { region }, pool, meter } = this.#options;
    const requests = pool.actors.map((actor) => {
      const total = region.counter(actor, "requests");
      const last = this.#lastRequests.get(actor) ?? 0;
      this.#lastRequests.set(actor, total);
      return total - last;
    });
    const wanted = this.#autoscaler.observe({ ...meter.read(), requests });
    if (wanted && !this.#adding && !this.#draining) this.#addWorker();
  }

  async #addWorker(): Promise<void> {
    const { pool, log } = this.#options;
    this.#adding = true;
    try {
      await pool.add();
      pool.spread(SPREAD_MS);
      log.info("workers", `added a worker, now ${pool.size}`, { workers: pool.size });
    } catch (error) {
      log.warn("workers-failed", `could not add a worker: ${messageOf(error)}`);
    }
    this.#adding = false;
  }

  /** Removes expired items, for a millisecond at most. */
  #sweep(): void {
    // Before, what has expired may be given more time by what is still to come. And who is to tell of it comes first.
    if (!this.#isOpen || this.#isTelling) return;
    const { cache, pool } = this.#options;
    const fromMs = performance.now();
    const endMs = fromMs + SWEEP_BUDGET_MS;
    for (let visited = 0; visited < cache.shards.length && performance.now() < endMs;) {
      if (!this.#sweepStep(this.#sweptShard)) continue;
      this.#sweptShard = (this.#sweptShard + 1) % cache.shards.length;
      visited++;
    }
    noteInMain(pool, "expire-cycle", performance.now() - fromMs);
    if (cache.region.duties !== 0) void this.#tell();
  }

  /** Has a worker tell of the keys that were removed. */
  async #tell(): Promise<void> {
    const { cache, pool } = this.#options;
    this.#isTelling = true;
    await pool.askOne({ what: "sweptKeys", events: takeSwept(cache.region) });
    this.#isTelling = false;
  }

  /** One step in one shard. Returns whether to go on with the next. */
  #sweepStep(shard: number): boolean {
    const { cache, log } = this.#options;
    try {
      return cache.sweep(shard, SWEEP_BUCKETS);
    } catch (error) {
      log.error("bug", `the sweep of shard ${shard} failed: ${messageOf(error)}`, { shard });
      cache.repair();
      return true;
    }
  }

  /**
   * At the first signal stops listening, lets work end, brings what was changed to the disk, with a snapshot
   * if `saves`, and exits with 0. At the second exits at once.
   */
  async stop(signal: string, saves = true): Promise<void> {
    const { cache, pool, log, exit, config } = this.#options;
    if (this.#draining) return exit(130);
    this.#draining = true;
    cache.region.state = RegionState.draining;
    log.info("drain", `${signal}: finishing work in progress`, { signal });
    this.#persistence?.hurry();
    const complete = await pool.drain(config.drainTimeoutMs);
    for (const timer of this.#timers) clearInterval(timer);
    if (!complete) log.warn("drain-cut", "some requests were cut off after the drain timeout");
    if (!await this.#save(saves)) return exit(EXIT_BROKEN);
    log.info("stop", "stopped", { complete });
    exit(0);
  }

  /** Brings all to the disk. Returns false where that could not be done. */
  async #save(saves: boolean): Promise<boolean> {
    if (this.#persistence === null || await this.#persistence.stop(saves)) return true;
    this.#options.log.error(
      "stop-unsaved",
      "stopped, and what was changed last could not be written to --data-dir",
    );
    return false;
  }
}

/** What writes down how the server does. A point of it says nothing of the server's state. */
function historyOf(cache: ServerCache): HistoryRecorder {
  const status = { state: "ready" } as const;
  const source = new LiveSource({
    cache,
    figures: new Figures(cache, COMMANDS),
    status,
    startedMs: 0,
  });
  return new HistoryRecorder(new HistoryRing(cache.region), source);
}

/** Says which thread hangs, for how long, and which command it was running, if that is known. */
export function hangText(region: ServerRegion, actor: number, silentMs: number): string {
  const command = COMMANDS[region.gauge(actor, "command") - 1];
  const atWork = command === undefined ? "" : ` while it ran ${command.name}`;
  return `worker ${actor} has not moved for ${Math.floor(silentMs / 1000)} s${atWork}`;
}
