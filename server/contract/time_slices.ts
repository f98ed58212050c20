// Keeps long work from holding up a worker. All work of some length is counted, whoever does it, and
// after so many milliseconds whoever wants more waits until the event loop has had its turn. Short
// work is never made to wait: a polite client does not pay for others.

/** Work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 8;

/** Resolves after the event loop has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Shares out the time of one worker. */
export class TimeSlices {
  #busyMs = 0;
  /** Those that wait for their turn, first come first. */
  readonly #waiting: (() => void)[] = [];
  #isHandingOut = false;
  /** The latest piece of work that takes slices one after the other. */
  #last: Promise<void> | null = null;

  /** Counts work that was done. What is left of the slice goes to the next who waits. */
  spend(ms: number): void {
    this.#busyMs += ms;
    if (this.#waiting.length > 0 && !this.isOver) this.#waiting.shift()!();
  }

  /** Whether the event loop is to have its turn before anybody does more work of some length. */
  get isOver(): boolean {
    return this.#busyMs >= SLICE_MS;
  }

  /** Whether it would be so after `ms` more. */
  isOverAfter(ms: number): boolean {
    return this.#busyMs + ms >= SLICE_MS;
  }

  /** Resolves when work of some length may go on: that of one who waits at a time. */
  turn(): Promise<void> {
    if (!this.isOver && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isHandingOut) this.#handOut();
    });
  }

  /** Begins a slice after each turn of the event loop, as long as somebody waits. */
  async #handOut(): Promise<void> {
    this.#isHandingOut = true;
    await nextTurn();
    while (this.#waiting.length > 0) {
      this.#busyMs = 0;
      this.#waiting.shift()?.();
      // The first of these is due as soon as the slice is used up, before others had their turn.
      await nextTurn();
      await nextTurn();
    }
    this.#isHandingOut = false;
  }

  /** Does `work`, at once or when it may, and counts it. */
  whenFree<T>(work: () => T | Promise<T>): T | Promise<T> {
    return this.isOver ? this.turn().then(() => this.#counted(work)) : this.#counted(work);
  }

  #counted<T>(work: () => T): T {
    const fromMs = performance.now();
    try {
      return work();
    } finally {
      this.spend(performance.now() - fromMs);
    }
  }

  /**
   * Does `step` until it returns true; pieces of such work go one after the other. Returns null
   * where that took no longer than a slice.
   */
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
    while (!this.#slice(step)) await this.turn();
  }

  /** Works for what is left of a slice. Returns whether all is done. */
  #slice(step: () => boolean): boolean {
    while (!this.isOver) {
      if (this.#counted(step)) return true;
    }
    return false;
  }
}
