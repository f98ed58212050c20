// What a command can answer, as calls. Commands make these calls and know no protocol. Each codec
// carries them out in its own way and knows no command. Value bytes are copied once, from the region
// straight into the reply's own buffer.

/** What one answer may hold in bytes, whatever the protocol. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** What a client is told whose answer would hold more: by commands, or by a codec that finds out. */
export const ANSWER_TOO_LARGE_MESSAGE = "answer would be too large, ask for less at a time";

/** Why a command was not carried out. A codec may have its own status and wording for it. */
export type FailureKind =
  | "unknownCommand"
  | "syntax"
  | "arity"
  | "notInteger"
  | "overflow"
  /** The key holds a value of another type. */
  | "wrongType"
  | "badExpire"
  | "tooLarge"
  | "answerTooLarge"
  | "refused"
  | "busy"
  /** CLIENT PAUSE holds the command, and its protocol lets nobody wait. */
  | "paused"
  /** The log cannot be written, or cannot take more now: nothing has changed. */
  | "logFailing"
  | "logFull"
  /** What was carried out may not outlive a crash. */
  | "notDurable"
  /** The data are still being loaded. */
  | "loading"
  /** The breaker lets nothing in, or not this: the worker is overloaded. */
  | "shed";

/** A command's refusal: its kind, and the error code and text of the Redis protocol. */
export interface Failure {
  readonly kind: FailureKind;
  readonly code: string;
  readonly message: string;
}

/** A client, as far as it matters to whom a refusal belongs. */
export interface RunningCommand {
  /** Number of the command that it runs or has run last; -1 where that was refused unrun. */
  readonly running: number;
  /** By which way it came: one of {@linkcode Way}. */
  readonly way: number;
}

/** Hears of every refusal that is put on a reply. */
export interface FailureListener {
  /** `client` was refused something. */
  failed(failure: Failure, client: RunningCommand): void;
}

/** Where a command puts its outcome. Each run of a command makes one outcome. */
export interface Reply {
  /** The buffer for value bytes. {@linkcode reserve} may replace it. */
  bytes: Uint8Array;
  /** Value bytes that the answer may still hold. A command must not ask for more. */
  readonly bytesLeft: number;
  /** Makes space for `length` bytes. Returns the place in `bytes` to write them to. */
  reserve(length: number): number;
  /** The bytes written to the place that {@linkcode reserve} returned are a value. */
  value(start: number, length: number): void;
  /** The command was carried out; there is no other result. */
  ok(): void;
  /** A word that is no value, such as PONG or QUEUED. */
  status(word: string): void;
  /** Text that the server has made: information, names, descriptions. */
  text(text: string): void;
  /** Such text that is for people to read, as UTF-8: RESP3 tells it from values. */
  verbatim(text: Uint8Array): void;
  /** There is no such key. */
  miss(): void;
  /** A condition of the request did not hold. */
  conditionNotMet(): void;
  /** A number: a count, a version, milliseconds. */
  integer(value: number | bigint): void;
  /** Yes or no: 1 or 0 where the protocol has no word for it. */
  boolean(value: boolean): void;
  /** A number with a fraction, in this short text where it is not to be that of a score. */
  double(value: number, text?: string): void;
  /** The next `count` outcomes are one list. */
  array(count: number): void;
  /** The next `2 * count` outcomes are keys and values, in turn. */
  map(count: number): void;
  /** The next `count` outcomes are a list without an order. */
  set(count: number): void;
  /** There is no list: a transaction that was not carried out. */
  missArray(): void;
  /** Refused; nothing has changed. `goesOn`: only this item of a list is, and others follow. */
  fail(failure: Failure, goesOn?: boolean): void;
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
