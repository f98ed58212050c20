/**
 * Finds the commands in a stream of the Redis protocol, as clients send them and as append-only files of
 * Redis have them: arrays of strings, lines, and annotations. Gives each as it stands, with its name. One
 * that is too long is passed over as it comes.
 *
 * @module
 */

import {
  type ByteInput,
  FormatError,
  FOUND,
  MORE,
  type Reading,
} from "../../server/rdb/byte_input.ts";
import type { LeftOut } from "./rdb_reader.ts";

const CR = 0x0d;
const LF = 0x0a;
const HASH = 0x23;
const STAR = 0x2a;
const DOLLAR = 0x24;
const ZERO = 0x30;

/** Longest line: a command as text, an annotation, a length. */
const MAX_LINE_BYTES = 64 * 1024;
const MAX_LENGTH_DIGITS = 10;
/** How much is shown of a name or key. */
const SHOWN_BYTES = 64;
/** Longest name of a command that anybody looks for. */
const MAX_NAME_BYTES = 20;

/** What {@linkcode RespReader} has found out about where a command ends: not yet. */
const INCOMPLETE = -1;

/** Reads commands. After each FOUND its fields have one. */
export class RespReader {
  /** The command: those bytes of the input, until the reader goes on. */
  start = 0;
  end = 0;
  /** Its name in upper case; "" if that is longer than any. */
  name = "";
  /** Where its first argument lies in the input; a length of -1: there is none. */
  argumentStart = 0;
  argumentLength = -1;
  /** Where a command began that the stream ends inside of; -1 if it ends behind one. */
  cutAt = -1;
  readonly #input: ByteInput;
  readonly #maxBytes: number;
  readonly #others: LeftOut;
  /** Whether what was read last is a command: no annotation, and not empty. */
  #isCommand = false;
  /** Where the number that was read last ends. */
  #after = 0;
  /** From where on bytes are needed that have not come. */
  #needed = 0;

  /** Commands of more than `maxBytes` are refused to `others`. */
  constructor(input: ByteInput, maxBytes: number, others: LeftOut) {
    this.#input = input;
    this.#maxBytes = maxBytes;
    this.#others = others;
  }

