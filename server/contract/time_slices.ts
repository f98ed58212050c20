// Keeps long work from holding up a worker: work is done in slices, and after so many milliseconds
// of them, by whomever, the event loop has its turn. One piece of work at a time takes slices.

/** Work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 10;

/** Resolves after the event loop has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Shares out slices of time. */
export class TimeSlices {
  #busyMs = 0;
  #last: Promise<void> | null = null;

  /** Does `step` until it returns true. Returns null where that took no longer than a slice. */
  run(step: () => boolean): Promise<void> | null {
    if (this.#last === null && this.#slice(step)) return null;
    const before = this.#last;
    const done = this.#go(step, before);
    const settled = done.catch(() => {}).then(() => {
      if (this.#last === settled) this.#last = null;
    });
    this.#last = settled;
    return done;
  }

  async #go(step: () => boolean, before: Promise<void> | null): Promise<void> {
    if (before !== null) await before;
    while (!this.#slice(step)) {
      await nextTurn();
      this.#busyMs = 0;
    }
  }

  /** Returns whether all is done; at once where the event loop is to have its turn first. */
  #slice(step: () => boolean): boolean {
    while (this.#busyMs < SLICE_MS) {
      const fromMs = performance.now();
      try {
        if (step()) return true;
      } finally {
        this.#busyMs += performance.now() - fromMs;
      }
    }
    return false;
  }
}
