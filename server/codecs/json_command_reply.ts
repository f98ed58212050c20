// Writes the outcomes of commands as the JSON of the REST interface, {"result":…} or {"error":…},
// nested lists included. If the client asks for base64, strings are in base64, except a bare OK. Knows
// no command, no route and no status.

import { Buffer } from "node:buffer";
import { grownBytes, keptBytes } from "../contract/growing_bytes.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../contract/reply.ts";

/** The size to which the value buffer shrinks back, in bytes. */
const KEPT_BYTES = 256 * 1024;
const NOT_UTF8 =
  "ERR value is not UTF-8 text, send the header Upstash-Encoding: base64 or read GET /get/{key}";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Collects the JSON text of a request's answers. `begin()` starts anew. */
export class JsonCommandReply implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** The first error since `begin()`, with its code, or null. */
  error: string | null = null;
  /** Finished parts of the answer to the current command. */
  #parts: string[] = [];
  /** How many outcomes each open list still waits for. */
  readonly #open: number[] = [];
  #used = 0;
  #isBase64 = false;
  #failure: string | null = null;
  /** Whether the elements of the outermost list are answers of their own. */
  #isTransaction = false;
  /** Where in `#parts` the current element of a transaction begins. */
  #elementStart = 0;

  /** Forgets everything. `isBase64`: whether strings are written in base64 from now on. */
  begin(isBase64: boolean): void {
    this.#isBase64 = isBase64;
    this.#used = 0;
    this.error = null;
    this.bytes = keptBytes(this.bytes, KEPT_BYTES);
    this.next();
  }

  /** Begins the answer to another command. */
  next(isTransaction = false): void {
    this.#parts = [];
    this.#open.length = 0;
    this.#failure = null;
    this.#isTransaction = isTransaction;
    this.#elementStart = 0;
  }

  /** The answer to the command since `next()`. For a transaction it is a list of answers. */
  answer(): string {
    if (this.#failure !== null) return errorAnswer(this.#failure);
    if (this.#isTransaction) return this.#parts.join("");
    return `{"result":${this.#parts.join("")}}`;
  }

  get bytesLeft(): number {
    return MAX_ANSWER_BYTES - this.#used;
  }

  reserve(length: number): number {
    const at = this.#used;
    if (at + length > this.bytes.length) this.bytes = grownBytes(this.bytes, at, at + length);
    return at;
  }

  value(start: number, length: number): void {
    this.#used = start + length;
    const value = this.bytes.subarray(start, start + length);
    if (this.#isBase64) return this.#outcome(`"${base64(value)}"`);
    let text: string;
    try {
      text = decoder.decode(value);
    } catch {
      return this.#fail(NOT_UTF8);
    }
    this.#outcome(JSON.stringify(text));
  }

  ok(): void {
    this.status("OK");
  }

  status(word: string): void {
    // Inside a list, clients decode OK like any other string.
    const isBare = word === "OK" && this.#open.length === (this.#isTransaction ? 1 : 0);
    if (isBare || !this.#isBase64) this.#outcome(JSON.stringify(word));
    else this.text(word);
  }

  text(text: string): void {
    this.#outcome(this.#isBase64 ? `"${base64(text)}"` : JSON.stringify(text));
  }

  miss(): void {
    this.#outcome("null");
  }

  conditionNotMet(): void {
    this.#outcome("null");
  }

  missArray(): void {
    this.#outcome("null");
  }

  integer(value: number | bigint): void {
    this.#outcome(String(value));
  }

  double(value: number): void {
    this.text(String(value));
  }

  array(count: number): void {
    this.#separate();
    if (count === 0) {
      this.#parts.push("[]");
      return this.#close();
    }
    this.#parts.push("[");
    this.#open.push(count);
    this.#elementStart = this.#open.length === 1 ? this.#parts.length : this.#elementStart;
  }

  map(count: number): void {
    this.array(2 * count);
  }

  fail({ code, message }: Failure): void {
    this.#fail(`${code} ${message}`);
  }

  #fail(text: string): void {
    this.error ??= text;
    if (!this.#isTransaction || this.#open.length === 0) {
      this.#failure ??= text;
      return this.#outcome("null");
    }
    // The current element has failed: what it has already written is dropped.
    if (this.#open.length > 1) this.#parts.length = this.#elementStart;
    this.#open.length = 1;
    this.#separateElement();
    this.#parts.push(errorAnswer(text));
    this.#count();
  }

  #outcome(text: string): void {
    this.#separate();
    this.#parts.push(text);
    this.#close();
  }

  /** Writes a comma where one is needed, and begins an element of a transaction. */
  #separate(): void {
    if (this.#isTransaction && this.#open.length === 1) {
      this.#separateElement();
      this.#parts.push('{"result":');
    } else if (this.#open.length > 0 && this.#parts.at(-1) !== "[") this.#parts.push(",");
  }

  #separateElement(): void {
    this.#elementStart = this.#parts.length;
    if (this.#parts.length > 1) this.#parts.push(",");
  }

  /** Ends an outcome, and the lists that it completes. */
  #close(): void {
    if (this.#isTransaction && this.#open.length === 1) this.#parts.push("}");
    this.#count();
  }

  #count(): void {
    const last = this.#open.length - 1;
    if (last < 0) return;
    if (--this.#open[last]! > 0) return;
    this.#open.pop();
    this.#parts.push("]");
    this.#close();
  }
}

/** The answer to a command that was refused with this text. */
export function errorAnswer(text: string): string {
  return `{"error":${JSON.stringify(text)}}`;
}

function base64(value: Uint8Array | string): string {
  const buffer = typeof value === "string"
    ? Buffer.from(value, "utf8")
    : Buffer.from(value.buffer, value.byteOffset, value.length);
  return buffer.toString("base64");
}
