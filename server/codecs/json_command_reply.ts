// Writes the outcomes of commands as the JSON of the REST interface, {"result":…} or {"error":…},
// nested lists included, one answer or a list of them. With base64, strings are sent so, apart from a
// bare OK, as the clients that ask for it expect. All of a request's answers together are bounded.
// Knows no command, no route and no status.

import { Buffer } from "node:buffer";
import { grownLength, resizedInPlace } from "../contract/growing_bytes.ts";
import { doubleText } from "../contract/numbers/double_bytes.ts";
import {
  ANSWER_TOO_LARGE_MESSAGE,
  type Failure,
  type FailureListener,
  MAX_ANSWER_BYTES,
  type Reply,
  type RunningCommand,
} from "../contract/reply.ts";
import { JsonWriter } from "./json_writer.ts";

/** The size of the value buffer at first, and that to which it shrinks back, in bytes. */
const INITIAL_BYTES = 16 * 1024;
const KEPT_BYTES = 256 * 1024;
/** Answers of so many bytes are written however much there is already: they say what was done. */
const SMALL_BYTES = 256;
const NOT_UTF8: Failure = {
  kind: "refused",
  code: "ERR",
  message:
    "value is not UTF-8 text, send the header Upstash-Encoding: base64 or read GET /get/{key}",
};
const TOO_LARGE: Failure = {
  kind: "answerTooLarge",
  code: "ERR",
  message: ANSWER_TOO_LARGE_MESSAGE,
};

const encoder = new TextEncoder();
const OPEN = encoder.encode("[");
const CLOSE = encoder.encode("]");
const COMMA = encoder.encode(",");
const BRACE = encoder.encode("}");
const NULL = encoder.encode("null");
const RESULT = encoder.encode('{"result":');

