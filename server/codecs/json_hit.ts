// The answer to a JSON get, the hottest answer of all. The buffer of this reply holds the JSON text
// around the value, so the answer is complete once the value is copied there from the region. Nothing
// is copied twice if key and value are plain ASCII. Others go through JsonWriter.

import { Buffer } from "node:buffer";
import type { Args } from "../contract/args.ts";
import { grownBytes, keptBytes } from "../contract/growing_bytes.ts";
import type { Failure, Reply } from "../contract/reply.ts";
import { PLAIN } from "./json_writer.ts";

const OPENING = new TextEncoder().encode('{"status":"OK","key":"');
const JOINT = new TextEncoder().encode('","value":"');
const QUOTE = 0x22;
const CLOSE = 0x7d;
const CLOSING_BYTES = 2;
/** The size to which the buffer shrinks back, in bytes. */
const KEPT_BYTES = 64 * 1024;

/** The outcome of a get, as one JSON text. One per worker. */
export class JsonHit implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** Whether there is a value. */
  isHit = false;
  /** The refusal, where there is one. */
  failure: Failure | null = null;
  /** The place of the value in `bytes`. */
  valueStart = 0;
  valueBytes = 0;
  /** The longest value that is wanted; longer ones are refused before they are copied. */
  bytesLeft = Infinity;
  #keyIsPlain = false;
  /** The same memory as `bytes`. */
  #text: Buffer = Buffer.from(this.bytes.buffer);

  constructor() {
    this.bytes.set(OPENING);
  }

  /** Begins the answer about the first of `args`. */
  begin(args: Args): void {
    const kept = keptBytes(this.bytes, KEPT_BYTES);
    if (kept !== this.bytes) this.#replace(kept);
    const { bytes } = this;
    const from = args.bytes;
    const start = args.starts[0]!;
    const length = args.lengths[0]!;
    let at = OPENING.length;
    let i = 0;
    for (; i < length; i++) {
      const byte = from[start + i]!;
      if (PLAIN[byte] === 0) break;
      bytes[at++] = byte;
    }
    this.#keyIsPlain = i === length;
    for (let j = 0; j < JOINT.length; j++) bytes[at++] = JOINT[j]!;
    this.valueStart = at;
    this.isHit = false;
    this.failure = null;
  }

  reserve(length: number): number {
    const needed = this.valueStart + length + CLOSING_BYTES;
    if (needed > this.bytes.length) this.#replace(grownBytes(this.bytes, this.valueStart, needed));
    return this.valueStart;
  }

  /** Takes another buffer, and writes the constant start of every hit into it. */
  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    bytes.set(OPENING);
    this.bytes = bytes;
    this.#text = Buffer.from(bytes.buffer);
  }

  value(_start: number, length: number): void {
    this.isHit = true;
    this.valueBytes = length;
  }

  miss(): void {
    this.isHit = false;
  }

  fail(failure: Failure): void {
    this.failure = failure;
  }

  /** The JSON text of a hit, or null if key or value need escapes or are not ASCII. */
  plainText(): string | null {
    if (!this.#keyIsPlain) return null;
    const { bytes, valueStart } = this;
    const end = valueStart + this.valueBytes;
    for (let i = valueStart; i < end; i++) {
      if (PLAIN[bytes[i]!] === 0) return null;
    }
    bytes[end] = QUOTE;
    bytes[end + 1] = CLOSE;
    // ASCII is the same in Latin-1, and cheaper to decode than UTF-8.
    return this.#text.toString("latin1", 0, end + CLOSING_BYTES);
  }

  ok(): void {
    throw new Error("A get answers with a value or a miss");
  }

  conditionNotMet(): void {
    this.ok();
  }

  integer(_value: number | bigint): void {
    this.ok();
  }

  set(count: number): void {
    this.array(count);
  }

  array(_count: number): void {
    this.ok();
  }

  status(_word: string): void {
    this.ok();
  }

  text(_text: string): void {
    this.ok();
  }

  verbatim(_text: Uint8Array): void {
    this.ok();
  }

  boolean(_value: boolean): void {
    this.ok();
  }

  double(_value: number): void {
    this.ok();
  }

  map(_count: number): void {
    this.ok();
  }

  missArray(): void {
    this.ok();
  }
}
