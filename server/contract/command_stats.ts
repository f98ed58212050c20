// What is counted of commands in one worker, and which calls are timed. Where few run, all are; in a tick with many,
// one of about 64, at random distances, since reading the clock twice costs a tenth of a command with one key. Those
// that turn out to be long, and all other commands, are timed at every call. A time stands for all calls of its
// command since the one before, so that latencies add up to the calls. Knows numbers of commands, not their names.

import { addCounter, OWN_WORDS } from "../../cache/mod.ts";
import type { Counter, ServerRegion } from "./counters.ts";
import { addLarge, CommandCounts, readRow, visitRows } from "./metrics/command_counts.ts";
import { commandOfKey, MAX_COMMANDS } from "./metrics/command_numbers.ts";
import { bucketOf, LATENCY_BUCKETS, STEPS_PER_US, stepsOf } from "./metrics/latency_buckets.ts";
import * as layout from "./metrics/own_layout.ts";
import { counterOfCode, counterOfKind, counterOfStatus } from "./refusal_counters.ts";
import type { Failure, FailureListener, RunningCommand } from "./reply.ts";

const { OWN_WAS_RESET, ROW_CALLS, ROW_FAILED, ROW_REFUSED, ROW_TOOK } = layout;

/** So many calls of a tick are timed each, then one of about 64: from 33 to 96. */
const TIMED_OF_TICK = 256;
const MIN_GAP = 33;
const GAP_MASK = 63;

/** What a command came to since the start or the last reset, by its number. */
export interface CommandSums {
  readonly calls: Float64Array;
  readonly tookUs: Float64Array;
  /** Those that were refused before they ran, and those that ran and were answered with an error. */
  readonly refused: Float64Array;
  readonly failed: Float64Array;
}

/** Counts and times of the commands of one worker. */
export class CommandStats {
  /** When the first command began that was timed since somebody set this to 0, by `performance.now()`. */
  timedSinceMs = 0;
  /** Whether latencies are kept: `--metrics on`. */
  keepsLatency = true;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #counts: CommandCounts;
  #timesAll = false;
  /** How many calls until the next one that is timed, and how many more of this tick are timed each. */
  #left = 1;
  #timedLeft = TIMED_OF_TICK;
  #random = 1;
  /** What was counted before the last reset. */
  #base: CommandSums = newSums();
  /** Latencies of each command that was timed, since the last reset. */
  #histograms = new Map<number, Float64Array>();

  /** Counts in the words from `at` on, which are those of a thread; by itself where none are given. */
  constructor(words: Int32Array = new Int32Array(OWN_WORDS), at = 0) {
    this.#words = words;
    this.#at = at;
    this.#counts = new CommandCounts(words, at);
    // Who was replaced may have forgotten something, and nobody knows what.
    if (words[at + OWN_WAS_RESET] !== 0) this.#base = this.#sums();
  }

  /** Whether every call is timed, since few of them could not be slow enough to be shown. */
  get timesAll(): boolean {
    return this.#timesAll;
  }

  set timesAll(timesAll: boolean) {
    this.#timesAll = timesAll;
    this.#left = 1;
  }

  /** Counts a call of command `id` that came by `way`. Returns whether it is to be timed. */
  count(way: number, id: number, isTimed: boolean): boolean {
    const counts = this.#counts;
    counts.countCall(counts.row(way, id));
    if (isTimed) return true;
    if (--this.#left > 0) return false;
    this.#left = this.#nextGap();
    return true;
  }

  #nextGap(): number {
    if (this.#timesAll) return 1;
    if (this.#timedLeft > 0 && this.keepsLatency) {
      this.#timedLeft--;
      return 1;
    }
    // Numerical Recipes' generator: what comes in turns of 64 must not always meet the same command.
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0;
    return MIN_GAP + (this.#random >>> 24 & GAP_MASK);
  }

  /** To be called a few times a second. */
  tick(): void {
    this.#timedLeft = TIMED_OF_TICK;
    this.#left = 1;
  }

  /** Counts a call that was refused before it ran, or one that has failed. */
  countRefused(way: number, id: number): void {
    addCounter(this.#words, this.#counts.row(way, id) + ROW_REFUSED, 1);
  }

  countFailed(way: number, id: number): void {
    addCounter(this.#words, this.#counts.row(way, id) + ROW_FAILED, 1);
  }

  /** A command has been timed that began at `fromMs`. */
  noteTimed(fromMs: number): void {
    if (this.timedSinceMs === 0) this.timedSinceMs = fromMs;
  }

  /**
   * Notes how long a call of command `id` of `group` took. `isAlone`: it stands for itself, since it was long, and not
   * for those before it that were not timed.
   */
  noteTook(way: number, id: number, group: number, tookUs: number, isAlone: boolean): void {
    const counts = this.#counts;
    const row = counts.row(way, id);
    const steps = stepsOf(tookUs);
    if (isAlone) counts.noteOne(row);
    const calls = isAlone ? 1 : counts.takeUnnoted(row);
    if (calls <= 0) return;
    addLarge(this.#words, row + ROW_TOOK, steps * calls);
    if (!this.keepsLatency) return;
    counts.addLatency(group, steps, calls);
    let histogram = this.#histograms.get(id);
    if (histogram === undefined) this.#histograms.set(id, histogram = newHistogram());
    histogram[bucketOf(steps)]! += calls;
  }

  /** Calls of each command in this worker since the last reset, by bucket of their latency; only of those timed. */
  histograms(): ReadonlyMap<number, Float64Array> {
    return this.#histograms;
  }

  /** What each command came to, since the last reset. */
  sums(): CommandSums {
    const sums = this.#sums();
    for (const name of SUM_NAMES) {
      const base = this.#base[name];
      for (let id = 0; id < MAX_COMMANDS; id++) sums[name][id]! -= base[id]!;
    }
    return sums;
  }

  #sums(): CommandSums {
    const sums = newSums();
    const words = this.#words;
    visitRows(words, this.#at, (key, word) => {
      if (key < 0) return;
      const id = commandOfKey(key);
      sums.calls[id]! += readRow(words, word, ROW_CALLS);
      sums.tookUs[id]! += readRow(words, word, ROW_TOOK) / STEPS_PER_US;
      sums.refused[id]! += readRow(words, word, ROW_REFUSED);
      sums.failed[id]! += readRow(words, word, ROW_FAILED);
    });
    return sums;
  }

  /** Forgets everything: CONFIG RESETSTAT. What others sum up goes on. */
  clear(): void {
    this.#base = this.#sums();
    this.#histograms = new Map();
    this.#words[this.#at + OWN_WAS_RESET] = 1;
  }
}

const SUM_NAMES = ["calls", "tookUs", "refused", "failed"] as const;

/** Less than 1 KiB for each command that a client has used. */
function newHistogram(): Float64Array {
  return new Float64Array(LATENCY_BUCKETS);
}

function newSums(): CommandSums {
  const column = () => new Float64Array(MAX_COMMANDS);
  return { calls: column(), tookUs: column(), refused: column(), failed: column() };
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

  failed({ kind, code }: Failure, { running, way }: RunningCommand): void {
    this.#count(counterOfKind(kind));
    this.#count(counterOfCode(code));
    if (running >= 0) this.#stats.countFailed(way, running);
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
