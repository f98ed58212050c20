// Reads commands of the Redis protocol, versions 2 and 3: arrays of bulk strings, and lines. Between
// two calls it keeps only its place. An incomplete command is read again from its first byte, which
// costs a jump per argument. Of a command that is too large the rest is skipped as it comes. Knows no
// command and no socket.

import type { Args } from "../contract/args.ts";
import { isOfBrowser } from "./ascii_letters.ts";
import { type Excess, MAX_SKIPPED_ARGUMENTS, MAX_SKIPPED_BYTES } from "./excess.ts";
import { splitLine } from "./resp_inline.ts";

/** The results of {@linkcode RespDecoder.next}. */
export const Decoded = {
  /** A whole command: its name in the decoder, its arguments in the args. */
  command: 0,
  /** The bytes end inside a command, or before one. */
  incomplete: 1,
  /** The stream cannot be understood, and has to be closed. `error` says why. */
  error: 2,
  /** A web page made a browser send this. It gets no answer. */
  browser: 3,
  /** The command is too large. `error` says why; the rest of it has to be skipped. */
  tooLarge: 4,
} as const;
/** One of the values of the constant of the same name. */
export type Decoded = typeof Decoded[keyof typeof Decoded];

/** What a decoder accepts. */
export interface RespLimits {
  /** Most arguments of a command, its name included. */
  readonly maxArguments: number;
  /** Longest argument in bytes. */
  readonly maxBulkBytes: number;
  /** Longest command in bytes. */
  readonly maxCommandBytes: number;
}

/** Longest line in bytes: a command as text, or the text of a length. */
export const MAX_LINE_BYTES = 64 * 1024;
/** Most arguments, and the longest argument, of a client that has not shown its token yet. */
export const MAX_UNKNOWN_ARGUMENTS = 10;
export const MAX_UNKNOWN_BULK_BYTES = 16 * 1024;

const CR = 0x0d;
const LF = 0x0a;
const STAR = 0x2a;
const DOLLAR = 0x24;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Results of reading a length that are not lengths. */
const INCOMPLETE = -0x7fffffff;
const MALFORMED = -0x7ffffffe;
const TOO_BIG = -0x7ffffffd;

/** The shortest argument there is: `$0`, twice CR LF. */
const MIN_ARGUMENT_BYTES = 6;
/** If more arguments than this are missing, the decoder waits for their least bytes first. */
const PATIENT_ARGUMENTS = 64;

/** Reads one command after the other. One per worker. */
export class RespDecoder {
  /** Where the next command begins. */
  at = 0;
  /** After "incomplete": the command cannot be complete before the bytes reach up to here. */
  needed = 0;
  /** Where the name of the command lies. */
  nameStart = 0;
  nameLength = 0;
  /** After "error" and "tooLarge": the text to answer, without the dash. */
  error = "";
  /** Whether the client may send as much as the limits say. */
  isTrusted = true;
  readonly #limits: RespLimits;
  /** End of the length that was read last, line end included. */
  #after = 0;

  constructor(limits: RespLimits) {
    this.#limits = limits;
  }

  /**
   * Reads the command at `at` from `bytes`, which end at `end`. Moves `at` behind it. What is left of
   * one that is too large goes into `excess`.
   */
  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded {
    for (;;) {
      const at = this.at;
      this.needed = end + 1;
      if (at >= end) return Decoded.incomplete;
      if (bytes[at] !== STAR) {
        const found = this.#line(bytes, end, args);
        if (found !== Decoded.command || this.nameLength >= 0) return found;
        continue;
      }
      const count = this.#length(bytes, at + 1, end);
      if (count > 0) return this.#bulks(bytes, end, args, count, excess);
      if (count === INCOMPLETE) return Decoded.incomplete;
      if (count === TOO_BIG) return this.#fail("too big mbulk count string");
      if (count === MALFORMED) return this.#fail("invalid multibulk length");
      this.at = this.#after;
    }
  }

