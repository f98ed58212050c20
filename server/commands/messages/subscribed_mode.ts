// What a client of RESP2 may send while it is subscribed to something: there its answers could not be
// told from messages.

import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { hasChannels } from "../../contract/messages/topic.ts";
import type { Reply } from "../../contract/reply.ts";
import type { Session } from "../../contract/session.ts";
import { refuse } from "../dispatch.ts";
import { refused } from "../failures.ts";
import { tokenOf } from "../argument_text.ts";

const ALLOWED: readonly string[] = [
  "PING",
  "SUBSCRIBE",
  "SSUBSCRIBE",
  "UNSUBSCRIBE",
  "SUNSUBSCRIBE",
  "PSUBSCRIBE",
  "PUNSUBSCRIBE",
  "QUIT",
  "RESET",
];

/** Whether a client speaks RESP2 and is subscribed to any channel or pattern. */
export function isInSubscribedMode({ protocol, subscriptions }: Session): boolean {
  return protocol === 2 && hasChannels(subscriptions);
}

/** Refuses a command of such a client, or returns false: it is one of those that it may send. */
export function refusedWhileSubscribed(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): boolean {
  const { name, arity } = command;
  if (ALLOWED.includes(name)) return false;
  // These have refusals of their own.
  if (args.count < arity[0] || args.count > arity[1]) return false;
  if ((command.problem?.(args) ?? null) !== null) return false;
  if (!context.session.isAuthenticated) return false;
  const isFamily = command.problem !== undefined && args.count > 0;
  const full = isFamily ? `${name}|${tokenOf(args, 0)}` : name;
  const message = `Can't execute '${full.toLowerCase()}': only (P|S)SUBSCRIBE / ` +
    "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";
  refuse(context, command, refused(message), reply);
  return true;
}
