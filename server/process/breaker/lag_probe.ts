// Measures in a worker how far its event loop is behind: how late a timer is that was set long ago, or, where that is
// more, one that is set while the loop is at work. No timer ends before the loop has looked for new input, so whoever
// asks now waits for about as long (docs/reliability.md). Main judges (lag_watch.ts), and sees also what has not ended.

import type { ServerRegion } from "../../contract/counters.ts";

/** Time between two measurements, in milliseconds. */
export const PROBE_MS = 100;
/** The shortest timer. */
const SHORT_MS = 1;
/** A timer that is later than this has waited for other work. */
const PROMPT_MS = 2;

/** What a probe needs of its thread. */
export interface ProbeClock {
  /** Milliseconds, going up. */
  readonly now: () => number;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** The probe of one worker. */
export class LagProbe {
  readonly #region: ServerRegion;
  readonly #actor: number;
  readonly #clock: ProbeClock;
  /** Requests and bytes that had come at the end of the latest measurement. */
  #seen = -1;

  constructor(region: ServerRegion, actor: number, clock: ProbeClock) {
    this.#region = region;
    this.#actor = actor;
    this.#clock = clock;
  }

  /** Measures without end. */
  async run(): Promise<never> {
    for (;;) await this.measure();
  }

  /** Measures once. */
  async measure(): Promise<void> {
    const { now, sleep } = this.#clock;
    const dueMs = now() + PROBE_MS;
    await sleep(PROBE_MS);
    const fromMs = now();
    const lateMs = fromMs - dueMs;
    // An idle server need not wake up twice.
    if (this.#hasWorked() || lateMs > PROMPT_MS) await sleep(SHORT_MS);
    this.#note(Math.max(0, lateMs, now() - fromMs - SHORT_MS));
  }

  /** Whether clients have sent anything since the last time. */
  #hasWorked(): boolean {
    const requests = this.#region.counter(this.#actor, "requests");
    const seen = requests + this.#region.counter(this.#actor, "inputBytes");
    const hasWorked = seen !== this.#seen;
    this.#seen = seen;
    return hasWorked;
  }

  #note(lagMs: number): void {
    const { words } = this.#region;
    Atomics.store(words, this.#region.gaugeWord(this.#actor, "probedLag"), Math.round(lagMs));
    Atomics.add(words, this.#region.gaugeWord(this.#actor, "probes"), 1);
  }
}
