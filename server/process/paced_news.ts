// Tells of what clients can bring about as often as they like, wrong tokens and a lack of file
// descriptors, but not of each time: they are to fill neither a log nor a channel. Used in each worker,
// whose news go to main, and in main, whose news go to the log. Never sees a token.

/** Time between two pieces of news of wrong tokens, in milliseconds. */
const TOKEN_PAUSE_MS = 1000;
/** Time between two warnings of a worker, in milliseconds. */
export const WARNING_PAUSE_MS = 10_000;

/** Passes on the first piece of news at once, and one of those after it at most once in a while. */
export class PacedNews {
  readonly #tell: (news: string, count: number) => void;
  readonly #pauseMs: number;
  readonly #now: () => number;
  #toldMs = -Infinity;
  /** The first of those that have not been told of, and how many they are. */
  #news = "";
  #count = 0;

  /** `tell` is called with one piece of news and for how many it stands; `now` only goes up. */
  constructor(
    tell: (news: string, count: number) => void,
    pauseMs: number = TOKEN_PAUSE_MS,
    now: () => number = () => performance.now(),
  ) {
    this.#tell = tell;
    this.#pauseMs = pauseMs;
    this.#now = now;
  }

  /** Notes as many pieces of news, one of which is `news`. */
  note(news: string, count = 1): void {
    if (this.#count === 0) this.#news = news;
    this.#count += count;
    this.tick();
  }

  /** Tells of those that had to wait; called a few times a second. */
  tick(): void {
    if (this.#count === 0 || this.#now() - this.#toldMs < this.#pauseMs) return;
    this.#toldMs = this.#now();
    const count = this.#count;
    this.#count = 0;
    this.#tell(this.#news, count);
  }
}

/** One line for the log: a warning, and how many there were since the one before. */
export function warningText(warning: string, count: number): string {
  return count === 1 ? warning : `${warning}, and ${count - 1} more warnings`;
}

/** One line for the log. */
export function failedTokenText(address: string, count: number): string {
  const others = count === 1 ? "" : `, and ${count - 1} more times by anybody`;
  return `a wrong token was given by ${address === "" ? "an unknown client" : address}${others}`;
}
