// Which commands run while the data are still being loaded: those that Redis lets run, by the flag
// "loading" of a command or its subcommand. All others are refused with LOADING. Asked only as long as
// that lasts.

import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { refuse } from "../dispatch.ts";
import { LOADING } from "../failures.ts";
import { type CommandFacts, factsOf } from "../server/command_facts.ts";

/**
 * Refuses a command that has to wait until the data are loaded. Returns false, and does nothing, where it may run
 * or is refused in any case, for what is wrong with it.
 */
export function refusedWhileLoading(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): boolean {
  if (isRefusedAnyway(context, command, args) || mayRun(factsOf(command), args)) return false;
  refuse(context, command, LOADING, reply);
  return true;
}

/** Whether dispatch() refuses a command in any case. */
export function isRefusedAnyway(
  { session }: CommandContext,
  { arity: [least, most], flags }: Command,
  args: Args,
): boolean {
  if (args.count < least || args.count > most) return true;
  return !session.isAuthenticated && !flags.includes("noauth");
}

function mayRun(facts: CommandFacts, args: Args): boolean {
  if (facts.subcommands.length === 0) return isFlagged(facts);
  // A bare COMMAND is a command of its own.
  if (args.count === 0) return isFlagged(facts);
  const name = `${facts.name}|${tokenOf(args, 0).toLowerCase()}`;
  const found = facts.subcommands.find((subcommand) => subcommand.name === name);
  return found === undefined || !fits(found.arity, args.count + 1) || isFlagged(found);
}

function isFlagged({ flags }: CommandFacts): boolean {
  return flags.includes("loading");
}

/** Whether a call of so many words is one that a command of this arity takes. */
function fits(arity: number, words: number): boolean {
  return arity < 0 ? words >= -arity : words === arity;
}
