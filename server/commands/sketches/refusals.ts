// What the commands on sketches share: how much they may look at, and the refusals of RedisBloom, of
// which many have no code but the first word of their text.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure } from "../../contract/reply.ts";
import { BAD_KEY, refused } from "../failures.ts";

/** Why nothing may be stored under the key that is argument `index`, or null. */
export function keyProblem(context: CommandContext, args: Args, index: number): Failure | null {
  const length = args.lengths[index]!;
  return length === 0 || length > context.maxKeyBytes ? BAD_KEY : null;
}

/** A refusal of which the first word stands where others have their code. */
export function plainly(text: string): Failure {
  const space = text.indexOf(" ");
  return refused(text.slice(space + 1), text.slice(0, space));
}

/**
 * Bits or counters that one command may look at: about 2 ms under the lock. More are refused, with this limit
 * named.
 */
export const MAX_PROBES = 20_000;
/** Looking at one takes as long as to copy so many bytes: what a transaction may do is counted in those. */
export const PROBE_BYTES = 64;

/** The refusal of more than that. */
export function tooManyProbes(each: number): Failure {
  const most = Math.floor(MAX_PROBES / each);
  return refused(
    `too many items at once, nothing has changed: in a sketch of this shape at most ${most}, since each takes ` +
      `up to ${each} looks and a command may take ${MAX_PROBES}`,
  );
}
