// What main passes on from one worker to all of them: a few questions at a time, so that it never has
// more than their answers at hand; the others wait, and who has waited too long is not asked for any
// more. Knows no question.

import { MAX_ANSWER_BYTES } from "../contract/reply.ts";

/** Most questions at a time. */
const MAX_ASKED = 2;

/** Passes questions on. */
export class Relay {
  /** Set once the process ends: then nothing is passed on any more. */
  isClosed = false;
  readonly #ask: (question: unknown) => Promise<readonly unknown[]>;
  readonly #now: () => number;
  readonly #maxWaitMs: number;
  readonly #waiting: (() => void)[] = [];
  #askedCount = 0;

  /** `ask` asks all; nobody waits for longer than `maxWaitMs` by the clock `now`. */
  constructor(
    ask: (question: unknown) => Promise<readonly unknown[]>,
    maxWaitMs: number,
    now: () => number = () => performance.now(),
  ) {
    this.#ask = ask;
    this.#maxWaitMs = maxWaitMs;
    this.#now = now;
  }

  /**
   * Asks when it is its turn. Resolves with the answers, or with a null alone where their texts are
   * more than one answer may hold.
   */
  async ask(question: unknown): Promise<readonly unknown[]> {
    const sinceMs = this.#now();
    if (this.#askedCount >= MAX_ASKED) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#askedCount++;
    try {
      if (this.isClosed) throw new Error("Cannot ask the workers: the server is stopping");
      if (this.#now() - sinceMs > this.#maxWaitMs) {
        throw new Error("Cannot ask the workers: too many questions are in line");
      }
      return bounded(await this.#ask(question));
    } finally {
      // Its place goes to the next one.
      const next = this.#waiting.shift();
      if (next === undefined) this.#askedCount--;
      else next();
    }
  }
}

function bounded(answers: readonly unknown[]): readonly unknown[] {
  let length = 0;
  for (const answer of answers) if (typeof answer === "string") length += answer.length;
  return length > MAX_ANSWER_BYTES ? [null] : answers;
}
