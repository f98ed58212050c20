// How a worker treats the requests that come to it, in one word of the region: 0 means that all are answered, so
// that a request costs one compare. The worker writes the low byte of it, main the next one, which is its circuit
// breaker's: so it takes effect in the middle of a turn of the event loop that lasts for seconds.

import type { ServerRegion } from "../counters.ts";

/** The modes of a worker. */
export const WorkerMode = {
  /** Requests are treated as they should be. */
  open: 0,
  /** The same, but some HTTP clients are asked to reconnect, so that they spread over more workers. */
  spreading: 1,
  /** Refused: the data are still being loaded. */
  loading: 2,
  /** Refused: the server is about to stop, and only what is in work still ends. */
  draining: 3,
} as const;
/** One of the values of the constant of the same name. */
export type WorkerMode = typeof WorkerMode[keyof typeof WorkerMode];

const BYTE = 0xff;
const BREAKER_SHIFT = 8;

/** What a breaker lets in: 0 everything, this nothing, a number between them one request of so many. */
export const ADMITS_NONE = BYTE;

/** The state of a breaker. */
export type BreakerState = "closed" | "half-open" | "open";

/** The state of the breaker of the worker that is `actor`. */
export function breakerState(region: ServerRegion, actor: number): BreakerState {
  const admits = admitsOf(region.gauge(actor, "mode"));
  if (admits === 0) return "closed";
  return admits === ADMITS_NONE ? "open" : "half-open";
}

/** Sets what the breaker of the worker that is `actor` lets in. Main alone does so. */
export function setBreaker(region: ServerRegion, actor: number, admits: number): void {
  setByte(region.words, region.gaugeWord(actor, "mode"), BREAKER_SHIFT, admits);
}

function admitsOf(word: number): number {
  return (word >>> BREAKER_SHIFT) & BYTE;
}

/** Sets one byte of a word, of which another thread may set another one. */
function setByte(words: Int32Array, at: number, shift: number, value: number): void {
  for (;;) {
    const before = Atomics.load(words, at);
    const after = (before & ~(BYTE << shift)) | (value << shift);
    if (Atomics.compareExchange(words, at, before, after) === before) return;
  }
}

/** The word of one worker, as that worker sees it. */
export class Gate {
  readonly #words: Int32Array;
  readonly #word: number;
  /** Requests that have come while the breaker was half open. */
  #count = 0;

  constructor(region: ServerRegion, actor: number) {
    this.#words = region.words;
    this.#word = region.gaugeWord(actor, "mode");
  }

  /** Whether all requests are answered. This alone is looked at for each of them. */
  get isOpen(): boolean {
    return this.#words[this.#word] === 0;
  }

  /** How the worker itself wants its requests treated. */
  get mode(): WorkerMode {
    return (this.#words[this.#word]! & BYTE) as WorkerMode;
  }

  set mode(mode: WorkerMode) {
    setByte(this.#words, this.#word, 0, mode);
  }

  /** Whether the breaker lets in less than everything. */
  get isShedding(): boolean {
    return admitsOf(this.#words[this.#word]!) !== 0;
  }

  /** Whether the breaker refuses the request that has come now. To be asked once for each. */
  refuses(): boolean {
    const admits = admitsOf(this.#words[this.#word]!);
    if (admits === 0) return false;
    return admits === ADMITS_NONE || ++this.#count % admits !== 0;
  }
}
