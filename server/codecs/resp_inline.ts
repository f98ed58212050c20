// Splits a line into arguments, as people type them: separated by white space, which is quoted inside
// an argument. The rules are those of redis-cli and of a Redis server. Quotes and escapes of an
// argument are removed in place. Knows no protocol around the line.

import type { Args } from "../contract/args.ts";
import { hexDigit } from "./ascii_letters.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;

/** The byte that a letter behind a backslash means, in double quotes. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x08],
  [0x61, 0x07],
]);

/**
 * Adds the arguments of the line from `start` to `end` to `args`, whose buffer is `bytes`. Returns
 * false when a quote is not closed, or is followed by anything but white space.
 */
export function splitLine(bytes: Uint8Array, start: number, end: number, args: Args): boolean {
  let at = start;
  for (;;) {
    while (at < end && isSpace(bytes[at]!)) at++;
    if (at >= end) return true;
    const from = at;
    while (at < end && !isSpace(bytes[at]!) && !isQuote(bytes[at]!)) at++;
    if (at < end && isQuote(bytes[at]!)) {
      at = quotedWord(bytes, from, at, end, args);
      if (at < 0) return false;
    } else args.push(from, at - from);
  }
}

/** Adds a word that begins at `from` and has a quote at `at`. Returns its end, or -1. */
function quotedWord(
  bytes: Uint8Array,
  from: number,
  at: number,
  end: number,
  args: Args,
): number {
  let to = at;
  while (at < end && !isSpace(bytes[at]!)) {
    const quote = bytes[at]!;
    if (!isQuote(quote)) {
      bytes[to++] = bytes[at++]!;
      continue;
    }
    at++;
    while (at < end && bytes[at] !== quote) {
      const taken = escapeLength(bytes, at, end, quote);
      bytes[to++] = taken === 1 ? bytes[at]! : unescaped(bytes, at, taken, quote);
      at += taken;
    }
    if (at >= end) return -1;
    at++;
    if (at < end && !isSpace(bytes[at]!)) return -1;
  }
  args.push(from, to - from);
  return at;
}

/** Number of bytes that mean one byte at `at`: 1, or 2 with a backslash, or 4 in hexadecimal. */
function escapeLength(bytes: Uint8Array, at: number, end: number, quote: number): number {
  if (bytes[at] !== BACKSLASH || at + 1 >= end) return 1;
  if (quote === APOSTROPHE) return bytes[at + 1] === APOSTROPHE ? 2 : 1;
  const isHex = bytes[at + 1] === LOWER_X && at + 3 < end && hexDigit(bytes[at + 2]!) >= 0 &&
    hexDigit(bytes[at + 3]!) >= 0;
  return isHex ? 4 : 2;
}

function unescaped(bytes: Uint8Array, at: number, length: number, quote: number): number {
  if (length === 4) return hexDigit(bytes[at + 2]!) * 16 + hexDigit(bytes[at + 3]!);
  const letter = bytes[at + 1]!;
  return quote === QUOTE ? ESCAPES.get(letter) ?? letter : letter;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d);
}

function isQuote(byte: number): boolean {
  return byte === QUOTE || byte === APOSTROPHE;
}
