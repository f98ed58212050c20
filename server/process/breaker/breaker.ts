// A circuit breaker: decides by how far a worker's event loop is behind which part of its requests is to be let in.
// Pure: it is told time and lag, and says what follows. Knows no worker and no request.

import { ADMITS_NONE } from "../../contract/breaker/gate.ts";

/** So long the lag has to be too high until the breaker opens, and low for each step back. */
export const HOLD_MS = 1000;
/** Half open, one request in so many is let in: step by step more, then all. */
export const STEPS: readonly number[] = [8, 4, 2];
/** It stays open for so long at least; twice as long each time that it was opened too soon again. */
const MIN_OPEN_MS = 1000;
const MAX_OPEN_MS = 30_000;
/** Who stays closed for so long begins with the shortest time again. */
const CALM_MS = 10_000;

/** The breaker of one worker. */
export class Breaker {
  /** What is let in: 0 everything, ADMITS_NONE nothing, else one request in so many. */
  admits = 0;
  /** How often it was opened, and how long it was open. */
  opens = 0;
  openMs = 0;
  readonly #maxLagMs: number;
  /** Since when the lag has been too high, or low; -1 if it is not. */
  #highSinceMs = -1;
  #lowSinceMs = -1;
  /** Half open: the place of `admits` among the steps. */
  #step = 0;
  #minOpenMs = MIN_OPEN_MS;
  /** When it was opened last, and when closed. */
  #openedMs = 0;
  #closedMs = -Infinity;
  #observedMs = 0;

  /** Opens when the lag stays above `maxLagMs`, and closes when it stays below half of it. */
  constructor(maxLagMs: number) {
    this.#maxLagMs = maxLagMs;
  }

  get #isOpen(): boolean {
    return this.admits === ADMITS_NONE;
  }

  /** Takes the lag at `nowMs`, several times a second. Sets what is let in from now on. */
  observe(nowMs: number, lagMs: number): void {
    if (this.#isOpen) this.openMs += nowMs - this.#observedMs;
    this.#observedMs = nowMs;
    this.#highSinceMs = lagMs > this.#maxLagMs ? sinceOr(this.#highSinceMs, nowMs) : -1;
    this.#lowSinceMs = lagMs < this.#maxLagMs / 2 ? sinceOr(this.#lowSinceMs, nowMs) : -1;
    if (this.admits === 0) {
      if (this.#highSinceMs >= 0 && nowMs - this.#highSinceMs >= HOLD_MS) this.#open(nowMs);
    } else if (!this.#isOpen && this.#highSinceMs >= 0) {
      // What is let in was too much already: there is no second to wait for.
      this.#open(nowMs);
    } else if (this.#lowSinceMs >= 0 && nowMs - this.#lowSinceMs >= HOLD_MS) this.#stepBack(nowMs);
  }

  #open(nowMs: number): void {
    const isSoon = this.admits !== 0 || nowMs - this.#closedMs < CALM_MS;
    this.#minOpenMs = isSoon ? Math.min(2 * this.#minOpenMs, MAX_OPEN_MS) : MIN_OPEN_MS;
    this.admits = ADMITS_NONE;
    this.opens++;
    this.#openedMs = nowMs;
    this.#lowSinceMs = -1;
  }

  /** Lets in more, and waits for another while of low lag before it does so again. */
  #stepBack(nowMs: number): void {
    if (this.#isOpen) {
      if (nowMs - this.#openedMs < this.#minOpenMs) return;
      this.#step = 0;
    } else this.#step++;
    this.admits = STEPS[this.#step] ?? 0;
    this.#lowSinceMs = nowMs;
    if (this.admits === 0) this.#closedMs = nowMs;
  }
}

function sinceOr(sinceMs: number, nowMs: number): number {
  return sinceMs < 0 ? nowMs : sinceMs;
}
