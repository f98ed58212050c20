// What took long in this worker and in all of them: its own log, and how the others are asked for theirs. Main
// has none: it tells a worker.

import type {
  LatencyEvent,
  LatencyEventName,
  LatencyMonitor,
} from "../../contract/metrics/latency.ts";
import { joinedEvents, LatencyLog } from "../../observe/latency/latency_log.ts";

/** What workers ask each other, and are told by main. */
export type LatencyQuestion =
  | { readonly what: "latencyEvents" }
  | { readonly what: "resetLatency"; readonly names: readonly string[] }
  | {
    readonly what: "latencyEvent";
    readonly name: LatencyEventName;
    readonly tookUs: number;
  };

/** What one worker knows of what took long. */
export class LatencyNews implements LatencyMonitor {
  readonly #log = new LatencyLog();
  readonly #ask: (question: LatencyQuestion) => Promise<readonly unknown[]>;

  /** `ask` asks all workers. */
  constructor(ask: (question: LatencyQuestion) => Promise<readonly unknown[]>) {
    this.#ask = ask;
  }

  get thresholdUs(): number {
    return this.#log.thresholdUs;
  }

  /** What takes at least so many milliseconds is noted; 0: nothing is. */
  set thresholdMs(ms: number) {
    this.#log.thresholdUs = ms === 0 ? Infinity : ms * 1000;
  }

  note(name: LatencyEventName, tookUs: number): void {
    this.#log.note(name, tookUs, Math.floor(Date.now() / 1000));
  }

  async events(): Promise<readonly LatencyEvent[]> {
    return joinedEvents(await this.#ask({ what: "latencyEvents" }) as readonly LatencyEvent[][]);
  }

  eventsNow(): readonly LatencyEvent[] {
    return this.#log.events;
  }

  async reset(names: readonly string[]): Promise<number> {
    const gone = await this.#ask({ what: "resetLatency", names }) as readonly string[][];
    return new Set(gone.flat()).size;
  }

  resetNow(names: readonly string[]): number {
    const gone = this.#log.reset(names);
    // A worker that cannot be told is about to be ended.
    void this.#ask({ what: "resetLatency", names }).catch(() => {});
    return gone.length;
  }

  /** Answers a question of another worker, or of main. */
  answer(question: LatencyQuestion): unknown {
    switch (question.what) {
      case "latencyEvents":
        return this.#log.events;
      case "resetLatency":
        return this.#log.reset(question.names);
      case "latencyEvent":
        return this.note(question.name, question.tookUs);
    }
  }
}

/** The workers, as main tells them what took long there. */
interface Workers {
  askOne(question: LatencyQuestion): Promise<void>;
  setting(name: string): string | undefined;
}

/** Something in main took so long: a worker remembers it, where that is wanted. */
export function noteInMain(workers: Workers, name: LatencyEventName, tookMs: number): void {
  const thresholdMs = Number(workers.setting("latency-monitor-threshold") ?? 0);
  if (thresholdMs === 0 || tookMs < thresholdMs) return;
  void workers.askOne({ what: "latencyEvent", name, tookUs: tookMs * 1000 });
}

/** Whether a question is one of these. */
export function isLatency(
  question: { readonly what: string },
): question is LatencyQuestion {
  return /^(latencyEvents?|resetLatency)$/.test(question.what);
}
