// Asks whether a collection may take more before a command adds anything to it: a refused command has changed
// nothing. Knows no type.

import type { Collection } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure } from "../../contract/reply.ts";
import { growthProblem } from "../items.ts";

/** Why the arguments from `from` on cannot be added to the collection of the first one, the key; or null. */
export function argumentsProblem(
  context: CommandContext,
  view: Collection,
  args: Args,
  from: number,
): Failure | null {
  let bytes = 0;
  for (let i = from; i < args.count; i++) bytes += args.lengths[i]!;
  return growthProblem(context, view, args.lengths[0]!, args.count - from, bytes);
}
