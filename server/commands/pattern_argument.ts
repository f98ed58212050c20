// A pattern among the arguments of a command, as KEYS, SCAN, CONFIG GET and COMMAND LIST take it.
// Longer ones than a key can be are refused before anything is done with them.

import type { Args } from "../contract/args.ts";
import { refused } from "./failures.ts";
import { Glob, MAX_PATTERN_BYTES } from "./glob.ts";

/** The refusal of a pattern that {@linkcode patternOf} does not take. */
export const PATTERN_TOO_LONG = refused(
  `pattern is too long, send at most ${MAX_PATTERN_BYTES} bytes`,
);

/** Argument `index` as a pattern, or null when it is too long to be one. */
export function patternOf(args: Args, index: number): Glob | null {
  return args.lengths[index]! > MAX_PATTERN_BYTES ? null : new Glob(args.copyOf(index));
}
