// Decides when to add a worker: the busiest one is nearly saturated and the machine has idle CPU, in
// several samples in a row. Pure: it takes samples and says yes or no. An added worker that has to
// share its core with the clients makes things slower, so idle CPU counts, not load.

/** What was measured over one sampling interval. */
export interface LoadSample {
  /** CPU time of this process, in cores. */
  readonly usedCores: number;
  /** Idle CPU time, in cores. */
  readonly idleCores: number;
  /** Requests that each worker answered. */
  readonly requests: readonly number[];
}

const BUSY_SHARE = 0.85;
const IDLE_CORES = 0.4;
const SAMPLES_IN_A_ROW = 3;

/** CPU use of the busiest worker in cores: the process's CPU time, divided by shares of requests. */
export function busiestShare(sample: LoadSample): number {
  const total = sample.requests.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  return sample.usedCores * Math.max(...sample.requests) / total;
}

/** Watches samples and says when another worker would help. */
export class Autoscaler {
  readonly #maxWorkers: number;
  #busySamples = 0;

  /** Adds workers up to `maxWorkers`. */
  constructor(maxWorkers: number) {
    this.#maxWorkers = maxWorkers;
  }

  /** Takes one sample. Returns whether to add a worker now. */
  observe(sample: LoadSample): boolean {
    const busy = busiestShare(sample) > BUSY_SHARE && sample.idleCores >= IDLE_CORES;
    this.#busySamples = busy ? this.#busySamples + 1 : 0;
    if (this.#busySamples < SAMPLES_IN_A_ROW) return false;
    this.#busySamples = 0;
    return sample.requests.length < this.#maxWorkers;
  }
}
