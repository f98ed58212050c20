// Answers of the Redis protocol, versions 2 and 3. They are written one after the other into one
// growing buffer, so one write can answer all commands of a read. Value bytes are copied from the
// region straight to their place, behind a header that is written before. Knows no socket; the version
// is that of the session that it answers.

import type { Failure, RunningCommand } from "../contract/reply.ts";
import { MAX_DOUBLE_BYTES, writeDouble } from "../contract/numbers/double_bytes.ts";
import { writeAscii, writeText } from "../contract/text_bytes.ts";
import { OutputBuffer } from "./output_buffer.ts";

/** Replaces an answer that there is no memory for. */
const NO_MEMORY = "ERR answer would take more memory than is free for answers and bodies now, " +
  "try again or see --body-memory";

const CR = 0x0d;
const LF = 0x0a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const COLON = 0x3a;
const COMMA = 0x2c;
const HASH = 0x23;
const DOLLAR = 0x24;
const STAR = 0x2a;
const PERCENT = 0x25;
const TILDE = 0x7e;
const UNDERSCORE = 0x5f;
const GREATER = 0x3e;
const EQUALS = 0x3d;
/** Before a verbatim text: it is plain text. */
const TEXT_MARK = new TextEncoder().encode("txt:");
/** A header and the line end behind the value: `$`, ten digits, twice CR LF. */
const FRAME_BYTES = 16;

/** The client to answer, and the version of the protocol that it has chosen. */
export interface RespPeer extends RunningCommand {
  readonly protocol: 2 | 3;
}

/** The answers to one batch of commands. */
export class RespReply extends OutputBuffer {
  /** The client that is answered. */
  peer: RespPeer = { protocol: 2, running: -1, way: 0 };
  /** The number that is being answered, before its length is known. */
  readonly #number = new Uint8Array(MAX_DOUBLE_BYTES);

  reserve(length: number): number {
    this.makeSpace(length + FRAME_BYTES);
    this.#header(DOLLAR, length);
    this.valueAt = this.used;
    this.valueLength = length;
    return this.valueAt;
  }

  value(start: number, length: number): void {
    if (length !== this.valueLength || start !== this.valueAt) this.#moveValue(start, length);
    const { bytes } = this;
    const end = this.valueAt + length;
    bytes[end] = CR;
    bytes[end + 1] = LF;
    this.used = end + 2;
  }

  /** Moves a value to its header: a command had asked for more space than its value takes. */
  #moveValue(start: number, length: number): void {
    const moved = this.bytes.slice(start, start + length);
    this.used = this.headerAt;
    this.reserve(length);
    this.bytes.set(moved, this.valueAt);
  }

  ok(): void {
    this.makeSpace(FRAME_BYTES);
    const { bytes, used } = this;
    bytes[used] = PLUS;
    bytes[used + 1] = 0x4f;
    bytes[used + 2] = 0x4b;
    bytes[used + 3] = CR;
    bytes[used + 4] = LF;
    this.used = used + 5;
  }

  status(word: string): void {
    this.#line(PLUS, word);
  }

  text(text: string): void {
    const at = this.reserve(3 * text.length);
    this.value(at, writeText(text, this.bytes, at));
  }

  override verbatim(text: Uint8Array): void {
    if (this.peer.protocol !== 3) return super.verbatim(text);
    const length = TEXT_MARK.length + text.length;
    const at = this.reserve(length);
    this.bytes[this.headerAt] = EQUALS;
    this.bytes.set(TEXT_MARK, at);
    this.bytes.set(text, at + TEXT_MARK.length);
    this.value(at, length);
  }

  miss(): void {
    this.makeSpace(FRAME_BYTES);
    if (this.peer.protocol === 3) this.#line(UNDERSCORE, "");
    else this.#line(DOLLAR, "-1");
  }

  missArray(): void {
    this.makeSpace(FRAME_BYTES);
    if (this.peer.protocol === 3) this.#line(UNDERSCORE, "");
    else this.#line(STAR, "-1");
  }

  conditionNotMet(): void {
    this.miss();
  }

  integer(value: number | bigint): void {
    if (typeof value === "number" && value >= 0 && value <= 0x7fffffff) {
      this.makeSpace(FRAME_BYTES);
      this.#header(COLON, value);
    } else this.#line(COLON, String(value));
  }

  override boolean(value: boolean): void {
    if (this.peer.protocol === 3) this.#line(HASH, value ? "t" : "f");
    else super.boolean(value);
  }

  double(value: number, text = ""): void {
    const number = this.#number;
    const length = text === "" ? writeDouble(value, number, 0) : writeAscii(text, number, 0);
    this.makeSpace(length + FRAME_BYTES);
    if (this.peer.protocol === 3) this.bytes[this.used++] = COMMA;
    else this.#header(DOLLAR, length);
    const { bytes, used } = this;
    for (let i = 0; i < length; i++) bytes[used + i] = number[i]!;
    bytes[used + length] = CR;
    bytes[used + length + 1] = LF;
    this.used = used + length + 2;
  }

  array(count: number): void {
    this.makeSpace(FRAME_BYTES);
    this.#header(STAR, count);
  }

  map(count: number): void {
    this.makeSpace(FRAME_BYTES);
    if (this.peer.protocol === 3) this.#header(PERCENT, count);
    else this.#header(STAR, 2 * count);
  }

  set(count: number): void {
    this.makeSpace(FRAME_BYTES);
    this.#header(this.peer.protocol === 3 ? TILDE : STAR, count);
  }

  /** The next `count` outcomes are a message that the client has not asked for. */
  push(count: number): void {
    this.makeSpace(FRAME_BYTES);
    this.#header(this.peer.protocol === 3 ? GREATER : STAR, count);
  }

  fail(failure: Failure): void {
    this.failures?.failed(failure, this.peer);
    const isShort = failure.kind === "answerTooLarge" && this.isShort;
    if (isShort) this.goShort();
    const { code, message } = failure;
    // A script may make errors of one word.
    this.error(isShort ? NO_MEMORY : message === "" ? code : `${code} ${message}`);
  }

  /** Refuses input that was no command. */
  error(text: string): void {
    this.#line(MINUS, text.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " "));
  }

  /** Writes a kind, a number and a line end. The caller has made space. */
  #header(kind: number, value: number): void {
    this.headerAt = this.used;
    const { bytes } = this;
    let at = this.used;
    bytes[at++] = kind;
    at = value < 10 ? digit(bytes, at, value) : digits(bytes, at, value);
    bytes[at] = CR;
    bytes[at + 1] = LF;
    this.used = at + 2;
  }

  #line(kind: number, text: string): void {
    this.makeSpace(3 * text.length + FRAME_BYTES);
    this.bytes[this.used] = kind;
    const end = this.used + 1 + writeText(text, this.bytes, this.used + 1);
    this.bytes[end] = CR;
    this.bytes[end + 1] = LF;
    this.used = end + 2;
  }
}

function digit(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = 0x30 + value;
  return at + 1;
}

/** Writes a whole number from 10 to 2^31 - 1. Returns where it ends. */
function digits(bytes: Uint8Array, at: number, value: number): number {
  let end = at + 2;
  for (let bound = 100; bound <= value && end - at < 10; bound *= 10) end++;
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    bytes[i] = 0x30 + (rest - tenth * 10);
    rest = tenth;
  }
  return end;
}
