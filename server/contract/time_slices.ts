// Keeps long work from holding up a worker. The time of all work is counted, whichever client it is
// for. After 8 ms, further work waits until the event loop has had its turn, and then goes on one piece
// after the other: first whose client has used least of the worker's time. That is fair queueing by
// virtual times (A. Demers, S. Keshav, S. Shenker: "Analysis and simulation of a fair queueing
// algorithm", 1989). EXEC cannot wait with its locks: what it does to all keys has a bound.

import { setImmediate } from "node:timers";

/** Most work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 8;
/** After so much work one begins to see whether the event loop has turns by itself. */
const WATCHED_MS = 2;
/** What one piece of work that is no raw client's counts for, among those that wait. */
const PIECE_MS = 0.25;
/**
 * Passes of the event loop that make a turn. Deno 2.9 looks for new input when it has nothing else to
 * do, or at each 61st pass; 64 empty ones take 0.13 ms. A timer of 0 ms leaves the thread idle for 2.
 */
const TURN_PASSES = 64;
/**
 * After so many milliseconds a turn ends sooner, so many passes after the timer has: no timer ends before new input was
 * looked for. While HTTP clients keep the loop busy, 64 passes took 6 s. Others take a few milliseconds, and must be
 * that many: with 1 ms, others waited for a tenth of a second beside 500 clients that send PING without end.
 */
const LONG_TURN_MS = 50;
const LAST_PASSES = 3;

/** A turn of the event loop that is being waited for. */
interface Turn {
  left: number;
  readonly resolve: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Resolves after the event loop has had its turn: what has come in by now has been looked at. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => turn.left = Math.min(turn.left, LAST_PASSES), LONG_TURN_MS);
    const turn: Turn = { left: TURN_PASSES, resolve, timer };
    pass(turn);
  });
}

/** Calls `work` once what has come in by now has been seen to, before the event loop waits for more. */
export function atTurnEnd(work: () => void): void {
  setImmediate(work);
}

function pass(turn: Turn): void {
  if (turn.left-- > 0) {
    setImmediate(pass, turn);
    return;
  }
  clearTimeout(turn.timer);
  turn.resolve();
}

/** One that waits. */
interface Waiting {
  /** The smallest goes first; of equal ones the one that came first. */
  readonly place: number;
  readonly order: number;
  readonly go: () => void;
}

/**
 * All that wait, in the order in which they should go on: a binary heap, since thousands of clients
 * may wait.
 */
export class TurnQueue {
  readonly #heap: Waiting[] = [];
  #count = 0;

  /** How many wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** Lets another wait: `go` is called by {@linkcode next} when no place before `place` is taken. */
  add(place: number, go: () => void): void {
    const heap = this.#heap;
    const added = { place, order: this.#count++, go };
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, added)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = added;
  }

  /** Lets the first go on. Returns false if nobody waits. */
  next(): boolean {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined) return false;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    first.go();
    return true;
  }

  /** Puts one in place of the first, which has gone. */
  #sink(one: Waiting): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(one, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = one;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.place < b.place || a.place === b.place && a.order < b.order;
}

/** Divides the time of one worker into slices. */
export class TimeSlices {
  #busyMs = 0;
  readonly #waiting = new TurnQueue();
  #isRenewing = false;
  #isWatched = false;
  /** To what the work of a client has come that has always had its share, and no more. */
  #fairMs = 0;
  /** The latest piece of work that takes slices one after the other. */
  #last: Promise<void> | null = null;

  /** Counts work that was done. If the slice is not used up, the next waiting work may begin. */
  spend(ms: number): void {
    this.#busyMs += ms;
    this.#fairMs += ms / (this.#waiting.size + 1);
    if (this.isOver) {
      if (!this.#isRenewing) this.#renew();
      return;
    }
    if (this.#busyMs > WATCHED_MS && !this.#isWatched) this.#watch();
    this.#waiting.next();
  }

  /**
   * Counts work of a client whose work before, counted so, has come to `fromMs`. Returns to what it
   * has come now.
   */
  spendFor(fromMs: number, ms: number): number {
    // Who has used less than his share until now is not owed the rest.
    const toMs = Math.max(fromMs, this.#fairMs) + ms;
    this.spend(ms);
    return toMs;
  }

  /** Whether the slice is used up: the event loop must have its turn before more work. */
  get isOver(): boolean {
    return this.#busyMs >= SLICE_MS;
  }

  /** Whether whoever begins now has to wait. */
  get isBusy(): boolean {
    return this.#busyMs >= SLICE_MS || this.#waiting.size > 0;
  }

  /** Whether the slice would be used up after `ms` more. */
  isOverAfter(ms: number): boolean {
    return this.#busyMs + ms >= SLICE_MS;
  }

  /** Resolves when long work may go on. Of all that waits, one piece goes on at a time. */
  turn(): Promise<void> {
    return this.isBusy ? this.turnOf(this.#fairMs, PIECE_MS) : Promise.resolve();
  }

  /**
   * Resolves when it is the turn of a client whose work has come to `fromMs`, and whose next piece
   * will take about `ms`. What it has used too much of does not count for more than two such pieces:
   * most of it may have been a pause, such as for the garbage collector.
   */
  turnOf(fromMs: number, ms: number): Promise<void> {
    const place = Math.min(Math.max(fromMs, this.#fairMs), this.#fairMs + 2 * ms) + ms;
    return new Promise((resolve) => this.#waiting.add(place, resolve));
  }

  /** Ends the slice as soon as the event loop has had a turn by itself: no timer ends without one. */
  #watch(): void {
    this.#isWatched = true;
    setTimeout(() => {
      this.#isWatched = false;
      if (!this.#isRenewing) this.#busyMs = 0;
    }, 0);
  }

  /** Begins another slice after a turn of the event loop, and more of them while work is waiting. */
  async #renew(): Promise<void> {
    this.#isRenewing = true;
    do {
      await nextTurn();
      this.#busyMs = 0;
      // The others follow it, each when the one before has ended.
    } while (this.#waiting.next());
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

/** Longest time for the walks of one EXEC, in milliseconds. */
export const MAX_HELD_WALK_MS = 20;
/** Keys that are looked at in any case. */
const FREE_KEYS = 5000;
/** One step over buckets counts as so many keys, beside those that it finds. */
const STEP_KEYS = 10;

/**
 * How long the commands of one EXEC may be at all keys. Meanwhile it holds the locks of all shards, and
 * whoever else wants one gives up after 50 ms, so it is bounded well below that. A few thousand keys are
 * looked at in any case: in a small cache no answer depends on how busy the machine is. There is one of
 * these in a worker, which runs one EXEC at a time.
 */
export class HeldWalks {
  #freeKeys = 0;
  #leftMs = 0;
  #fromMs = 0;

  /** An EXEC begins, or a script, which has a bound of its own and may take longer. */
  reset(leftMs: number = MAX_HELD_WALK_MS): void {
    this.#freeKeys = FREE_KEYS;
    this.#leftMs = leftMs;
  }

  /** A command on all keys begins. Returns false where there is no time for it. */
  begin(): boolean {
    this.#fromMs = performance.now();
    return this.#freeKeys > 0 || this.#leftMs > 0;
  }

  /** Notes that it has looked at more keys. Returns whether it may go on. */
  goesOn(keys: number): boolean {
    this.#freeKeys -= keys + STEP_KEYS;
    return this.#freeKeys > 0 || performance.now() - this.#fromMs < this.#leftMs;
  }

  /** It has ended. */
  end(): void {
    this.#freeKeys -= STEP_KEYS;
    this.#leftMs -= performance.now() - this.#fromMs;
  }
}
