// Measures the CPU time that this process and the machine have used since the last look. Reads the
// operating system's counters. A machine that does not show them counts as fully busy.

import os from "node:os";
import process from "node:process";

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
