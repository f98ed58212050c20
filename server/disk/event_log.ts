// Where whoever runs the server hears of what happens to its files. An interface, since this room must
// not know how events are printed.

/** Additional facts of an event, for programs. */
export type EventFields = Readonly<Record<string, string | number | boolean>>;

/** Takes events. */
export interface EventLog {
  /** An event that is as it should be. */
  info(event: string, text: string, fields?: EventFields): void;
  /** An event that needs a look. The server goes on. */
  warn(event: string, text: string, fields?: EventFields): void;
  /** An event that ends the server or a part of it. */
  error(event: string, text: string, fields?: EventFields): void;
}
