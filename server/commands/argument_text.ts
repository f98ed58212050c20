// Reads arguments as words: tokens of options, texts for people, integers. For options and names only:
// keys and values stay bytes.

import type { Args } from "../contract/args.ts";
import { sameWord } from "../contract/same_bytes.ts";
import { parseInteger } from "./integers.ts";

const MAX_TOKEN_BYTES = 32;
/** Most bytes of an argument that become a text: no name, address or value of an option is longer. */
const MAX_TEXT_BYTES = 1024;
/** Most bytes of arguments that an error or the slow log repeats. */
export const MAX_SHOWN_BYTES = 128;
const decoder = new TextDecoder();

/** Whether an argument is `word`, which is in upper case, in letters of either case. */
export function isWord(args: Args, index: number, word: string): boolean {
  return sameWord(args.bytes, args.starts[index]!, args.lengths[index]!, word);
}

/** An argument as an upper-case token; empty when it is too long to be one. */
export function tokenOf(args: Args, index: number): string {
  const length = args.lengths[index]!;
  if (length > MAX_TOKEN_BYTES) return "";
  const start = args.starts[index]!;
  let token = "";
  for (let i = 0; i < length; i++) token += String.fromCharCode(args.bytes[start + i]!);
  return token.toUpperCase();
}

/**
 * At most `most` bytes of an argument as text. What is not UTF-8 becomes U+FFFD. A command that waits
 * keeps such a text, so its length has a bound.
 */
export function textOf(args: Args, index: number, most = MAX_TEXT_BYTES): string {
  return decoder.decode(args.bytesOf(index).subarray(0, most));
}

/** The part of an argument that errors repeat: as in Redis not what follows a zero byte. */
export function shownText(args: Args, index: number, most: number = MAX_SHOWN_BYTES): string {
  return beforeZero(textOf(args, index, most));
}

/** The text up to a zero byte, which ends a text in C. */
export function beforeZero(text: string): string {
  return text.split("\0", 1)[0]!;
}

/** An argument as a 64-bit integer, or undefined when it is none. */
export function integerOf(args: Args, index: number): number | bigint | undefined {
  return parseInteger(args.bytes, args.starts[index]!, args.lengths[index]!);
}

/** Whether a name can be shown by CLIENT LIST: printable ASCII without spaces. */
export function isPlainName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}
