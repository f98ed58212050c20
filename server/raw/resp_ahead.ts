// Decodes the next commands of a pipeline in one go, into columns: where each ends, and where its name and
// its arguments lie. Takes only what is a whole command beyond doubt, and stops in front of anything else:
// what that is, RespDecoder says. Knows no command and no socket.

import type { RespLimits } from "../codecs/resp_decode.ts";

/** Commands decoded in one go: what they will read has to stay in the fastest cache. */
export const MAX_AHEAD_COMMANDS = 64;
/** Their words, names included. */
const MAX_AHEAD_WORDS = 512;

const CR = 0x0d;
const LF = 0x0a;
const STAR = 0x2a;
const DOLLAR = 0x24;
const ZERO = 0x30;

/** Most digits of a number of words, and of a length. What has more is left to the decoder. */
const COUNT_DIGITS = 3;
const LENGTH_DIGITS = 7;

/** Commands that were decoded and have not run yet. */
export class AheadCommands {
  /** How many there are. */
  count = 0;
  /** Where each ends. */
  readonly ends: Int32Array = new Int32Array(MAX_AHEAD_COMMANDS);
  /** Number of each one's first word in the columns below; behind the last, how many words there are. */
  readonly firsts: Int32Array = new Int32Array(MAX_AHEAD_COMMANDS + 1);
  /** Where each word lies. */
  readonly starts: Int32Array = new Int32Array(MAX_AHEAD_WORDS);
  readonly lengths: Int32Array = new Int32Array(MAX_AHEAD_WORDS);
  readonly #limits: RespLimits;
  /** End of the number that was read last, line end included; 0 after none. */
  #after = 0;

  constructor(limits: RespLimits) {
    this.#limits = limits;
  }

  /** Decodes the commands from `at` on in `bytes`, which end at `end`. */
  decode(bytes: Uint8Array, at: number, end: number): void {
    const { ends, firsts } = this;
    let count = 0;
    let words = 0;
    while (count < MAX_AHEAD_COMMANDS) {
      const wordCount = this.#number(bytes, STAR, at, end, COUNT_DIGITS);
      if (wordCount < 1 || wordCount > MAX_AHEAD_WORDS - words) break;
      if (wordCount > this.#limits.maxArguments) break;
      const after = this.#words(bytes, at, end, words, words + wordCount);
      if (after === 0) break;
      firsts[count] = words;
      ends[count++] = at = after;
      words += wordCount;
    }
    firsts[count] = words;
    this.count = count;
  }

  /** Reads words `from` to `to` of the command at `begin`. Returns where it ends, or 0. */
  #words(bytes: Uint8Array, begin: number, end: number, from: number, to: number): number {
    const { starts, lengths } = this;
    const { maxBulkBytes, maxCommandBytes } = this.#limits;
    let at = this.#after;
    for (let word = from; word < to; word++) {
      const length = this.#number(bytes, DOLLAR, at, end, LENGTH_DIGITS);
      const start = this.#after;
      at = start + length + 2;
      if (length < 0 || length > maxBulkBytes || at > end || at - begin > maxCommandBytes) return 0;
      if (bytes[at - 2] !== CR || bytes[at - 1] !== LF) return 0;
      starts[word] = start;
      lengths[word] = length;
    }
    return at;
  }

  /** Reads `kind`, a number and a line end. Returns the number, or -1. */
  #number(bytes: Uint8Array, kind: number, at: number, end: number, most: number): number {
    // The shortest is three bytes and a line end, and nearly all have one digit or two.
    if (at + 4 > end || bytes[at] !== kind) return -1;
    let value = bytes[at + 1]! - ZERO;
    if (value < 0 || value > 9) return -1;
    let next = at + 2;
    const last = at + 1 + most;
    while (next < end && bytes[next] !== CR) {
      const digit = bytes[next]! - ZERO;
      // Nothing begins with 0 but 0.
      if (digit < 0 || digit > 9 || value === 0 || ++next > last) return -1;
      value = value * 10 + digit;
    }
    if (next + 2 > end || bytes[next + 1] !== LF) return -1;
    this.#after = next + 2;
    return value;
  }
}
