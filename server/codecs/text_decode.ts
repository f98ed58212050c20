// Reads commands of the text protocol: one per line, PUT, GET, DEL, PING, QUIT and AUTH in any case.
// Keys and values are text within the limits of the JSON routes. Between two calls it keeps only its
// place. Knows no socket, and no command behind the verbs.

import type { Args } from "../contract/args.ts";
import { isOfBrowser, packed, packedAt } from "./ascii_letters.ts";
import type { Excess } from "./excess.ts";
import { Decoded, MAX_LINE_BYTES, MAX_UNKNOWN_BULK_BYTES } from "./resp_decode.ts";
import { countChars } from "./utf8.ts";

/** The verbs. */
export const Verb = { none: 0, put: 1, get: 2, del: 3, ping: 4, quit: 5, auth: 6 } as const;
/** One of the values of the constant of the same name. */
export type Verb = typeof Verb[keyof typeof Verb];

/** What a decoder accepts, in code points. */
export interface TextLimits {
  readonly maxKeyChars: number;
  readonly maxValueChars: number;
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
/** Space for verb and separators besides key and value. */
const MAX_VERB_BYTES = 16;

/** Reads one line after the other. One per worker. */
export class LineDecoder {
  /** Where the next line begins. */
  at = 0;
  /** After "incomplete": the line cannot be complete before the bytes reach up to here. */
  needed = 0;
  /** The verb of the line; `none` when the line has to be answered ERROR. */
  verb: Verb = Verb.none;
  /** After "error" and "tooLarge": the text to answer. */
  readonly error = "ERROR";
  /** Whether the client may send as much as the limits say. */
  isTrusted = true;
  readonly #limits: TextLimits;
  readonly #maxLineBytes: number;

  constructor(limits: TextLimits) {
    this.#limits = limits;
    const longest = MAX_VERB_BYTES + 4 * (limits.maxKeyChars + limits.maxValueChars);
    this.#maxLineBytes = Math.max(MAX_LINE_BYTES, longest);
  }

  /**
   * Reads the line at `at` from `bytes`, which end at `end`. Moves `at` behind it. What is left of one
   * that is too long goes into `excess`.
   */
  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded {
    const start = this.at;
    const maxBytes = this.isTrusted ? this.#maxLineBytes : MAX_UNKNOWN_BULK_BYTES;
    const lf = bytes.indexOf(LF, start);
    if (lf < 0 || lf >= end || lf - start > maxBytes) {
      this.needed = end + 1;
      if (end - start <= maxBytes) return Decoded.incomplete;
      return this.isTrusted ? this.#tooLong(bytes, excess) : Decoded.error;
    }
    this.at = lf + 1;
    args.over(bytes);
    const lineEnd = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf;
    const space = bytes.indexOf(SPACE, start);
    const verbEnd = space < 0 || space > lineEnd ? lineEnd : space;
    this.verb = verbOf(bytes, start, verbEnd);
    if (isOfBrowser(bytes, start, verbEnd)) return Decoded.browser;
    if (!this.#arguments(bytes, verbEnd, lineEnd, args)) this.verb = Verb.none;
    return Decoded.command;
  }

  #tooLong(bytes: Uint8Array, excess: Excess): Decoded {
    const space = bytes.indexOf(SPACE, this.at);
    if (isOfBrowser(bytes, this.at, space)) return Decoded.browser;
    excess.begin(1, 0);
    return Decoded.tooLarge;
  }

  /**
   * Skips what has come of a line that is too long. Returns "command" behind its end, "incomplete", or
   * "error" where it goes on for too long. Moves `at`.
   */
  skip(bytes: Uint8Array, end: number, excess: Excess): Decoded {
    const lf = bytes.indexOf(LF, this.at);
    const isWhole = lf >= 0 && lf < end;
    const next = isWhole ? lf + 1 : end;
    const isFine = excess.spend(next - this.at);
    this.at = next;
    this.needed = end + 1;
    if (!isFine) return Decoded.error;
    if (!isWhole) return Decoded.incomplete;
    excess.clear();
    return Decoded.command;
  }

  /** Adds the arguments behind the verb. Returns false if they are not what the verb needs. */
  #arguments(bytes: Uint8Array, verbEnd: number, lineEnd: number, args: Args): boolean {
    if (this.verb === Verb.ping || this.verb === Verb.quit) return verbEnd === lineEnd;
    if (this.verb === Verb.none || verbEnd === lineEnd) return false;
    const start = verbEnd + 1;
    const space = bytes.indexOf(SPACE, start);
    const hasMore = space >= 0 && space < lineEnd;
    if (hasMore !== (this.verb === Verb.put)) return false;
    const keyEnd = hasMore ? space : lineEnd;
    const { maxKeyChars, maxValueChars } = this.#limits;
    const chars = countChars(bytes, start, keyEnd);
    if (chars < 1 || (chars > maxKeyChars && this.verb !== Verb.auth)) return false;
    args.push(start, keyEnd - start);
    if (!hasMore) return true;
    const valueChars = countChars(bytes, keyEnd + 1, lineEnd);
    if (valueChars < 0 || valueChars > maxValueChars) return false;
    args.push(keyEnd + 1, lineEnd - keyEnd - 1);
    return true;
  }
}

const PUT = packed("put");
const GET = packed("get");
const DEL = packed("del");
const PING = packed("ping");
const QUIT = packed("quit");
const AUTH = packed("auth");

function verbOf(bytes: Uint8Array, start: number, end: number): Verb {
  if (end - start !== 3 && end - start !== 4) return Verb.none;
  switch (packedAt(bytes, start, end)) {
    case GET:
      return Verb.get;
    case PUT:
      return Verb.put;
    case DEL:
      return Verb.del;
    case PING:
      return Verb.ping;
    case QUIT:
      return Verb.quit;
    case AUTH:
      return Verb.auth;
    default:
      return Verb.none;
  }
}
