// Keeps long work from holding up a worker. The time of all long work is counted, whichever client it
// is for. After 8 ms, further long work waits until the event loop has had its turn. Short work never
// waits: a client with short commands does not pay for others.

/** Most long work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 8;

/** Resolves after the event loop has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Divides the time of one worker into slices. */
export class TimeSlices {
  #busyMs = 0;
  /** Work that waits for its turn, in the order in which it came. */
  readonly #waiting: (() => void)[] = [];
  #isRenewing = false;
  /** The latest piece of work that takes slices one after the other. */
  #last: Promise<void> | null = null;

  /** Counts work that was done. If the slice is not used up, the next waiting work may begin. */
  spend(ms: number): void {
    this.#busyMs += ms;
    if (this.isOver) {
      if (!this.#isRenewing) this.#renew();
    } else if (this.#waiting.length > 0) this.#waiting.shift()!();
  }

  /** Whether the slice is used up: the event loop must have its turn before more long work. */
  get isOver(): boolean {
    return this.#busyMs >= SLICE_MS;
  }

  /** Whether the slice would be used up after `ms` more. */
  isOverAfter(ms: number): boolean {
    return this.#busyMs + ms >= SLICE_MS;
  }

  /** Resolves when long work may go on. Of all that waits, one piece goes on at a time. */
  turn(): Promise<void> {
    if (!this.isOver && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Begins another slice after a turn of the event loop, and more of them while work is waiting. */
  async #renew(): Promise<void> {
    this.#isRenewing = true;
    await nextTurn();
    while (this.isOver || this.#waiting.length > 0) {
      this.#busyMs = 0;
      const next = this.#waiting.shift();
      if (next === undefined) break;
      next();
      // Twice: the first ends as soon as the slice is used up, before other work had its turn.
      await nextTurn();
      await nextTurn();
    }
    this.#isRenewing = false;
  }

  /** Does `work` and counts its time. If the slice is used up, waits for a turn first. */
  whenFree<T>(work: () => T | Promise<T>): T | Promise<T> {
    return this.isOver ? this.turn().then(() => this.counted(work)) : this.counted(work);
  }

  /** Does `work`, which has its turn, and counts its time. */
  counted<T>(work: () => T): T {
    const fromMs = performance.now();
    try {
      return work();
    } finally {
      this.spend(performance.now() - fromMs);
    }
  }

  /**
   * Calls `step` until it returns true. Pieces of such work run one after the other. Returns null if
   * that took no longer than a slice.
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
      if (this.counted(step)) return true;
    }
    return false;
  }
}