  /**
   * Reads to the end of the stream.
   *
   * @throws {FormatError} if that cannot be understood
   */
  *read(): Reading {
    const input = this.#input;
    for (;;) {
      if (input.left === 0) {
        if (input.hasEnded) return;
        input.wanted = 1;
        yield MORE;
        continue;
      }
      const first = input.bytes[input.at]!;
      const found = first === STAR ? this.#array() : this.#line();
      if (found >= 0) {
        this.start = input.at;
        this.end = found;
        if (this.#isCommand) yield FOUND;
        input.at = this.end - this.start + input.at;
        continue;
      }
      if (first === STAR && this.#needed - input.at > this.#maxBytes) {
        if (!(yield* this.#passOver())) return;
        continue;
      }
      if (input.hasEnded) {
        this.cutAt = input.position;
        return;
      }
      input.wanted = Math.max(this.#needed - input.at, input.left + 1);
      yield MORE;
    }
  }

  /** Finds the end of an array that is a command. */
  #array(): number {
    const input = this.#input;
    const { bytes, end } = input;
    const count = this.#number(input.at);
    if (count === INCOMPLETE) return INCOMPLETE;
    let at = this.#after;
    this.#isCommand = count > 0;
    this.argumentLength = -1;
    for (let i = 0; i < count; i++) {
      if (at >= end) return this.#waitFor(at + 1);
      if (bytes[at] !== DOLLAR) throw this.#error(at, "expected the length of an argument");
      const length = this.#number(at);
      if (length === INCOMPLETE) return INCOMPLETE;
      const start = this.#after;
      at = start + length + 2;
      // What is too long is passed over, whether it has come or not.
      if (at > end || at - input.at > this.#maxBytes) return this.#waitFor(at);
      if (bytes[at - 2] !== CR || bytes[at - 1] !== LF) {
        throw this.#error(at - 2, "expected a line end behind an argument");
      }
      if (i === 0) this.name = nameOf(bytes, start, length);
      else if (i === 1) {
        this.argumentStart = start;
        this.argumentLength = length;
      }
    }
    return at;
  }

  /** Finds the end of a line, which is a command as text, an annotation, or nothing. */
  #line(): number {
    const input = this.#input;
    const { bytes, at, end } = input;
    const lf = bytes.subarray(0, end).indexOf(LF, at);
    if (lf < 0) {
      if (end - at > MAX_LINE_BYTES) {
        throw this.#error(at, "there is no command of the Redis protocol");
      }
      return this.#waitFor(end + 1);
    }
    const text = String.fromCharCode(...bytes.subarray(at, Math.min(lf, at + SHOWN_BYTES)));
    const words = /^[\s]*([^\s]*)(?:\s+([^\s]+))?/.exec(text)!;
    this.name = words[1]!.toUpperCase();
    this.#isCommand = this.name !== "" && bytes[at] !== HASH;
    this.argumentLength = -1;
    if (words[2] !== undefined) {
      this.argumentStart = at + text.indexOf(words[2], text.indexOf(words[1]!) + words[1]!.length);
      this.argumentLength = words[2].length;
    }
    return lf + 1;
  }

  /** Reads the number behind the byte at `from`, up to its line end. */
  #number(from: number): number {
    const { bytes, end } = this.#input;
    let value = 0;
    for (let at = from + 1;; at++) {
      if (at >= end) return this.#waitFor(at + 2);
      const digit = bytes[at]! - ZERO;
      if (digit >= 0 && digit <= 9 && at - from <= MAX_LENGTH_DIGITS) {
        value = value * 10 + digit;
        continue;
      }
      if (bytes[at] !== CR || at === from + 1) throw this.#error(from, "expected a length");
      if (at + 1 >= end) return this.#waitFor(at + 2);
      if (bytes[at + 1] !== LF) throw this.#error(from, "expected a line end behind a length");
      this.#after = at + 2;
      return value;
    }
  }

  #waitFor(end: number): typeof INCOMPLETE {
    this.#needed = end;
    return INCOMPLETE;
  }

  /** Passes over a command that is too long. Returns false where the stream ends inside it. */
  *#passOver(): Reading<boolean> {
    const input = this.#input;
    const begin = input.position;
    let count = yield* this.#header();
    let key = "";
    let name = "";
    for (let i = 0; count > 0; i++, count--) {
      const length = yield* this.#header();
      if (length < 0) break;
      const shown = Math.min(length, SHOWN_BYTES);
      if (i < 2 && !(yield* this.#has(shown))) break;
      const text = i < 2 ? input.bytes.subarray(input.at, input.at + shown) : undefined;
      if (i === 0) name = new TextDecoder().decode(text).toUpperCase();
      if (i === 1) key = new TextDecoder().decode(text);
      if (!(yield* this.#skip(length + 2))) break;
    }
    if (count === 0) this.#others.refused(key, `${name} is too long`);
    else this.cutAt = begin;
    return count === 0;
  }

  /** Takes the number of elements or bytes that comes next; -1 where the stream ends before. */
  *#header(): Reading<number> {
    const input = this.#input;
    for (;;) {
      if (input.left > 0) {
        const kind = input.bytes[input.at];
        if (kind !== STAR && kind !== DOLLAR) throw this.#error(input.at, "expected a length");
        const number = this.#number(input.at);
        if (number !== INCOMPLETE) {
          input.at = this.#after;
          return number;
        }
      }
      if (input.hasEnded) return -1;
      input.wanted = input.left + 1;
      yield MORE;
    }
  }

  *#has(count: number): Reading<boolean> {
    const input = this.#input;
    while (input.left < count) {
      if (input.hasEnded) return false;
      input.wanted = count;
      yield MORE;
    }
    return true;
  }

  *#skip(count: number): Reading<boolean> {
    const input = this.#input;
    for (let left = count;;) {
      const taken = Math.min(left, input.left);
      input.at += taken;
      left -= taken;
      if (left === 0) return true;
      if (!(yield* this.#has(1))) return false;
    }
  }

  #error(at: number, what: string): FormatError {
    const input = this.#input;
    return new FormatError(what, input.position + at - input.at);
  }
}

function nameOf(bytes: Uint8Array, start: number, length: number): string {
  // Nearly all are this one.
  if (
    length === 3 && bytes[start] === 0x53 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54
  ) {
    return "SET";
  }
  if (length > MAX_NAME_BYTES) return "";
  let name = "";
  for (let i = start; i < start + length; i++) name += String.fromCharCode(bytes[i]!);
  return name.toUpperCase();
}
