// Reads the pattern that KEYS, SCAN, CONFIG GET and COMMAND LIST take as an argument. A pattern that is
// longer than a key can be is refused first.

import type { Args } from "../contract/args.ts";
import { refused } from "./failures.ts";
import { Glob, MAX_PATTERN_BYTES } from "../contract/keys/glob.ts";

const A = 0x41;
const Z = 0x5a;
/** The bit by which a small letter differs from a capital. */
const CASE = 0x20;

/** The refusal of a pattern that is too long. */
export const PATTERN_TOO_LONG = refused(
  `pattern is too long, send at most ${MAX_PATTERN_BYTES} bytes`,
);

/** Argument `index` as a pattern, or null if it is too long. */
export function patternOf(args: Args, index: number): Glob | null {
  return args.lengths[index]! > MAX_PATTERN_BYTES ? null : new Glob(args.copyOf(index));
}

/** The same for names that are in lower case, which are found in any case. */
export function lowerPatternOf(args: Args, index: number): Glob | null {
  if (args.lengths[index]! > MAX_PATTERN_BYTES) return null;
  return new Glob(args.copyOf(index).map((byte) => byte >= A && byte <= Z ? byte | CASE : byte));
}