  #bulks(bytes: Uint8Array, end: number, args: Args, count: number, excess: Excess): Decoded {
    if (count > this.#limits.maxArguments) return this.#tooMany(count, excess);
    if (!this.isTrusted && count > MAX_UNKNOWN_ARGUMENTS) {
      return this.#fail("unauthenticated multibulk length");
    }
    args.over(bytes);
    let at = this.#after;
    for (let index = 0; index < count; index++) {
      if (at >= end) return this.#wait(at, end, count - index);
      if (bytes[at] !== DOLLAR) return this.#badLength(bytes, at, 0);
      const length = this.#length(bytes, at + 1, end);
      if (length < 0) {
        if (length === INCOMPLETE) return this.#wait(at, end, count - index);
        return this.#badLength(bytes, at, length);
      }
      if (length > this.#limits.maxBulkBytes) return this.#tooLong(length, count - index, excess);
      if (!this.isTrusted && length > MAX_UNKNOWN_BULK_BYTES) {
        return this.#fail("unauthenticated bulk length");
      }
      const start = this.#after;
      at = start + length + 2;
      if (at - this.at > this.#limits.maxCommandBytes) {
        return this.#tooLong(length, count - index, excess);
      }
      if (at > end) return this.#wait(at, end, count - index);
      if (bytes[at - 2] !== CR || bytes[at - 1] !== LF) {
        return this.#fail("expected a line end after the bulk string");
      }
      if (index === 0) {
        this.nameStart = start;
        this.nameLength = length;
      } else args.push(start, length);
    }
    this.at = at;
    return Decoded.command;
  }

  /** A command has too many arguments, the first of which begins here. */
  #tooMany(count: number, excess: Excess): Decoded {
    if (!this.isTrusted) return this.#fail("unauthenticated multibulk length");
    if (count > MAX_SKIPPED_ARGUMENTS) return this.#fail("invalid multibulk length");
    excess.begin(count, 0);
    const { maxArguments } = this.#limits;
    return this.#tooLarge(`too many words in a command, send at most ${maxArguments}`);
  }

