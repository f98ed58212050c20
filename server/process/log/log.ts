// Prints the server's events, those of the wanted levels: one line each for people, or one JSON object per line.
// Warnings and errors go to stderr, the rest to stdout. What there is to tell stands in server/contract/log/events.ts.

import {
  type EventLog,
  type EventName,
  type EventOf,
  type FieldsOf,
  LOG_LEVELS,
  type LogLevel,
} from "../../contract/log/events.ts";
import { escaped } from "../../contract/log/plain_text.ts";

/** The form of events, and where they are printed. */
export interface LogSink {
  readonly format: "text" | "json";
  /** The least important level that is printed; all but "debug" unless given. */
  readonly level?: LogLevel;
  readonly now: () => number;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** Prints events. */
export class Log implements EventLog {
  readonly #sink: LogSink;
  readonly #least: number;

  constructor(sink: LogSink) {
    this.#sink = sink;
    this.#least = LOG_LEVELS.indexOf(sink.level ?? "info");
  }

  debug<Name extends EventOf<"debug">>(event: Name, text: string, fields?: FieldsOf<Name>): void {
    this.#print("debug", event, text, fields);
  }

  info<Name extends EventOf<"info">>(event: Name, text: string, fields?: FieldsOf<Name>): void {
    this.#print("info", event, text, fields);
  }

  warn<Name extends EventOf<"warn">>(event: Name, text: string, fields?: FieldsOf<Name>): void {
    this.#print("warn", event, text, fields);
  }

  error<Name extends EventOf<"error">>(event: Name, text: string, fields?: FieldsOf<Name>): void {
    this.#print("error", event, text, fields);
  }

  #print(level: LogLevel, event: EventName, message: string, fields: object = {}): void {
    const { format, now, out, err } = this.#sink;
    const rank = LOG_LEVELS.indexOf(level);
    if (rank < this.#least) return;
    const write = rank < LOG_LEVELS.indexOf("warn") ? out : err;
    const time = new Date(now()).toISOString();
    if (format === "json") return write(JSON.stringify({ time, level, event, message, ...fields }));
    // What people read at the start of a server, and why it does not start, they read by themselves.
    if (event === "start") return write(message);
    if (event === "refused") return write(`slabkv: ${message}`);
    write(`${time} ${level.padEnd(5)} ${oneLine(message)}`);
  }
}

/** Stack traces have several lines. */
function oneLine(text: string): string {
  return escaped(text.replace(/\s*\n\s*/g, " | "));
}
