// Counts and latencies of commands in the words of one thread, by the way they came. Rows are given out with the
// first call. Has one writer; who reads is server/observe/figures.ts. Knows numbers of commands, not their names.

import { addCounter, COUNTER_WORDS, readCounter } from "../../../cache/mod.ts";
import { MAX_COMMANDS } from "./command_numbers.ts";
import * as layout from "./own_layout.ts";
import { bucketOf } from "./latency_buckets.ts";
import { WAY_COUNT } from "./ways.ts";

const { COMMAND_ROWS, OTHER_KEY, OWN_ROWS, OWN_ROWS_USED, ROW_CALLS, ROW_KEY, ROW_WORDS } = layout;
const { LATENCY_COUNTS, LATENCY_LONGEST, LATENCY_SUM, LATENCY_WORDS, OWN_LATENCY } = layout;
const { ROW_CALLS_LOW, ROW_CALLS_NOTED } = layout;

/** Rows of one command each. */
const GIVEN_ROWS = COMMAND_ROWS - WAY_COUNT;

/** The counts of one thread. */
export class CommandCounts {
  readonly words: Int32Array;
  /** First of the thread's own words. */
  readonly #at: number;
  /** By way and command: the first word of the row, or 0. */
  readonly #rows = new Int32Array(WAY_COUNT * MAX_COMMANDS);

  /** Goes on with what `words` has from `at` on: its thread may be another one in place of one that has ended. */
  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.#at = at;
    const used = words[at + OWN_ROWS_USED]!;
    for (let row = 0; row < used; row++) {
      const word = this.#rowWord(row);
      const key = words[word + ROW_KEY]!;
      if (key > 0) this.#rows[key - 1] = word;
    }
  }

  #rowWord(row: number): number {
    return this.#at + OWN_ROWS + row * ROW_WORDS;
  }

  /** The row of a command that came by `way`; made if there is none. */
  row(way: number, command: number): number {
    return this.#rows[way * MAX_COMMANDS + command]! || this.#newRow(way, command);
  }

  #newRow(way: number, command: number): number {
    const { words } = this;
    const place = way * MAX_COMMANDS + command;
    const used = words[this.#at + OWN_ROWS_USED]!;
    const isLast = used >= GIVEN_ROWS;
    const word = this.#rowWord(isLast ? GIVEN_ROWS + way : used);
    this.#rows[place] = word;
    Atomics.store(words, word + ROW_KEY, isLast ? OTHER_KEY - way : place + 1);
    Atomics.store(words, this.#at + OWN_ROWS_USED, isLast ? COMMAND_ROWS : used + 1);
    return word;
  }

  /** Counts a call. */
  countCall(row: number): void {
    const { words } = this;
    const low = (words[row + ROW_CALLS_LOW]! + 1) | 0;
    // A carry comes once in 2^32 calls.
    if (low === 0) addCounter(words, row + ROW_CALLS, 1);
    else words[row + ROW_CALLS_LOW] = low;
  }

  /** How many calls of a row have been counted that no noted time stands for. They are taken as noted. */
  takeUnnoted(row: number): number {
    const { words } = this;
    const calls = (words[row + ROW_CALLS_LOW]! - words[row + ROW_CALLS_NOTED]!) | 0;
    if (calls > 0) words[row + ROW_CALLS_NOTED] = words[row + ROW_CALLS_LOW]!;
    return calls;
  }

  /** A call of a row has been noted by itself. */
  noteOne(row: number): void {
    this.words[row + ROW_CALLS_NOTED] = (this.words[row + ROW_CALLS_NOTED]! + 1) | 0;
  }

  /** Counts `calls` calls of a group of commands that took `steps` of 1/8 µs each. */
  addLatency(group: number, steps: number, calls: number): void {
    const { words } = this;
    const at = this.#at + OWN_LATENCY + group * LATENCY_WORDS;
    if (steps > words[at + LATENCY_LONGEST]!) words[at + LATENCY_LONGEST] = steps;
    addLarge(words, at + LATENCY_SUM, steps * calls);
    addCounter(words, at + LATENCY_COUNTS + bucketOf(steps) * COUNTER_WORDS, calls);
  }
}

const LARGEST = 2 ** 31 - 1;

/** Adds `amount`, which may be larger than a counter takes at once. */
export function addLarge(words: Int32Array, at: number, amount: number): void {
  let rest = amount;
  while (rest > LARGEST) {
    addCounter(words, at, LARGEST);
    rest -= LARGEST;
  }
  addCounter(words, at, rest);
}

/** Calls `visit` with each row in use from `at` on, which are the own words of a thread. */
export function visitRows(
  words: Int32Array,
  at: number,
  visit: (key: number, word: number) => void,
): void {
  const used = Atomics.load(words, at + OWN_ROWS_USED);
  for (let row = 0; row < used; row++) {
    const word = at + OWN_ROWS + row * ROW_WORDS;
    const key = Atomics.load(words, word + ROW_KEY);
    if (key !== 0) visit(key, word);
  }
}

/** One of the counters of a row. */
export function readRow(words: Int32Array, word: number, counter: number): number {
  return readCounter(words, word + counter);
}
