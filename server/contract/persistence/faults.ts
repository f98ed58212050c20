// Why log or snapshot could not be written, as one word that any thread can read: which step failed, and
// the system's code. Knows the texts that the C library has for those codes, which Redis shows too.

/** What could not be done, in the words of a message behind "cannot". */
export const FAULT_STEPS = [
  "be written",
  "be synced",
  "be begun",
  "keep up with writes",
] as const;

/** Number of each step in {@linkcode FAULT_STEPS}. */
export const FaultStep = { write: 0, sync: 1, begin: 2, keepUp: 3 } as const;
/** One of the values of the constant of the same name. */
export type FaultStep = typeof FaultStep[keyof typeof FaultStep];

/** The system's codes that a disk answers with, and their texts as strerror(3) has them; the last is our own. */
const CAUSES: readonly (readonly [code: string, text: string])[] = [
  ["", "unknown error"],
  ["ENOSPC", "No space left on device"],
  ["EIO", "Input/output error"],
  ["EDQUOT", "Disk quota exceeded"],
  ["EROFS", "Read-only file system"],
  ["EACCES", "Permission denied"],
  ["EPERM", "Operation not permitted"],
  ["ENOENT", "No such file or directory"],
  ["EMFILE", "Too many open files"],
  ["ENFILE", "Too many open files in system"],
  ["EFBIG", "File too large"],
  ["ESTALE", "Stale file handle"],
  ["ENODEV", "No such device"],
  ["ENXIO", "No such device or address"],
  ["ETIMEDOUT", "Connection timed out"],
  ["EEXIST", "File exists"],
  ["ENOTDIR", "Not a directory"],
  ["EINTR", "Interrupted system call"],
  ["SLOW", "The log ring was full for too long"],
];
const CAUSE_BITS = 8;
const CAUSE_MASK = (1 << CAUSE_BITS) - 1;

/** The word for a step that failed with `error`. It is never 0. */
export function faultWord(step: FaultStep, error: unknown): number {
  return ((step + 1) << CAUSE_BITS) | causeOf(error);
}

/** Why it failed, for people: "No space left on device". */
export function faultCause(word: number): string {
  return CAUSES[word & CAUSE_MASK]?.[1] ?? CAUSES[0]![1];
}

/** What could not be done: "be written". `word` is not 0. */
export function faultStep(word: number): string {
  return FAULT_STEPS[(word >>> CAUSE_BITS) - 1] ?? FAULT_STEPS[FaultStep.write];
}

function causeOf(error: unknown): number {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : "";
  const found = CAUSES.findIndex(([name, text]) =>
    name !== "" && (name === code || message.toLowerCase().includes(text.toLowerCase()))
  );
  return Math.max(0, found);
}
