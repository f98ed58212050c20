// Things that take some making and are used by one request after the other: kept when they are given
// back, up to a number, so that bursts are made for and not kept for. Knows nothing of what they are.

/** A pool of one kind of thing. */
export class Pool<T> {
  readonly #spare: T[] = [];
  readonly #make: () => T;
  readonly #maxSpare: number;

  /** Keeps at most `maxSpare` that nobody uses; `make` makes what is missing. */
  constructor(maxSpare: number, make: () => T) {
    this.#maxSpare = maxSpare;
    this.#make = make;
  }

  /** One for the caller alone: used before, and as its user left it, or new. */
  take(): T {
    return this.#spare.pop() ?? this.#make();
  }

  /** Takes back what {@linkcode take} gave. */
  give(one: T): void {
    if (this.#spare.length < this.#maxSpare) this.#spare.push(one);
  }
}
