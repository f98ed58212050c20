// How long names of channels and patterns may be. A message is compared with many patterns at once, so both have
// a bound.

import type { Args } from "../../contract/args.ts";
import { MAX_PATTERN_BYTES } from "../../contract/keys/glob.ts";
import type { Failure } from "../../contract/reply.ts";
import { PATTERN_TOO_LONG } from "../pattern_argument.ts";
import { refused } from "../failures.ts";

/** Longest name of a channel, in bytes: that of an event about a longest key, and some. */
export const MAX_CHANNEL_BYTES = 2176;

const NAME_TOO_LONG = refused(
  `name of channel is too long, send at most ${MAX_CHANNEL_BYTES} bytes`,
);

/** Why argument `index` cannot be a channel, or null. */
export function nameProblem(args: Args, index: number): Failure | null {
  return args.lengths[index]! > MAX_CHANNEL_BYTES ? NAME_TOO_LONG : null;
}

/** Why argument `index` cannot be a pattern, or null. */
export function patternProblem(args: Args, index: number): Failure | null {
  return args.lengths[index]! > MAX_PATTERN_BYTES ? PATTERN_TOO_LONG : null;
}
