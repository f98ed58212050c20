// Prints the server's events: one line each for people, or one JSON object per line. Errors go to
// stderr, the rest to stdout. Requests are never logged.

/** The form of events, and where they are printed. */
export interface LogSink {
  readonly format: "text" | "json";
  readonly now: () => number;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** Additional facts of an event, for programs. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Prints events. */
export class Log {
  readonly #sink: LogSink;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  /** An event that is as it should be. */
  info(event: string, text: string, fields: LogFields = {}): void {
    this.#print("info", event, text, fields);
  }

  /** An event that needs a look. The server goes on. */
  warn(event: string, text: string, fields: LogFields = {}): void {
    this.#print("warn", event, text, fields);
  }

  /** An event that ends the server or a part of it. */
  error(event: string, text: string, fields: LogFields = {}): void {
    this.#print("error", event, text, fields);
  }

  #print(level: "info" | "warn" | "error", event: string, text: string, fields: LogFields): void {
    const { format, now, out, err } = this.#sink;
    const write = level === "info" ? out : err;
    if (format === "text") {
      write(level === "info" ? text : `slabkv: ${text}`);
      return;
    }
    const time = new Date(now()).toISOString();
    write(JSON.stringify({ time, level, event, message: text, ...fields }));
  }
}
