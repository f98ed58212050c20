// What one worker has to say in the server's log, by way of main: never of each time that clients can bring about as
// often as they like. Never sees a token.

import { messageOf } from "../../contract/error_text.ts";
import { escapedAndCut } from "../../contract/log/plain_text.ts";
import type { ControlChannel } from "../control.ts";
import { PacedNews, WARNING_PAUSE_MS, warningText } from "../paced_news.ts";

/** Of what scripts write down, from this level on it is passed on: notices and warnings; and so much of it. */
const MIN_LOG_LEVEL = 2;
const MAX_LOG_CHARS = 200;

/** One worker's part of the log. */
export class WorkerVoice {
  readonly #failedTokens: PacedNews;
  readonly #warnings: PacedNews;

  /** Speaks to main over `channel`. */
  constructor(channel: ControlChannel) {
    this.#failedTokens = new PacedNews((address, count) => {
      channel.notify("failedTokens", { address, count });
    });
    this.#warnings = new PacedNews((text, count) => {
      channel.notify("warn", warningText(text, count));
    }, WARNING_PAUSE_MS);
  }

  /** Tells of what had to wait; called a few times a second. */
  tick(): void {
    this.#failedTokens.tick();
    this.#warnings.tick();
  }

  /** A wrong token was given. */
  failedToken(address: string): void {
    this.#failedTokens.note(address);
  }

  /** Something needs a look. */
  warn(error: unknown): void {
    this.#warnings.note(messageOf(error));
  }

  /** What a script has written down for people, where that matters to them. */
  script(level: number, text: string): void {
    if (level < MIN_LOG_LEVEL) return;
    this.#warnings.note(`a script says: ${escapedAndCut(text, MAX_LOG_CHARS)}`);
  }
}
