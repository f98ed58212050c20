// Rows of the command table for scripts. These commands find and lock their keys themselves, since an argument
// says how many keys there are, and scripts may ask for more.

import type { Args } from "../../contract/args.ts";
import {
  type CommandContext,
  type CommandFlag,
  type CommandRow,
  MAX_ARGUMENTS,
  row,
} from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { refused } from "../failures.ts";
import { withSubcommands } from "../subcommands.ts";

const NO_SCRIPTS = refused("scripts cannot be run here");

/** The commands about scripts. */
export const SCRIPT_ROWS: readonly CommandRow[] = [
  evaluating("EVAL", "write", "Runs a Lua script", false),
  evaluating("EVALSHA", "write", "Runs a Lua script that is known by its SHA-1", true),
  evaluating("EVAL_RO", "read", "Runs a Lua script that may not write", false),
  evaluating(
    "EVALSHA_RO",
    "read",
    "Runs a Lua script that is known by its SHA-1 and may not write",
    true,
  ),
  withSubcommands(
    row(
      "SCRIPT",
      [1, MAX_ARGUMENTS],
      [],
      "scripting",
      null,
      "Makes scripts known, forgets and ends them",
      (context, args, reply) =>
        context.scripts === null
          ? reply.fail(NO_SCRIPTS)
          : context.scripts.command(context, args, reply),
    ),
  ),
];

function evaluating(
  name: string,
  flag: CommandFlag,
  summary: string,
  isBySha: boolean,
): CommandRow {
  const call = { isBySha, isReadOnly: flag === "read" };
  const run = (context: CommandContext, args: Args, reply: Reply) =>
    context.scripts === null
      ? reply.fail(NO_SCRIPTS)
      : context.scripts.run(context, args, reply, call);
  return {
    ...row(name, [2, MAX_ARGUMENTS], [flag, "script"], "scripting", null, summary, run),
    keyCountAt: 1,
  };
}
