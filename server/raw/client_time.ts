// What one raw client has used of its worker's time of late. Who has used little goes on at once,
// however busy the worker is with others; who has used more waits for his turn like everybody.

import type { TimeSlices } from "../contract/time_slices.ts";

/** Up to so many milliseconds of late are little. */
const LIGHT_MS = 0.25;
/** A pause of so many milliseconds ends what counts as of late. */
const PAUSE_MS = 1;

/** The time of one client. */
export class ClientTime {
  readonly #slices: TimeSlices;
  #spentMs = 0;
  /** When the latest commands ended, by `performance.now()`. */
  #ranMs = 0;

  /** `slices` are those of the worker. */
  constructor(slices: TimeSlices) {
    this.#slices = slices;
  }

  /** Whether commands that have run since `fromMs` should leave it at that for now. */
  isOver(fromMs: number): boolean {
    return this.#slices.isOverAfter(performance.now() - fromMs);
  }

  /** Counts commands that have run since `fromMs`. */
  spend(fromMs: number): void {
    const nowMs = performance.now();
    if (fromMs - this.#ranMs > PAUSE_MS) this.#spentMs = 0;
    this.#ranMs = nowMs;
    this.#spentMs += nowMs - fromMs;
    this.#slices.spend(nowMs - fromMs);
  }

  /** What to wait for before more commands run; null where they may at once. */
  turn(): Promise<void> | null {
    if (this.#spentMs <= LIGHT_MS || !this.#slices.isOver) return null;
    this.#spentMs = 0;
    return this.#slices.turn();
  }
}
