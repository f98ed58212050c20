// What workers have main say in the server's log: warnings, wrong tokens, slow requests. However many workers tell
// of the same, it is said no more often than for one of them. Knows no worker but by its number.

import type { EventLog } from "../../contract/log/events.ts";
import type { ControlHandler } from "../control.ts";
import { failedTokenText, PacedNews } from "../paced_news.ts";
import { type SlowFields, SlowNews, slowText } from "./slow_news.ts";

/** What a worker tells of wrong tokens. */
export interface FailedTokenNews {
  readonly address: string;
  readonly count: number;
}

/** The news of all workers. */
export class WorkerNews {
  readonly #log: EventLog;
  readonly #failedTokens: PacedNews;
  readonly #slow: SlowNews;

  constructor(log: EventLog) {
    this.#log = log;
    this.#failedTokens = new PacedNews((address, count) => {
      log.warn("token", failedTokenText(address, count), { address, count });
    });
    this.#slow = new SlowNews({
      tell: (fields) => log.warn("slow", slowText(fields), fields),
      tellMore: (count) => {
        const text = `slow: ${count.toLocaleString("en-US")} more requests in the same second`;
        log.warn("slow-more", text, { count });
      },
    });
  }

  /** Tells of what had to wait; called a few times a second. */
  tick(): void {
    this.#failedTokens.tick();
    this.#slow.tick();
  }

  /** What hears a worker. */
  handlersOf(worker: number): Readonly<Record<string, ControlHandler>> {
    return {
      failedTokens: (news) => {
        const { address, count } = news as FailedTokenNews;
        this.#failedTokens.note(address, count);
      },
      warn: (text) => this.#log.warn("worker", `worker ${worker}: ${text}`, { worker }),
      slow: (fields) => this.#slow.note({ ...fields as SlowFields, worker }),
      slowMore: (count) => this.#slow.noteMore(count as number),
    };
  }
}
