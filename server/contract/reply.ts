// What a command can answer, as calls that every codec understands in its own way.
// Commands make these calls and know no protocol; codecs carry them out and know no command.
// Value bytes go from the region straight into the reply's own buffer, once.

/** What one answer may hold in bytes, whatever the protocol. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Why a command was not carried out. Codecs choose status and wording where theirs differ. */
export type FailureKind =
  | "syntax"
  | "arity"
  | "notInteger"
  | "overflow"
  | "badExpire"
  | "tooLarge"
  | "answerTooLarge"
  | "refused"
  | "busy";

/** A command's refusal: the error code and text of the Redis protocol, and what it is. */
export interface Failure {
  readonly kind: FailureKind;
  readonly code: string;
  readonly message: string;
}

/** Where a command puts its outcome. One call of a command makes one outcome. */
export interface Reply {
  /** Where value bytes are to be written; may be replaced by {@linkcode reserve}. */
  bytes: Uint8Array;
  /** How many more value bytes the answer may hold; a command must not ask for more. */
  readonly bytesLeft: number;
  /** Makes space for `length` bytes; returns where in `bytes` they may be written. */
  reserve(length: number): number;
  /** The bytes written to the place that {@linkcode reserve} returned are a value. */
  value(start: number, length: number): void;
  /** Done, and nothing more to say. */
  ok(): void;
  /** A word that is no value, such as PONG or QUEUED. */
  status(word: string): void;
  /** Text that the server has made: information, names, descriptions. */
  text(text: string): void;
  /** There is no such key. */
  miss(): void;
  /** A condition of the request did not hold. */
  conditionNotMet(): void;
  /** A number: a count, a version, milliseconds. */
  integer(value: number | bigint): void;
  /** A number with a fraction. */
  double(value: number): void;
  /** The next `count` outcomes are one list. */
  array(count: number): void;
  /** The next `2 * count` outcomes are keys and values, in turn. */
  map(count: number): void;
  /** There is no list: a transaction that was not carried out. */
  missArray(): void;
  /** Refused; nothing has changed. */
  fail(failure: Failure): void;
}

/** Answers the `length` bytes of `bytes` from `start`, which do not come from the region. */
export function answerBytes(
  bytes: Uint8Array,
  start: number,
  length: number,
  reply: Reply,
): void {
  const at = reply.reserve(length);
  reply.bytes.set(bytes.subarray(start, start + length), at);
  reply.value(at, length);
}
