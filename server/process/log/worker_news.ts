// What workers have main say in the server's log: warnings, wrong tokens, slow requests. However many workers tell
// of the same, it is said no more often than for one of them. Knows no worker but by its number.

import type { EventLog } from "../../contract/log/events.ts";
import type { ControlHandler } from "../control.ts";
import { failedTokenText, PacedNews } from "../paced_news.ts";
import { type SlowFields, SlowNews, slowText } from "./slow_news.ts";

/** Time between two lines about bugs of a worker. */
const BUG_PAUSE_MS = 1000;

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
  /** By worker. */
  readonly #bugs = new Map<number, PacedNews>();

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
    for (const bugs of this.#bugs.values()) bugs.tick();
  }

  /** A request has caused an exception in a worker; one such line a second is enough, with one trace. */
  bug(worker: number, text: string): void {
    let bugs = this.#bugs.get(worker);
    if (bugs === undefined) {
      bugs = new PacedNews((trace, count) => {
        const more = count === 1 ? "" : ` (and ${count - 1} more requests)`;
        const line = `a request failed in worker ${worker}${more}: ${trace}`;
        this.#log.error("bug", line, { worker, count });
      }, BUG_PAUSE_MS);
      this.#bugs.set(worker, bugs);
    }
    bugs.note(text);
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
