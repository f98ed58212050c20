// Tells of wrong tokens, but not of each: who guesses them by the thousand is to fill neither a log
// nor a channel. Used in each worker, whose news go to main, and in main, whose news go to the log.
// Never sees a token.

/** Time between two pieces of news, in milliseconds. */
const PAUSE_MS = 1000;

/** Passes on who has given a wrong token, once a second at most. */
export class FailedTokens {
  readonly #tell: (address: string, count: number) => void;
  readonly #now: () => number;
  #toldMs = -Infinity;
  /** The first of those that have not been told of, and how many they are. */
  #address = "";
  #count = 0;

  /** `tell` is called with an address and for how many failures it stands; `now` only goes up. */
  constructor(
    tell: (address: string, count: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#tell = tell;
    this.#now = now;
  }

  /** Notes failures, one of which came from `address`. */
  note(address: string, count = 1): void {
    if (this.#count === 0) this.#address = address;
    this.#count += count;
    this.tick();
  }

  /** Tells of those that had to wait; called a few times a second. */
  tick(): void {
    if (this.#count === 0 || this.#now() - this.#toldMs < PAUSE_MS) return;
    this.#toldMs = this.#now();
    const count = this.#count;
    this.#count = 0;
    this.#tell(this.#address, count);
  }
}

/** One line for the log. */
export function failedTokenText(address: string, count: number): string {
  const others = count === 1 ? "" : `, and ${count - 1} more times by anybody`;
  return `a wrong token was given by ${address === "" ? "an unknown client" : address}${others}`;
}
