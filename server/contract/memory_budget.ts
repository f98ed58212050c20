// The memory outside the region that all workers share: bodies and commands on their way in, answers
// on their way out. What is in use stands in a gauge of each worker, so that everybody sees it.
// Counts only; what its users do when there is none left is their own affair.

import type { ServerRegion } from "./counters.ts";

/** A budget, as those see it who must take what they need and can only ask for less. */
export interface MemorySource {
  /** How many bytes may still be taken; less than 0 when too many are. */
  readonly bytesLeft: number;
  /** Takes bytes, whether they are left or not. */
  take(bytes: number): void;
  /** Gives back what was taken. */
  give(bytes: number): void;
}

/** The budget as one worker sees it; a worker has one, for all its protocols. */
export class MemoryBudget implements MemorySource {
  readonly #region: ServerRegion;
  /** Where this worker writes what it has taken; nobody else writes there. */
  readonly #takenWord: number;
  readonly #maxBytes: number;

  /** All workers together may take `maxBytes`; `actor` takes for itself. */
  constructor(region: ServerRegion, actor: number, maxBytes: number) {
    this.#region = region;
    this.#takenWord = region.gaugeWord(actor, "bodyBytes");
    this.#maxBytes = maxBytes;
  }

  /** How many bytes may still be taken, by any worker; less than 0 when too many are. */
  get bytesLeft(): number {
    return this.#maxBytes - this.#region.gaugeTotal("bodyBytes");
  }

  /**
   * Takes bytes, or with a negative number gives some back. Returns false, with nothing taken, where
   * more than `share` of the budget would then be in use.
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
