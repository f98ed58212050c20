// The budget of memory outside the region, which all workers share: for bodies and commands on their
// way in, and answers on their way out. A gauge of each worker says what it uses, so every worker sees
// the sum. Only counts; its users decide what to do when nothing is left.

import type { ServerRegion } from "./counters.ts";

/** The budget, for users that take what they must, whether it is left or not. */
export interface MemorySource {
  /** Bytes that may still be taken. Negative when too many are. */
  readonly bytesLeft: number;
  /** Takes bytes, whether they are left or not. */
  take(bytes: number): void;
  /** Gives back what was taken. */
  give(bytes: number): void;
}

/** The budget as one worker sees it. A worker has one for all its protocols. */
export class MemoryBudget implements MemorySource {
  readonly #region: ServerRegion;
  /** The word where this worker writes what it has taken. No other worker writes there. */
  readonly #takenWord: number;
  readonly #maxBytes: number;

  /** All workers together may take `maxBytes`. `actor` is this worker's number. */
  constructor(region: ServerRegion, actor: number, maxBytes: number) {
    this.#region = region;
    this.#takenWord = region.gaugeWord(actor, "bodyBytes");
    this.#maxBytes = maxBytes;
  }

  /** Bytes that any worker may still take. Negative when too many are taken. */
  get bytesLeft(): number {
    return this.#maxBytes - this.#region.gaugeTotal("bodyBytes");
  }

  /**
   * Takes bytes; a negative number gives some back. Returns false and takes nothing if more than
   * `share` of the budget would then be in use.
   */
  tryTake(bytes: number, share = 1): boolean {
    if (this.#region.gaugeTotal("bodyBytes") + bytes > this.#maxBytes * share) return false;
    this.take(bytes);
    return true;
  }

  /** Takes bytes, whether they are left or not. */
  take(bytes: number): void {
    this.#region.words[this.#takenWord]! += bytes;
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    this.#region.words[this.#takenWord]! -= bytes;
  }
}
