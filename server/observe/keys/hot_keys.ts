// The keys that the clients of one worker ask for most: it counts one in so many, the fewer the more there are, and
// lets what was counted fade, so that it speaks of the last minute or two. Knows no client and no command.

import type { ServerCache } from "../../contract/counters.ts";
import type { HotAnswer } from "../../contract/keys/hot_answer.ts";
import type { HotCounter } from "../../contract/keys/key_samples.ts";
import { HotBoard } from "./hot_board.ts";
import { SpaceSaving } from "./space_saving.ts";

/** After so long, what was counted counts half. With a steady load it is as if the last 87 s counted. */
const HALF_LIFE_MS = 60_000;
/** Time between two times at which all counts are made smaller. */
const FADE_MS = 1000;
/** Up to so many keys a tick, which is a quarter of a second, one in so many is counted: for accuracy, see bench/keys. */
const PACES: readonly (readonly [keys: number, oneIn: number])[] = [
  [500, 1],
  [2000, 2],
  [6000, 4],
  [25_000, 8],
  [50_000, 16],
  [100_000, 32],
  [Infinity, 64],
];
/** After so many within a tick the pace of the most keys holds for the rest of it. */
const MAX_COUNTED = 8192;
/** Keys that came less often are no business of other workers. */
const MIN_PUBLISHED = 4;
/** Keys that were seen less often say nothing. */
const MIN_COUNT = 0.5;

/** The hottest keys of one worker. */
export class HotKeys implements HotCounter {
  readonly #counters = new SpaceSaving();
  /** One key in so many is counted, and stands for so many. */
  #oneIn = 1;
  /** How many were counted since the last tick. */
  #counted = 0;
  /** How many keys these stood for before the pace was changed. */
  #stoodFor = 0;
  #requests = 0;
  #seconds = 0;
  #fadedMs: number;
  #random: number;
  readonly #board: HotBoard | null;

  /** `nowMs` is the time by any clock, `seed` any number but 0: by it keys are drawn. Others hear of them by `board`. */
  constructor(nowMs: number, seed: number, board: HotBoard | null = null) {
    this.#board = board;
    this.#fadedMs = nowMs;
    this.#random = seed | 0 || 1;
  }

  count(
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    isWrite: boolean,
  ): number {
    const oneIn = this.#oneIn;
    this.#counters.add(hash, database, bytes, start, length, oneIn, isWrite);
    if (++this.#counted === MAX_COUNTED) this.#hurry();
    return oneIn === 1 ? 0 : this.#gap(oneIn);
  }

  usesOf(hash: number, database: number, bytes: Uint8Array, start: number, length: number): number {
    const own = this.#counters.countOf(hash, database, bytes, start, length);
    return this.#board === null ? own : own + this.#board.usesElsewhere(hash);
  }

  /** How many keys to pass over: any number up to twice the mean. A fixed one might go along with what clients do. */
  #gap(oneIn: number): number {
    // Xorshift: G. Marsaglia, "Xorshift RNGs", 2003.
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.#random = random;
    return Math.imul(random >>> 16, 2 * oneIn - 1) >>> 16;
  }

  /** Counts as few as possible until the next tick. */
  #hurry(): void {
    this.#sum();
    this.#oneIn = PACES[PACES.length - 1]![1];
  }

  /** Adds what was counted to the requests. */
  #sum(): void {
    this.#stoodFor += this.#counted * this.#oneIn;
    this.#requests += this.#counted * this.#oneIn;
    this.#counted = 0;
  }

  /** To be called four times a second, with the time. */
  tick(nowMs: number): void {
    this.#sum();
    const keys = this.#stoodFor;
    this.#stoodFor = 0;
    this.#oneIn = PACES.find(([most]) => keys <= most)![1];
    const passedMs = nowMs - this.#fadedMs;
    if (passedMs < FADE_MS) return;
    this.#fade(passedMs);
    this.#fadedMs = nowMs;
    this.#publish();
  }

  #publish(): void {
    const board = this.#board;
    if (board === null) return;
    let entries = 0;
    this.#counters.visitTop(MIN_PUBLISHED, (hash, count) => board.write(entries++, hash, count));
    board.end(entries);
  }

  #fade(passedMs: number): void {
    const factor = 2 ** (-passedMs / HALF_LIFE_MS);
    this.#counters.scale(factor);
    this.#requests *= factor;
    this.#seconds = this.#seconds * factor + fadedSeconds(passedMs);
  }

  /** The `most` hottest keys now. */
  top(nowMs: number, most: number): HotAnswer {
    const requests = this.#requests + this.#counted * this.#oneIn;
    const seconds = this.#seconds + (nowMs - this.#fadedMs) / 1000;
    return { requests, seconds, keys: this.#counters.top(most, MIN_COUNT) };
  }
}

/** What is left of so long at its end, as much as of what was counted in it. */
function fadedSeconds(passedMs: number): number {
  const halves = passedMs / HALF_LIFE_MS;
  return (1 - 2 ** -halves) * HALF_LIFE_MS / Math.LN2 / 1000;
}

/** Those of the worker that uses `cache`, which others hear of; without a cache they are for itself. */
export function hotKeysOf(cache: ServerCache | null): HotKeys {
  const board = cache === null ? null : new HotBoard(cache.region, cache.actor);
  return new HotKeys(performance.now(), (2 ** 32 * Math.random()) | 0, board);
}
