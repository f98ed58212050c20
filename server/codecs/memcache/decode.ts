// Reads requests of memcached's clients: lines of text, classic and meta, with values behind some, and the binary protocol,
// which its first byte tells apart. A line of many keys is read key by key. Between two calls it keeps only its place; an
// incomplete request is read again from its first byte. Knows no socket, and no command behind the requests.

import type { Args } from "../../contract/args.ts";
import { Op } from "../../contract/memcache/request.ts";
import type { Excess } from "../excess.ts";
import { Decoded } from "../resp_decode.ts";
import { BINARY_REQUEST, readBinary } from "./binary.ts";
import { readClassic } from "./classic.ts";
import { beginKeys, isKeyLine, nextKey } from "./keys.ts";
import { LINE_TOO_LONG, MAX_KEY_BYTES, MAX_LINE_BYTES } from "./limits.ts";
import { isMeta, readMeta } from "./meta.ts";
import { Reading } from "./reading.ts";
import { readAuth } from "./text_auth.ts";

const LF = 0x0a;
const SPACE = 0x20;
/** Most spaces before a line that may be long. */
const MAX_LEADING_SPACES = 100;

/** A line that long has so many keys, or one that is too long: then nobody has to look for its end. */
const MIN_LONG_WORDS = Math.floor((MAX_LINE_BYTES - MAX_LEADING_SPACES) / (MAX_KEY_BYTES + 1));

/** Reads one request after the other. One per worker. */
export class MemcacheDecoder extends Reading {
  #lineOpBefore: Op = Op.end;

  /**
   * Reads the request at `at` from `bytes`, which end at `end`: what it says, and its key and value as arguments. Moves `at`
   * behind it. What is left of one that is too large goes into `excess`.
   */
  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded {
    const { line, words } = this;
    if (!excess.isEmpty) {
      const skipped = this.skip(bytes, end, excess);
      if (skipped !== Decoded.command) return skipped;
    }
    args.over(bytes);
    this.needed = end + 1;
    this.#lineOpBefore = line.op;
    if (line.op !== Op.end) {
      if (!line.hasFailed) return nextKey(this, bytes, args);
      this.at = bytes.indexOf(LF, this.at) + 1;
      line.op = Op.end;
    }
    if (this.at >= end) return Decoded.incomplete;
    if (bytes[this.at] === BINARY_REQUEST) return readBinary(this, bytes, end, args, excess);
    if (!words.read(bytes, this.at, end)) return this.#incomplete(bytes, end);
    if (!this.isTrusted) return readAuth(this, bytes, end, args);
    if (isKeyLine(words, bytes)) return beginKeys(this, bytes, args);
    if (isMeta(this, bytes)) return readMeta(this, bytes, end, args, excess);
    return readClassic(this, bytes, end, args, excess);
  }

  /** A request is taken from elsewhere: {@linkcode unread} goes back to before it. */
  beginAgain(): void {
    this.#lineOpBefore = this.line.op;
  }

  /** What {@linkcode next} has read last will be read again, from its start. */
  unread(): void {
    this.line.op = this.#lineOpBefore;
  }

  #incomplete(bytes: Uint8Array, end: number): Decoded {
    const length = end - this.at;
    if (length <= MAX_LINE_BYTES) return Decoded.incomplete;
    let first = this.at;
    while (bytes[first] === SPACE) first++;
    const isLong = this.isTrusted && length <= this.limits.maxLineBytes &&
      first - this.at <= MAX_LEADING_SPACES && this.words.count >= MIN_LONG_WORDS &&
      isKeyLine(this.words, bytes);
    return isLong ? Decoded.incomplete : this.stop(LINE_TOO_LONG);
  }

  /**
   * Skips what has come of a value that is too large. Returns "command" behind its end, or "incomplete". Moves `at`.
   */
  skip(_bytes: Uint8Array, end: number, excess: Excess): Decoded {
    const count = Math.min(excess.bytes, end - this.at);
    this.at += count;
    excess.bytes -= count;
    this.needed = end + 1;
    return excess.bytes === 0 ? Decoded.command : Decoded.incomplete;
  }
}