  /** An argument that begins here is too long, or the command with it. `left` counts from it on. */
  #tooLong(length: number, left: number, excess: Excess): Decoded {
    if (length > MAX_SKIPPED_BYTES) return this.#fail("invalid bulk length");
    if (!this.isTrusted) return this.#fail("unauthenticated bulk length");
    excess.begin(left - 1, length + 2);
    const { maxBulkBytes, maxCommandBytes } = this.#limits;
    const [what, most] = length > maxBulkBytes
      ? ["argument", maxBulkBytes]
      : ["command", maxCommandBytes];
    return this.#tooLarge(`${what} is too long, send at most ${most} bytes`);
  }

  #tooLarge(why: string): Decoded {
    this.at = this.#after;
    this.error = `ERR ${why}`;
    return Decoded.tooLarge;
  }

  /**
   * Skips what has come of a command that is too large. Returns "command" when it is all skipped, else
   * "incomplete" or "error". Moves `at`.
   */
  skip(bytes: Uint8Array, end: number, excess: Excess): Decoded {
    for (;;) {
      while (excess.bytes > 0) {
        if (this.at >= end) return this.#wait(end, end, 0);
        if (excess.bytes > 2) {
          const count = Math.min(excess.bytes - 2, end - this.at);
          this.at += count;
          excess.bytes -= count;
        } else if (bytes[this.at++] !== (excess.bytes-- === 2 ? CR : LF)) {
          return this.#fail("expected a line end after the bulk string");
        }
      }
      if (excess.arguments === 0) return Decoded.command;
      if (this.at >= end) return this.#wait(end, end, 0);
      const isBulk = bytes[this.at] === DOLLAR;
      const length = isBulk ? this.#length(bytes, this.at + 1, end) : MALFORMED;
      if (length === INCOMPLETE) return this.#wait(end, end, 0);
      if (length < 0) return this.#badLength(bytes, this.at, length);
      if (!excess.spend(length)) return this.#fail("invalid bulk length");
      this.at = this.#after;
      excess.bytes = length + 2;
      excess.arguments--;
    }
  }

  /** Sets `needed`: with fewer bytes, reading the command again makes no sense. */
  #wait(at: number, end: number, left: number): Decoded {
    const more = Math.max(0, left - PATIENT_ARGUMENTS) * MIN_ARGUMENT_BYTES;
    this.needed = Math.max(end + 1, at + more);
    return Decoded.incomplete;
  }

  /** What stands at `at` is not the length of an argument, or `length` says what is wrong with it. */
  #badLength(bytes: Uint8Array, at: number, length: number): Decoded {
    if (bytes[at] !== DOLLAR) return this.#fail(`expected '$', got '${shown(bytes[at]!)}'`);
    return this.#fail(length === TOO_BIG ? "too big bulk count string" : "invalid bulk length");
  }

  /** Reads a length at `at`, up to its line end. Sets `#after` to what follows. */
  #length(bytes: Uint8Array, at: number, end: number): number {
    if (at + 3 < end) {
      // Nearly every length has one or two digits, so these cases come first.
      const first = bytes[at]! - ZERO;
      const next = bytes[at + 1]!;
      if (first >= 0 && first <= 9) {
        if (next === CR && bytes[at + 2] === LF) {
          this.#after = at + 3;
          return first;
        }
        const second = next - ZERO;
        if (
          first > 0 && second >= 0 && second <= 9 && bytes[at + 2] === CR && bytes[at + 3] === LF
        ) {
          this.#after = at + 4;
          return first * 10 + second;
        }
      }
    }
    return this.#longLength(bytes, at, end);
  }

  #longLength(bytes: Uint8Array, at: number, end: number): number {
    const cr = bytes.indexOf(CR, at);
    if (cr < 0 || cr >= end || cr - at > MAX_LINE_BYTES) {
      return end - at > MAX_LINE_BYTES ? TOO_BIG : INCOMPLETE;
    }
    if (cr + 1 === end) return INCOMPLETE;
    const negative = bytes[at] === MINUS;
    const from = negative ? at + 1 : at;
    const digits = cr - from;
    if (digits === 0 || digits > 10 || bytes[cr + 1] !== LF) return MALFORMED;
    if (bytes[from] === ZERO && (digits > 1 || negative)) return MALFORMED;
    let value = 0;
    for (let i = from; i < cr; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit < 0 || digit > 9) return MALFORMED;
      value = value * 10 + digit;
    }
    if (value > 0x7fff0000) return MALFORMED;
    this.#after = cr + 2;
    return negative ? -value : value;
  }

  /** Reads a command that is a line. An empty line gives a name of length -1. */
  #line(bytes: Uint8Array, end: number, args: Args): Decoded {
    const start = this.at;
    const maxBytes = this.isTrusted ? MAX_LINE_BYTES : MAX_UNKNOWN_BULK_BYTES;
    const lf = bytes.indexOf(LF, start);
    if (lf < 0 || lf >= end || lf - start > maxBytes) {
      return end - start > maxBytes ? this.#fail("too big inline request") : Decoded.incomplete;
    }
    this.at = lf + 1;
    this.nameLength = -1;
    args.over(bytes);
    const lineEnd = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf;
    if (!splitLine(bytes, start, lineEnd, args)) return this.#fail("unbalanced quotes in request");
    if (args.count === 0) return Decoded.command;
    if (!this.isTrusted && args.count > MAX_UNKNOWN_ARGUMENTS) {
      return this.#fail("unauthenticated multibulk length");
    }
    if (args.count > this.#limits.maxArguments) return this.#fail("invalid multibulk length");
    this.nameStart = args.starts[0]!;
    this.nameLength = args.lengths[0]!;
    args.starts.copyWithin(0, 1, args.count);
    args.lengths.copyWithin(0, 1, args.count);
    args.count--;
    const isBrowser = isOfBrowser(bytes, this.nameStart, this.nameStart + this.nameLength);
    return isBrowser ? Decoded.browser : Decoded.command;
  }

  #fail(what: string): Decoded {
    this.error = `ERR Protocol error: ${what}`;
    return Decoded.error;
  }
}

function shown(byte: number): string {
  return byte === CR || byte === LF ? " " : String.fromCharCode(byte);
}
