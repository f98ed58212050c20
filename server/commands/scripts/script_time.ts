// How long a script runs. A short one costs nothing here. One that runs for longer shows that in a word of the region,
// which other threads read: SCRIPT KILL marks it there, and the first write after that fails. So a script that was
// killed has written nothing.

import type { ServerRegion } from "../../contract/counters.ts";

/** From so many milliseconds on a script is long, and others see it: they wait no longer for a lock. */
const LONG_MS = 50;
/** One that has written may take so many times as long as one that has not: it leaves half of its work behind. */
const WRITTEN_TIMES = 5;

/** What the word of an actor says of its script. */
export const ScriptState = {
  /** There is none, or it has begun just now. */
  none: 0,
  /** It runs for long, and has written nothing. */
  reading: 1,
  /** It runs for long, and has written. */
  written: 2,
  /** It has written nothing, and is to end. */
  killed: 3,
} as const;
/** One of the values of the constant of the same name. */
export type ScriptState = typeof ScriptState[keyof typeof ScriptState];

/** Thrown through the machine to end the script at work. */
export class ScriptEnd extends Error {
  /** How it has come: killed, or after this many milliseconds. */
  override readonly cause: "killed" | "time";

  constructor(cause: "killed" | "time") {
    super("The script was ended");
    this.cause = cause;
  }
}

/** The time of the scripts of one worker. */
export class ScriptTime {
  /** Whether the script at work has run a command that writes. */
  hasWritten = false;
  /** How long the latest script ran that has ended. */
  tookMs = 0;
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #heartbeat: number;
  readonly #maxMs: number;
  #fromMs = 0;
  #isLong = false;

  /** `maxMs`: how long a script may run that writes nothing. */
  constructor(region: ServerRegion, actor: number, maxMs: number) {
    this.#words = region.words;
    this.#word = region.gaugeWord(actor, "script");
    this.#heartbeat = region.gaugeWord(actor, "heartbeat");
    this.#maxMs = maxMs;
  }

  /** How long a script may run that has written, or has not. */
  get maxMs(): number {
    return this.hasWritten ? WRITTEN_TIMES * this.#maxMs : this.#maxMs;
  }

  /** A script begins. */
  begin(): void {
    this.hasWritten = false;
    this.#isLong = false;
    this.#fromMs = performance.now();
  }

  /** It has ended. */
  end(): void {
    this.tookMs = performance.now() - this.#fromMs;
    if (this.#isLong) Atomics.store(this.#words, this.#word, ScriptState.none);
  }

  /** A command that writes comes next. Ends a script that was killed. */
  noteWrite(): void {
    if (this.hasWritten) return;
    this.hasWritten = true;
    if (!this.#isLong) return;
    const { reading, written } = ScriptState;
    const seen = Atomics.compareExchange(this.#words, this.#word, reading, written);
    if (seen === reading) return;
    this.hasWritten = false;
    throw new ScriptEnd("killed");
  }

  /** Called now and then while it runs: shows that this thread lives, and ends the script where it must. */
  look(): void {
    Atomics.add(this.#words, this.#heartbeat, 1);
    const ms = performance.now() - this.#fromMs;
    if (ms < LONG_MS) return;
    if (!this.#isLong) {
      this.#isLong = true;
      const { reading, written } = ScriptState;
      Atomics.store(this.#words, this.#word, this.hasWritten ? written : reading);
    }
    if (Atomics.load(this.#words, this.#word) === ScriptState.killed) throw new ScriptEnd("killed");
    if (ms >= this.maxMs) throw new ScriptEnd("time");
  }
}

/** What became of SCRIPT KILL. */
export type Killed = "killed" | "written" | "none";

/** Marks the scripts of all workers that run for long and have written nothing: they end soon. */
export function killScripts(region: ServerRegion): Killed {
  const { reading, written, killed } = ScriptState;
  let found: Killed = "none";
  for (let actor = 0; actor < region.geometry.actorCount; actor++) {
    const word = region.gaugeWord(actor, "script");
    const seen = Atomics.compareExchange(region.words, word, reading, killed);
    if (seen === reading || seen === killed) found = "killed";
    else if (seen === written && found === "none") found = "written";
  }
  return found;
}

/** Whether a script of any worker runs for long. */
export function hasLongScript(region: ServerRegion): boolean {
  return region.gaugeTotal("script") > 0;
}
