// What `slabkv top` shows at a moment, and what keys change in it. Knows no terminal and no server: it asks
// nobody.

import type { Diagnosis, SlowFacts } from "../../server/observe/facts/answers.ts";
import type { HotFacts } from "../../server/observe/facts/key_facts.ts";
import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import type { MemoryCurve } from "../../server/observe/facts/memory_facts.ts";

/** The views, in the order of their numbers. */
export const VIEWS = ["overview", "keys", "latency", "workers"] as const;

/** One of them. */
export type View = typeof VIEWS[number];

/** By what each view can be sorted: numbers of columns of its table, the first one at the start. */
export const SORTS: Readonly<Record<View, readonly number[]>> = {
  overview: [0, 1, 2],
  keys: [0, 1, 2, 3, 4],
  latency: [1, 2, 3, 4, 0],
  workers: [0, 1, 2, 3, 4, 5],
};

/** Keys that ask for a view. */
const VIEW_KEYS = /^(?:[1-4]|left|right)$/;
/** Seconds that pictures of rates reach back. */
const HISTORY = 120;
/** Rows that a page is. */
const PAGE = 10;

/** What a server was asked beside its live facts: what it said, or why it did not. */
export interface Asked<T> {
  readonly facts: T | null;
  readonly problem: string | null;
}

const UNASKED = { facts: null, problem: null } as const;

/** What is shown. */
export class TopState {
  /** The latest facts. */
  live: LiveFacts | null = null;
  hot: Asked<HotFacts> = UNASKED;
  slow: Asked<SlowFacts> = UNASKED;
  diagnosis: Asked<Diagnosis> = UNASKED;
  /** What other sizes of the memory would bring, from /stats. */
  curve: Asked<{ readonly memoryCurve?: MemoryCurve }> = UNASKED;
  /** Requests a second, the latest last. */
  readonly rates: number[] = [];
  /** Why there are no new facts; null while there are. */
  problem: string | null = null;
  view: View = "overview";
  isPaused = false;
  showsHelp = false;
  isReversed = false;
  /** Rows of the view's table that are above what is shown. */
  scroll = 0;
  readonly #sorts = new Map<View, number>();
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** By which of {@linkcode SORTS} the view is sorted. */
  get sort(): number {
    return SORTS[this.view][this.#sorts.get(this.view) ?? 0]!;
  }

  /** Takes new facts. */
  take(facts: LiveFacts): void {
    this.problem = null;
    if (this.isPaused) return;
    this.live = facts;
    this.rates.push(sumOf(facts.requestsPerSecond));
    if (this.rates.length > HISTORY) this.rates.shift();
  }

  /** Does what a key stands for. Returns whether that is to end. */
  press(key: string): boolean {
    if (key === "q") return true;
    if (this.showsHelp) {
      this.showsHelp = false;
      // Who asks for a view after reading which there are gets it; other keys only leave.
      if (!VIEW_KEYS.test(key)) return false;
    }
    const number = VIEWS[Number(key) - 1];
    if (number !== undefined) this.#show(number);
    else this.#actions[key]?.();
    return false;
  }

  readonly #actions: Readonly<Record<string, () => void>> = {
    "p": () => this.isPaused = !this.isPaused,
    " ": () => this.isPaused = !this.isPaused,
    "s": () => this.#sortNext(),
    "r": () => this.isReversed = !this.isReversed,
    "?": () => this.showsHelp = true,
    "h": () => this.showsHelp = true,
    "left": () => this.#turn(-1),
    "right": () => this.#turn(1),
    "up": () => this.#move(-1),
    "down": () => this.#move(1),
    "k": () => this.#move(-1),
    "j": () => this.#move(1),
    "page up": () => this.#move(-PAGE),
    "page down": () => this.#move(PAGE),
    "home": () => this.scroll = 0,
  };

  #turn(by: number): void {
    this.#show(VIEWS[(VIEWS.indexOf(this.view) + by + VIEWS.length) % VIEWS.length]!);
  }

  #show(view: View): void {
    this.view = view;
    this.scroll = 0;
    this.isReversed = false;
  }

  #sortNext(): void {
    const next = (this.#sorts.get(this.view) ?? 0) + 1;
    this.#sorts.set(this.view, next % SORTS[this.view].length);
    this.scroll = 0;
  }

  #move(by: number): void {
    this.scroll = Math.max(0, this.scroll + by);
  }
}

/** The sum of numbers by name. */
export function sumOf(numbers: Readonly<Record<string, number>>): number {
  return Object.values(numbers).reduce((sum, value) => sum + value, 0);
}

/**
 * Sorts rows by what a column shows: numbers with the largest first, texts from A to Z.
 *
 * @param rows what is sorted
 * @param value what the column shows of a row
 * @param isReversed the other way round
 */
export function sortedBy<T>(
  rows: readonly T[],
  value: (row: T) => number | string,
  isReversed: boolean,
): T[] {
  const order = (a: T, b: T) => {
    const [left, right] = [value(a), value(b)];
    if (typeof left === "number" && typeof right === "number") return right - left;
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const sorted = [...rows].sort(order);
  return isReversed ? sorted.reverse() : sorted;
}
