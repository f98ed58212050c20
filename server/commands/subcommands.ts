// Commands whose first argument names a subcommand: which there are, and how many arguments each takes.
// MULTI refuses a wrong one before it queues it, as the command itself does when it runs.

import type { Args } from "../contract/args.ts";
import type { Failure } from "../contract/reply.ts";
import { tokenOf } from "./argument_text.ts";
import { unknownSubcommand, wrongArity } from "./failures.ts";

/** By the name of a subcommand the fewest and most arguments, its own name included. */
export type Subcommands = ReadonlyMap<string, readonly [min: number, max: number, ...unknown[]]>;

/** Returns what says why the subcommand or its number of arguments is wrong, or null. */
export function subcommandProblem(
  command: string,
  subcommands: Subcommands,
): (args: Args) => Failure | null {
  return (args) => {
    const token = tokenOf(args, 0);
    const found = subcommands.get(token);
    if (found === undefined) return unknownSubcommand(command, args);
    const [min, max] = found;
    return args.count < min || args.count > max ? wrongArity(`${command}|${token}`) : null;
  };
}
