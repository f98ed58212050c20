// What is known of a request that took long, and who wants to hear of it: the slow log, and the server's log
// (--slow). Interfaces, since commands know no worker, and a worker no HTTP.

/** What an HTTP request says of itself. */
export interface RequestTrace {
  readonly method: string;
  /** Its path without the query, escaped and cut. */
  readonly path: string;
  /** Its W3C trace context, or null where it has none that is valid. */
  readonly traceparent: string | null;
}

/** Where commands come from on transports on which it has its price to know. */
export interface RequestOrigin {
  readonly protocol: "http" | "rest" | "websocket";
  /** Where the client is. */
  address(): string;
  /** What its request says, or null where there is none, as on a WebSocket. */
  trace(): RequestTrace | null;
}

/** Who has asked. */
export interface Asker {
  readonly protocol: string;
  readonly address: string;
  readonly clientName: string;
  readonly trace: RequestTrace | null;
}

/** A command that runs or has run. */
export interface CommandRun extends Asker {
  readonly command: string;
  /** Its name and first arguments, cut, as the slow log shows them. */
  readonly words: readonly string[];
  /** Its first key, escaped and cut; null: it has none. */
  readonly key: string | null;
  /** How many keys it has. */
  readonly keys: number;
}

/** What a slow request has waited for, besides commands. */
export type SlowWait = "body" | "disk";

/** Hears of requests that took long. */
export interface SlowListener {
  /** Commands that take at least this many microseconds go into the slow log. Infinity: none. */
  readonly slowerThanUs: number;
  /** Commands that take at least this many microseconds are to be told of. Infinity: none. */
  readonly fromUs: number;
  /** A command took so long. */
  noteCommand(run: CommandRun, tookUs: number): void;
  /** Waits of at least this many milliseconds are to be told of. Infinity: none. */
  readonly fromMs: number;
  /** A request has waited so long. */
  noteWait(waitedFor: SlowWait, ms: number, asker: Asker): void;
}
