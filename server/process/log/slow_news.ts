// Tells of slow requests, of ten in a second at most, and of how many more there were: a disk or a neighbour that is
// slow makes all requests slow. Used in each worker, whose news go to main, and in main, whose news go to the log.

import type { FieldsOf } from "../../contract/log/events.ts";

/** What the log says of a slow request. */
export type SlowFields = FieldsOf<"slow"> & { readonly waitedFor: string; readonly ms: number };

/** Told of so many in so many milliseconds. */
const MAX_SLOW_NEWS = 10;
const PERIOD_MS = 1000;

/** Where the news go. */
export interface SlowNewsSink {
  tell(fields: SlowFields): void;
  /** There were so many more. */
  tellMore(count: number): void;
}

/** Passes on the first news of each second. */
export class SlowNews {
  readonly #sink: SlowNewsSink;
  readonly #now: () => number;
  #sinceMs = -Infinity;
  #told = 0;
  #more = 0;

  /** `now` only goes up. */
  constructor(sink: SlowNewsSink, now: () => number = () => performance.now()) {
    this.#sink = sink;
    this.#now = now;
  }

  /** A request was slow. */
  note(fields: SlowFields): void {
    this.tick();
    if (this.#told >= MAX_SLOW_NEWS) {
      this.#more++;
      return;
    }
    if (this.#told === 0) this.#sinceMs = this.#now();
    this.#told++;
    this.#sink.tell(fields);
  }

  /** So many were slow of which nothing else is known. */
  noteMore(count: number): void {
    this.tick();
    if (this.#told === 0 && this.#more === 0) this.#sinceMs = this.#now();
    this.#more += count;
  }

  /** Tells at the end of a second of what was left out; called a few times a second. */
  tick(): void {
    if (this.#now() - this.#sinceMs < PERIOD_MS) return;
    const more = this.#more;
    this.#told = this.#more = 0;
    if (more > 0) this.#sink.tellMore(more);
  }
}

/** One line for people. */
export function slowText(fields: SlowFields): string {
  const { waitedFor, ms, protocol, command, key, keys, method, path, address } = fields;
  const took = `${ms.toLocaleString("en-US")} ms`;
  const more = typeof keys === "number" && keys > 1 ? ` and ${keys - 1} more keys` : "";
  const asked = method === undefined ? "" : ` (${method} ${path})`;
  const from = `, ${protocol}${asked} from ${address === "" ? "an unknown client" : address}`;
  if (waitedFor === "body") return `slow: a body took ${took} to come${from}`;
  if (waitedFor === "disk") return `slow: an answer waited ${took} for the disk${from}`;
  return `slow: ${command}${key === undefined ? "" : ` "${key}"`}${more} took ${took}${from}`;
}