/** Collects the JSON text of a request's answers. `begin()` starts anew. */
export class JsonCommandReply implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_BYTES);
  /** The first error since `begin()`, with its code; null when there is none. */
  error: string | null = null;
  /** Who hears of refusals, and whose they are. */
  failures: FailureListener | null = null;
  peer: RunningCommand = { running: -1, way: 0 };
  /** Bytes of values that were copied here since `begin()`. */
  copiedBytes = 0;
  readonly #writer = new JsonWriter();
  /** How many outcomes each open list still waits for. */
  readonly #open: number[] = [];
  #isBase64 = false;
  /** Why the command at work has failed, or the element of a transaction. */
  #failure: string | null = null;
  /** Whether the elements of the outermost list are answers of their own. */
  #isTransaction = false;
  /** Whether a list has just been opened, and needs no comma. */
  #isFirst = true;
  /** Where the answer to the command at work begins, and the current element of a transaction. */
  #start = 0;
  #elementStart = 0;

  /** Forgets everything. `isBase64`: whether strings are written in base64 from now on. */
  begin(isBase64: boolean): void {
    this.#isBase64 = isBase64;
    this.error = null;
    this.copiedBytes = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = resizedInPlace(this.bytes, KEPT_BYTES);
    this.#writer.reset();
    this.#start = 0;
    this.next();
  }

  /** Begins the answer to another command, in place of the last one unless that was kept. */
  next(isTransaction = false): void {
    this.#writer.length = this.#start;
    this.#open.length = 0;
    this.#failure = null;
    this.#isTransaction = isTransaction;
    this.#isFirst = true;
    this.#elementStart = this.#start;
    if (!isTransaction) this.#writer.ascii(RESULT);
  }

  /** The answer to the command at work is complete. */
  finish(): void {
    if (this.#failure !== null) this.#writeFailure(this.#start, this.#failure);
    else if (!this.#isTransaction) this.#writer.ascii(BRACE);
  }

  /** Begins a list of answers, each of which is kept. */
  beginList(): void {
    this.#writer.length = this.#start;
    this.#writer.ascii(OPEN);
    this.#start = this.#writer.length;
  }

  /** Finishes the answer to the command at work and keeps it for the list. */
  keep(): void {
    this.finish();
    this.#writer.ascii(COMMA);
    this.#start = this.#writer.length;
  }

  /** Ends the list of answers. */
  finishList(): void {
    // In the place of the last comma, where there is one.
    this.#writer.length = Math.max(1, this.#start - 1);
    this.#writer.ascii(CLOSE);
  }

  /** How many bytes of answers there are. */
  get length(): number {
    return this.#writer.length;
  }

  /** What the buffers hold, in bytes. */
  get heldBytes(): number {
    return this.bytes.length + this.#writer.capacity;
  }

  /** Whether the command at work has failed as a whole. */
  get isFailed(): boolean {
    return this.#failure !== null;
  }

  /** What is finished, as text. */
  answer(): string {
    return this.#writer.text();
  }

  /** What is finished, as bytes that are the caller's alone. */
  release(): Uint8Array<ArrayBuffer> {
    return this.#writer.release();
  }

  get bytesLeft(): number {
    return Math.max(SMALL_BYTES, MAX_ANSWER_BYTES - this.#writer.length);
  }

  reserve(length: number): number {
    const { bytes } = this;
    this.copiedBytes += length;
    if (length > bytes.length) {
      this.bytes = resizedInPlace(bytes, grownLength(bytes.length, length));
    }
    return 0;
  }

  value(start: number, length: number): void {
    const tooLarge = length > this.bytesLeft;
    this.#separate();
    if (tooLarge) this.#fail(TOO_LARGE);
    else if (this.#isBase64) this.#encoded(this.bytes.subarray(start, start + length));
    else if (!this.#writer.string(this.bytes, start, length)) this.#fail(NOT_UTF8);
    this.#close();
  }

  ok(): void {
    this.status("OK");
  }

  status(word: string): void {
    // Inside a list, clients decode OK like any other string.
    const isBare = word === "OK" && this.#open.length === (this.#isTransaction ? 1 : 0);
    this.#string(encoder.encode(word), this.#isBase64 && !isBare);
  }

  text(text: string): void {
    this.#string(encoder.encode(text), this.#isBase64);
  }

  verbatim(text: Uint8Array): void {
    this.#string(text, this.#isBase64);
  }

  #string(bytes: Uint8Array, isEncoded: boolean): void {
    const tooLarge = bytes.length > this.bytesLeft;
    this.#separate();
    if (tooLarge) this.#fail(TOO_LARGE);
    else if (isEncoded) this.#encoded(bytes);
    else this.#writer.string(bytes, 0, bytes.length);
    this.#close();
  }

  #encoded(bytes: Uint8Array): void {
    const { buffer, byteOffset, length } = bytes;
    this.#writer.token(`"${Buffer.from(buffer, byteOffset, length).toString("base64")}"`);
  }

  miss(): void {
    this.#separate();
    this.#writer.ascii(NULL);
    this.#close();
  }

  conditionNotMet(): void {
    this.miss();
  }

  missArray(): void {
    this.miss();
  }

  integer(value: number | bigint): void {
    this.#separate();
    this.#writer.token(String(value));
    this.#close();
  }

  boolean(value: boolean): void {
    this.integer(value ? 1 : 0);
  }

  double(value: number, text = doubleText(value)): void {
    this.text(text);
  }

  array(count: number): void {
    this.#separate();
    this.#writer.ascii(OPEN);
    this.#isFirst = true;
    if (count > 0) return void this.#open.push(count);
    this.#writer.ascii(CLOSE);
    this.#close();
  }

  map(count: number): void {
    this.array(2 * count);
  }

  set(count: number): void {
    this.array(count);
  }

  fail(failure: Failure, goesOn = false): void {
    this.#separate();
    this.#fail(failure);
    // Nothing more comes of this command, whatever it has begun.
    if (!goesOn && this.#isTransaction && this.#open.length > 1) this.#open.length = 1;
    this.#close();
  }

  /** The answer, or the element of a transaction, becomes this error when it is complete. */
  #fail(failure: Failure): void {
    this.failures?.failed(failure, this.peer);
    const text = `${failure.code} ${failure.message}`;
    this.error ??= text;
    this.#failure ??= text;
  }

  #writeFailure(at: number, failure: string): void {
    this.#writer.length = at;
    this.#writer.ascii(encoder.encode(errorAnswer(failure)));
  }

  /** Writes a comma where one is needed, and begins an element of a transaction. */
  #separate(): void {
    const depth = this.#open.length;
    if (depth > 0 && !this.#isFirst) this.#writer.ascii(COMMA);
    this.#isFirst = false;
    if (depth !== 1 || !this.#isTransaction) return;
    this.#elementStart = this.#writer.length;
    this.#writer.ascii(RESULT);
  }

  /** Ends an outcome, and the lists that it completes. */
  #close(): void {
    const start = this.#isTransaction ? this.#elementStart : this.#start;
    const isList = this.#open.length > (this.#isTransaction ? 1 : 0);
    const { length } = this.#writer;
    if (isList && length > MAX_ANSWER_BYTES && length - start > SMALL_BYTES) this.#fail(TOO_LARGE);
    // Of what has failed nothing is kept, however much more comes.
    if (this.#failure !== null) this.#writer.length = start;
    this.#isFirst = false;
    for (;;) {
      const depth = this.#open.length;
      if (this.#isTransaction && depth === 1) this.#endElement();
      if (depth === 0 || --this.#open[depth - 1]! > 0) return;
      this.#open.pop();
      this.#writer.ascii(CLOSE);
    }
  }

  #endElement(): void {
    if (this.#failure === null) return this.#writer.ascii(BRACE);
    this.#writeFailure(this.#elementStart, this.#failure);
    this.#failure = null;
  }
}

/** The answer to a command that was refused with this text. */
export function errorAnswer(text: string): string {
  return `{"error":${JSON.stringify(text)}}`;
}
