// Which commands run while a worker's breaker is open (--max-lag): those that cost next to nothing and that somebody
// needs to find out what is wrong, to end it, or to end a transaction. All others are refused with BUSY.

import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { refuse } from "../dispatch.ts";
import { SHED } from "../failures.ts";
import { isRefusedAnyway } from "./while_loading.ts";

/** Beside these all run that administrate, or may come before the token. */
const ALLOWED: ReadonlySet<string> = new Set([
  "PING",
  "INFO",
  "SELECT",
  // Without them what follows would run outside of its transaction. EXEC is refused, and ends it.
  "MULTI",
  "WATCH",
  "UNWATCH",
  "DISCARD",
]);

/**
 * Refuses a command that the breaker does not let in. Returns false, and does nothing, where it may run or is refused
 * in any case, for what is wrong with it.
 */
export function refusedWhileShedding(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): boolean {
  const { name, flags } = command;
  // It ends what keeps a worker busy.
  if (name === "SCRIPT" && args.count > 0 && tokenOf(args, 0) === "KILL") return false;
  if (flags.includes("admin") || flags.includes("noauth") || ALLOWED.has(name)) return false;
  if (isRefusedAnyway(context, command, args)) return false;
  refuse(context, command, SHED, reply);
  return true;
}
