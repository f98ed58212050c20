// Makes a thrown value into text, for messages to people and for the log. Anything can be thrown, so
// anything is accepted.

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same, with the stack trace if there is one. */
export function traceOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
