// Measures in a worker how far its event loop is behind: from when something is due until a small piece of work of a
// client who comes at that moment has its turn. A timer alone would not tell: Deno's loop runs timers in
// between while it looks for new input seconds later. Main judges (lag_watch.ts), and sees also what has not ended yet.

import type { ServerRegion } from "../../contract/counters.ts";

/** Time between two measurements, in milliseconds. */
export const PROBE_MS = 100;
/** A timer that is later than this has waited for other work. */
const PROMPT_MS = 2;

/** What a probe needs of its thread. */
export interface ProbeClock {
  /** Milliseconds, going up. */
  readonly now: () => number;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Resolves when the event loop has looked for new input. */
  readonly nextTurn: () => Promise<void>;
  /** Resolves when a small piece of work has its turn among all that waits in this worker. */
  readonly ownTurn: () => Promise<void>;
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
    const { now, sleep, nextTurn, ownTurn } = this.#clock;
    const fromMs = now();
    await sleep(PROBE_MS);
    // Turns of a loop that has nothing to do would be the only work of an idle server.
    if (this.#hasWorked() || now() - fromMs > PROBE_MS + PROMPT_MS) {
      await nextTurn();
      await ownTurn();
    }
    this.#note(Math.max(0, now() - fromMs - PROBE_MS));
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
