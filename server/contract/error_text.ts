// What was thrown, as text: for messages to people and for the log. Anything can be thrown, so
// anything is taken.

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same with the places in the code where it came from, if they are known. */
export function traceOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
