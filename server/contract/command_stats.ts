// What is counted of commands in one worker: calls and times of each, and what was refused. Of commands
// with one key, one call in 64 is timed: reading the clock twice costs a tenth of such a command. Those
// that turn out to be long, and all other commands, are timed at every call. Knows numbers of commands, not their names.

import { addCounter } from "../../cache/mod.ts";
import type { Counter, ServerRegion } from "./counters.ts";
import { counterOfCode, counterOfKind, counterOfStatus } from "./refusal_counters.ts";
import type { Failure, FailureListener, RunningCommand } from "./reply.ts";

/** Of a quick command, one call in this many is timed. */
const SAMPLE = 64;
/** Most rows that a command table may have. */
export const MAX_COMMANDS = 512;

/** Counters by the number of a command. */
export class CommandStats {
  readonly calls: Float64Array = new Float64Array(MAX_COMMANDS);
  readonly tookUs: Float64Array = new Float64Array(MAX_COMMANDS);
  /** Those that were refused before they ran, and those that ran and were answered with an error. */
  readonly refused: Float64Array = new Float64Array(MAX_COMMANDS);
  readonly failed: Float64Array = new Float64Array(MAX_COMMANDS);
  /** Whether every call is timed, since few of them could not be slow enough to be shown. */
  timesAll = false;
  /** When the first command began that was timed since somebody set this to 0, by `performance.now()`. */
  timedSinceMs = 0;
  #turn = 0;

  /** Counts a call of command `id`. Returns how many calls its time stands for, or 0: not timed. */
  count(id: number, isTimed: boolean): number {
    this.calls[id]!++;
    if (isTimed || this.timesAll) return 1;
    this.#turn = (this.#turn + 1) & (SAMPLE - 1);
    return this.#turn === 0 ? SAMPLE : 0;
  }

  /** A command has been timed that began at `fromMs`. */
  noteTimed(fromMs: number): void {
    if (this.timedSinceMs === 0) this.timedSinceMs = fromMs;
  }

  /** Forgets everything: CONFIG RESETSTAT. */
  clear(): void {
    this.calls.fill(0);
    this.tookUs.fill(0);
    this.refused.fill(0);
    this.failed.fill(0);
  }
}

/** Counts what one worker refuses: by HTTP status, by kind, by the code of the error, by command. */
export class Refusals implements FailureListener {
  readonly #region: ServerRegion;
  readonly #actor: number;
  readonly #stats: CommandStats;

  /** Counts in the counters of `actor`, and by command in `stats`. */
  constructor(region: ServerRegion, actor: number, stats: CommandStats) {
    this.#region = region;
    this.#actor = actor;
    this.#stats = stats;
  }

  failed({ kind, code }: Failure, { running }: RunningCommand): void {
    this.#count(counterOfKind(kind));
    this.#count(counterOfCode(code));
    if (running >= 0) this.#stats.failed[running]!++;
  }

  /** Counts what was no command. `code` is that of the error, where it has one. */
  unreadable(code = ""): void {
    this.#count(counterOfKind("unreadable"));
    if (code !== "") this.#count(counterOfCode(code));
  }

  /** Counts a request over HTTP, or a message, that the breaker has refused. */
  shed(): void {
    this.#count("shed");
  }

  /** Counts an answer over HTTP with a status from 400 on. */
  answered(status: number): void {
    this.#count(counterOfStatus(status));
  }

  #count(name: Counter): void {
    addCounter(this.#region.words, this.#region.counterWord(this.#actor, name), 1);
  }
}
