// What one raw client has used of its worker's time of late. Who has used little goes on at once,
// however busy the worker is with others; who has used more waits for his turn like everybody.

import type { CommandContext } from "../contract/command.ts";
import type { TimeSlices } from "../contract/time_slices.ts";

/** Up to so many milliseconds of late are little. */
const LIGHT_MS = 0.25;
/** A pause of so many milliseconds ends what counts as of late. */
const PAUSE_MS = 1;
/** The clock is looked at after so many quick commands, and after so many bytes that they handle. */
const LOOK_COMMANDS = 16;
const LOOK_BYTES = 16 * 1024;

/** The time of one client. */
export class ClientTime {
  readonly #slices: TimeSlices;
  #spentMs = 0;
  /** When its commands began to run, and when those before had ended, by `performance.now()`. */
  #beganMs = 0;
  #endedMs = 0;
  /** Commands since the latest look at the clock, and where they begin in the input. */
  #commands = 0;
  #lookedAt = 0;

  /** `slices` are those of the worker. */
  constructor(slices: TimeSlices) {
    this.#slices = slices;
  }

  /** Commands begin to run, the first of which lies at `at` in the input. */
  begin(at: number): void {
    this.#beganMs = performance.now();
    if (this.#beganMs - this.#endedMs > PAUSE_MS) this.#spentMs = 0;
    this.#commands = 0;
    this.#lookedAt = at;
  }

  /**
   * Whether it is enough for now, after a command that ended at `at` in the input and may have been
   * long (`wasLong`). Looks at the clock only where that may be so.
   */
  isEnough(context: CommandContext, at: number, wasLong: boolean): boolean {
    const bytes = at - this.#lookedAt + context.copiedBytes;
    if (++this.#commands < LOOK_COMMANDS && bytes < LOOK_BYTES && !wasLong) return false;
    this.#commands = 0;
    this.#lookedAt = at;
    context.copiedBytes = 0;
    const ms = performance.now() - this.#beganMs;
    // Who has used little goes on at once, so to stop here would only make more writes of one.
    return this.#spentMs + ms > LIGHT_MS && this.#slices.isOverAfter(ms);
  }

  /** The commands have run. */
  end(): void {
    this.#endedMs = performance.now();
    this.#spentMs += this.#endedMs - this.#beganMs;
    this.#slices.spend(this.#endedMs - this.#beganMs);
  }

  /** What to wait for before more commands run; null where they may at once. */
  turn(): Promise<void> | null {
    if (this.#spentMs <= LIGHT_MS || !this.#slices.isOver) return null;
    this.#spentMs = 0;
    return this.#slices.turn();
  }
}
