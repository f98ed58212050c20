// Hears of what took long in one worker: commands go into the slow log, and whatever took longer than --slow is told
// of in the server's log. Knows thresholds; how long something took it is told.

import type {
  Asker,
  CommandRun,
  SlowListener,
  SlowWait,
} from "../../contract/log/slow_requests.ts";
import type { SlowLog } from "../slow_log.ts";
import { type SlowFields, SlowNews, type SlowNewsSink } from "./slow_news.ts";

const MS_US = 1000;

/** The slow requests of one worker. */
export class SlowRequests implements SlowListener {
  readonly fromMs: number;
  readonly #log: SlowLog;
  readonly #news: SlowNews;

  /** `slowMs`: the value of --slow. News go to `sink`. */
  constructor(slowMs: number, log: SlowLog, sink: SlowNewsSink) {
    this.fromMs = slowMs;
    this.#log = log;
    this.#news = new SlowNews(sink);
  }

  get slowerThanUs(): number {
    return this.#log.slowerThanUs;
  }

  get fromUs(): number {
    return Math.min(this.#log.slowerThanUs, this.fromMs * MS_US);
  }

  noteCommand(run: CommandRun, tookUs: number): void {
    const { command, words, address, clientName, key, keys } = run;
    if (tookUs >= this.#log.slowerThanUs) {
      const atSeconds = Math.floor(Date.now() / 1000);
      this.#log.add({ atSeconds, tookUs, words, address, clientName });
    }
    const ms = Math.round(tookUs / MS_US);
    if (tookUs < this.fromMs * MS_US) return;
    const ofKeys = key === null ? {} : { key, keys };
    this.#news.note({ waitedFor: "command", ms, command, ...ofKeys, ...fieldsOf(run) });
  }

  noteWait(waitedFor: SlowWait, ms: number, asker: Asker): void {
    this.#news.note({ waitedFor, ms: Math.round(ms), ...fieldsOf(asker) });
  }

  /** To be called a few times a second. */
  tick(): void {
    this.#news.tick();
  }
}

function fieldsOf({ protocol, address, clientName, trace }: Asker): Partial<SlowFields> {
  const named = clientName === "" ? {} : { clientName };
  const traced = trace === null || trace.traceparent === null
    ? {}
    : { traceparent: trace.traceparent };
  const asked = trace === null ? {} : { method: trace.method, path: trace.path };
  return { protocol, ...asked, address, ...named, ...traced };
}
