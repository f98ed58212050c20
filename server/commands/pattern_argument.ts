// Reads the pattern that KEYS, SCAN, CONFIG GET and COMMAND LIST take as an argument. A pattern that is
// longer than a key can be is refused first.

import type { Args } from "../contract/args.ts";
import { refused } from "./failures.ts";
import { Glob, MAX_PATTERN_BYTES } from "./glob.ts";

/** The refusal of a pattern that is too long. */
export const PATTERN_TOO_LONG = refused(
  `pattern is too long, send at most ${MAX_PATTERN_BYTES} bytes`,
);

/** Argument `index` as a pattern, or null if it is too long. */
export function patternOf(args: Args, index: number): Glob | null {
  return args.lengths[index]! > MAX_PATTERN_BYTES ? null : new Glob(args.copyOf(index));
}
