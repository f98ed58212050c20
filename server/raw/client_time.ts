// What one raw client has used of its worker's time. While the worker is busy everybody waits for his
// turn, and who has used little waits least.

import type { CommandContext } from "../contract/command.ts";
import type { TimeSlices } from "../contract/time_slices.ts";

/** How long a turn is while others wait, in milliseconds. */
const TURN_MS = 0.25;
/** What it costs to read and write for some commands, beside those. */
const EXCHANGE_MS = 0.01;
/** With more bytes of them, commands may be long: what is stored may evict as much in tiny pieces. */
const QUICK_BYTES = 1024;
/** About how long a quick command takes that handles few bytes. */
const COMMAND_MS = 0.001;
/** About how long a byte of commands takes: who has sent little goes first. */
const BYTE_MS = 1e-5;
/** The clock is looked at after so many quick commands, and after so many bytes that they handle. */
const LOOK_COMMANDS = 16;
const LOOK_BYTES = 16 * 1024;
/** About how long it takes to copy a byte, and to read or write it. */
const ANSWER_BYTE_MS = 1e-6;

/** The time of one client. */
export class ClientTime {
  readonly #slices: TimeSlices;
  /** To what its work has come; see TimeSlices. */
  #fairMs = 0;
  /** When its commands began to run, by `performance.now()`; 0 where nobody has looked at the clock. */
  #beganMs = 0;
  /** How long its commands take; at most doubled each time, since a time may be that of a pause. */
  #usualMs = TURN_MS;
  /** Commands that have run, and those of them since the latest look at the clock. */
  #count = 0;
  #commands = 0;
  /** Where the latter begin in the input. */
  #lookedAt = 0;

  /** `slices` are those of the worker. */
  constructor(slices: TimeSlices) {
    this.#slices = slices;
  }

  /**
   * Commands begin to run, the first of which lies at `at` in the input, and of which `bytes` have come.
   * Few and quick ones take less time than two looks at the clock do, in relation to their whole
   * cost: it is looked at once something may take long.
   */
  begin(context: CommandContext, at: number, bytes: number): void {
    this.#beganMs = bytes < QUICK_BYTES ? 0 : performance.now();
    this.#count = 0;
    this.#commands = 0;
    this.#lookedAt = at;
    context.stats.timedSinceMs = 0;
    context.copiedBytes = 0;
  }

  /**
   * Whether it is enough for now, after a command that ended at `at` in the input and may have been
   * long (`wasLong`). Looks at the clock only where that may be so.
   */
  isEnough(context: CommandContext, at: number, wasLong: boolean): boolean {
    const bytes = at - this.#lookedAt + context.copiedBytes;
    this.#count++;
    if (++this.#commands < LOOK_COMMANDS && bytes < LOOK_BYTES && !wasLong) return false;
    const ms = this.#tookMs(context, bytes);
    this.#commands = 0;
    this.#lookedAt = at;
    context.copiedBytes = 0;
    // To stop earlier would only make more writes of one.
    return ms > TURN_MS && (this.#slices.isBusy || this.#slices.isOverAfter(ms));
  }

  /** The commands have run, up to `at` in the input. */
  end(context: CommandContext, at: number): void {
    const bytes = at - this.#lookedAt + context.copiedBytes;
    const isKnown = this.#beganMs === 0 && context.stats.timedSinceMs === 0;
    const ms = EXCHANGE_MS + (isKnown ? this.#quickMs(bytes) : this.#tookMs(context, bytes));
    this.#usualMs = Math.min(ms, 2 * this.#usualMs);
    this.#spend(ms);
  }

  /** How long the commands have taken until now, `bytes` of which nobody has looked at the clock for. */
  #tookMs(context: CommandContext, bytes: number): number {
    const nowMs = performance.now();
    if (this.#beganMs === 0) {
      // Those before the first that was timed were quick.
      this.#beganMs = (context.stats.timedSinceMs || nowMs) - this.#quickMs(bytes);
    }
    return nowMs - this.#beganMs;
  }

  /** About how long the commands have taken, if all were quick, and have handled `bytes`. */
  #quickMs(bytes: number): number {
    return this.#count * COMMAND_MS + bytes * ANSWER_BYTE_MS;
  }

  /** Counts a read of `bytes` that completed no command. */
  countRead(bytes: number): void {
    this.#spend(EXCHANGE_MS + bytes * ANSWER_BYTE_MS);
  }

  /** Counts an answer of `bytes` that was made outside of this. */
  count(bytes: number): void {
    this.#spend(bytes * ANSWER_BYTE_MS);
  }

  #spend(ms: number): void {
    this.#fairMs = this.#slices.spendFor(this.#fairMs, ms);
  }

  /** What to wait for before commands of `bytes` run; null where they may at once. */
  turn(bytes: number): Promise<void> | null {
    if (!this.#slices.isBusy) return null;
    return this.#slices.turnOf(this.#fairMs, this.#usualMs + bytes * BYTE_MS);
  }
}
