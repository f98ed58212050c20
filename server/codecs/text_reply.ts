// Answers of the text protocol: one line each, OK, NOTFOUND, PONG, ERROR or a value. A value that
// holds a line end does not fit in one line, so its answer is ERROR. Knows no socket; the commands
// behind it are GET, SET, DEL, PING and AUTH.

import type { Failure, RunningCommand } from "../contract/reply.ts";
import { writeText } from "../contract/text_bytes.ts";
import { OutputBuffer } from "./output_buffer.ts";

const LF = 0x0a;

/** The answers to one batch of lines. */
export class TextReply extends OutputBuffer {
  /** The client that is answered. */
  peer: RunningCommand = { running: -1, way: 0 };

  reserve(length: number): number {
    this.makeSpace(length + 1);
    return this.used;
  }

  value(start: number, length: number): void {
    const end = start + length;
    for (let i = start; i < end; i++) {
      if (this.bytes[i] === LF) return this.error("ERROR");
    }
    if (start !== this.used) this.bytes.copyWithin(this.used, start, end);
    this.used += length;
    this.bytes[this.used++] = LF;
  }

  ok(): void {
    this.#line("OK");
  }

  status(word: string): void {
    this.#line(word);
  }

  text(text: string): void {
    this.#line(text);
  }

  miss(): void {
    this.#line("NOTFOUND");
  }

  conditionNotMet(): void {
    this.#line("ERROR");
  }

  /** The number of deleted keys. */
  integer(value: number | bigint): void {
    this.#line(Number(value) === 0 ? "NOTFOUND" : "OK");
  }

  fail(failure: Failure): void {
    this.failures?.failed(failure, this.peer);
    this.error("ERROR");
  }

  /** Refuses a line. Replaces what its command has answered so far. */
  error(text: string): void {
    this.takeBack();
    this.#line(text);
  }

  double(_value: number): void {
    this.error("ERROR");
  }

  array(_count: number): void {
    throw new Error("The text protocol has no lists");
  }

  map(count: number): void {
    this.array(count);
  }

  set(count: number): void {
    this.array(count);
  }

  missArray(): void {
    this.miss();
  }

  #line(text: string): void {
    this.makeSpace(3 * text.length + 1);
    const end = this.used + writeText(text, this.bytes, this.used);
    this.bytes[end] = LF;
    this.used = end + 1;
  }
}
