// Facts that cost something to find and that many may ask for at once: they are found once, and told to all who ask while they
// are being found and for a moment after. Knows nothing of what they are.

/** Facts of one kind. */
export class SharedFacts<T> {
  readonly #find: () => Promise<T>;
  readonly #freshMs: number;
  readonly #now: () => number;
  #latest: Promise<T> | null = null;
  #foundMs = -Infinity;

  /** What `find` gives is told for `freshMs` from when it was asked for; `now` is in milliseconds, from any time on. */
  constructor(find: () => Promise<T>, freshMs: number, now: () => number) {
    this.#find = find;
    this.#freshMs = freshMs;
    this.#now = now;
  }

  /** The facts. Rejects as finding them did; who asks next has them looked for again. */
  get(): Promise<T> {
    const nowMs = this.#now();
    if (this.#latest !== null && nowMs - this.#foundMs < this.#freshMs) return this.#latest;
    this.#foundMs = nowMs;
    const latest = this.#find();
    this.#latest = latest;
    latest.catch(() => {
      if (this.#latest === latest) this.#latest = null;
    });
    return latest;
  }
}
