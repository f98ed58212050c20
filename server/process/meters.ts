// What is measured over time: the CPU time of the process and the machine since the last look, and for
// INFO requests and bytes a second, the most memory in use, the CPU time of threads. What INFO tells is a
// gauge in the region, so that any worker can tell it. A machine that does not show its counters counts as
// fully busy.

import os from "node:os";
import process from "node:process";
import { readStats } from "../../cache/mod.ts";
import {
  type Counter,
  type Gauge,
  MEMORY_STEP_BYTES,
  type ServerCache,
  type ServerRegion,
} from "../contract/counters.ts";
import { heapBytes } from "./memory/heap_return.ts";

/** CPU use over one interval, in cores. */
export interface CpuUse {
  readonly usedCores: number;
  readonly idleCores: number;
}

interface Reading {
  readonly atMs: number;
  readonly processMs: number;
  readonly idleMs: number;
  readonly allMs: number;
}

/** Measures between calls of {@linkcode CpuMeter.read}. */
export class CpuMeter {
  readonly #cores: number;
  #last: Reading;

  /** `cores`: how many the process may use, quota included. */
  constructor(cores: number) {
    this.#cores = cores;
    this.#last = take();
  }

  /** CPU use since the last call, or since the meter was made. */
  read(): CpuUse {
    const now = take();
    const last = this.#last;
    this.#last = now;
    const elapsedMs = Math.max(1, now.atMs - last.atMs);
    const usedCores = (now.processMs - last.processMs) / elapsedMs;
    const allMs = now.allMs - last.allMs;
    const idleShare = allMs > 0 ? (now.idleMs - last.idleMs) / allMs : 0;
    const machineIdle = idleShare * os.cpus().length;
    return { usedCores, idleCores: Math.max(0, Math.min(machineIdle, this.#cores - usedCores)) };
  }
}

function take(): Reading {
  const { user, system } = process.cpuUsage();
  let idleMs = 0;
  let allMs = 0;
  for (const { times } of os.cpus()) {
    idleMs += times.idle;
    allMs += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { atMs: performance.now(), processMs: (user + system) / 1000, idleMs, allMs };
}

/** Rates are means over the time of so many looks, about two seconds. */
const LOOKS = 8;
const MAX_GAUGE = 2 ** 32 - 1;
const SECOND_MS = 1000;
const HUNDREDTH_US = 10_000;
const HUNDREDTHS = 100;
/** Time between two looks at the CPU use, less a part of the tick. */
const CPU_MS = 900;

/** The gauge of each counter's rate. */
const RATES: readonly (readonly [Counter, Gauge])[] = [
  ["requests", "requestsPerSecond"],
  ["inputBytes", "inputPerSecond"],
  ["outputBytes", "outputPerSecond"],
];

interface Look {
  readonly atMs: number;
  readonly totals: readonly number[];
}

/** Measures in main. */
export class Rates {
  readonly #cache: ServerCache;
  readonly #looks: Look[] = [];

  constructor(cache: ServerCache) {
    this.#cache = cache;
  }

  /** Looks at all counters; called a few times a second. `nowMs` only goes up. */
  look(nowMs: number): void {
    const { region } = this.#cache;
    const totals = RATES.map(([counter]) => region.total(counter));
    this.#looks.push({ atMs: nowMs, totals });
    if (this.#looks.length > LOOKS + 1) this.#looks.shift();
    const first = this.#looks[0]!;
    const seconds = Math.max(1, nowMs - first.atMs) / SECOND_MS;
    for (const [i, [, gauge]] of RATES.entries()) {
      setGauge(region, 0, gauge, (totals[i]! - first.totals[i]!) / seconds);
    }
    const usedSteps = Math.ceil(readStats(this.#cache).usedBytes / MEMORY_STEP_BYTES);
    setGauge(region, 0, "peakBytes", Math.max(region.gauge(0, "peakBytes"), usedSteps));
  }
}

/** Measures the CPU use of each second in main, for all threads to tell. */
export class CpuGauges {
  readonly #region: ServerRegion;
  readonly #meter: CpuMeter;
  #lookedMs: number;

  constructor(region: ServerRegion, cores: number) {
    this.#region = region;
    this.#meter = new CpuMeter(cores);
    this.#lookedMs = performance.now();
  }

  /** Called a few times a second. */
  look(nowMs: number): void {
    if (nowMs - this.#lookedMs < CPU_MS) return;
    this.#lookedMs = nowMs;
    const { usedCores, idleCores } = this.#meter.read();
    setGauge(this.#region, 0, "usedCores", usedCores * HUNDREDTHS);
    setGauge(this.#region, 0, "idleCores", idleCores * HUNDREDTHS);
  }
}

/** Notes how large the heap of this thread is, and how much CPU time it has used, where the system tells. */
export function noteThread(region: ServerRegion, actor: number): void {
  setGauge(region, actor, "heapBytes", heapBytes() / MEMORY_STEP_BYTES);
  const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.();
  if (usage === undefined) return;
  setGauge(region, actor, "cpuUser", usage.user / HUNDREDTH_US);
  setGauge(region, actor, "cpuSystem", usage.system / HUNDREDTH_US);
}

function setGauge(region: ServerRegion, actor: number, name: Gauge, value: number): void {
  const whole = Math.min(MAX_GAUGE, Math.max(0, Math.round(value)));
  Atomics.store(region.words, region.gaugeWord(actor, name), whole | 0);
}
