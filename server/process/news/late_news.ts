// What one worker was told while it held locks, and so could not ask the others: they hear of it a little later, as it
// is by then, one message at a time. Knows no options and no counters.

import type { OptionValue } from "../../contract/server.ts";
import type { Question } from "../questions.ts";

/** News for the other workers. */
export class LateNews {
  readonly #untold = new Map<string, string>();
  #hasReset = false;
  #hasCleared = false;
  #isTelling = false;
  readonly #send: (question: Question) => Promise<unknown>;

  /** `send` asks all workers. */
  constructor(send: (question: Question) => Promise<unknown>) {
    this.#send = send;
  }

  /** Options were set. */
  setOptions(values: readonly OptionValue[]): void {
    for (const [name, value] of values) this.#untold.set(name, value);
    void this.#tell();
  }

  /** Counters were set to 0. */
  resetStats(): void {
    this.#hasReset = true;
    void this.#tell();
  }

  /** The slow log was emptied. */
  clearSlowLog(): void {
    this.#hasCleared = true;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    // A worker that cannot be told is about to be ended, and begins with the options of the start.
    for (let news = this.#next(); news !== null; news = this.#next()) {
      await this.#send(news).catch(() => {});
    }
    this.#isTelling = false;
  }

  /** What the others have to be told next, or null. */
  #next(): Question | null {
    if (this.#hasReset) {
      this.#hasReset = false;
      return { what: "resetStats" };
    }
    if (this.#hasCleared) {
      this.#hasCleared = false;
      return { what: "clearSlowLog" };
    }
    if (this.#untold.size === 0) return null;
    const values = [...this.#untold];
    this.#untold.clear();
    return { what: "setOptions", values };
  }
}
