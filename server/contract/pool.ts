// Keeps objects that are costly to make, so that the next request can use them again. It keeps only a
// few: those that a burst needed besides are dropped. Does not know what the objects are.

/** A pool of one kind of object. */
export class Pool<T> {
  readonly #spare: T[] = [];
  readonly #make: () => T;
  readonly #maxSpare: number;

  /** Keeps at most `maxSpare` unused objects. Where none is left, `make` makes one. */
  constructor(maxSpare: number, make: () => T) {
    this.#maxSpare = maxSpare;
    this.#make = make;
  }

  /** An object for the caller alone. It is new, or as its last user left it. */
  take(): T {
    return this.#spare.pop() ?? this.#make();
  }

  /** Takes back an object that {@linkcode take} gave. */
  give(one: T): void {
    if (this.#spare.length < this.#maxSpare) this.#spare.push(one);
  }
}
