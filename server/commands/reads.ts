// Notes the keys that a command is about to read, for clients with tracking. Keys are noted before they
// are read, so that no change in between is missed. Does not know how clients are told.

import type { Args } from "../contract/args.ts";
import { type Command, type CommandContext, keyCountOf } from "../contract/command.ts";
import type { Tracking } from "../contract/tracking.ts";

/** Has `tracking` remember the keys that `command` reads, or those that an EXEC will read. */
export function rememberReads(
  context: CommandContext,
  tracking: Tracking,
  command: Command,
  args: Args,
): void {
  const { transaction } = context.session;
  if (command.name !== "EXEC" || transaction === null) {
    return rememberKeys(context, tracking, command, args);
  }
  const { queuedArgs } = context;
  for (const id of transaction.queued(queuedArgs)) {
    rememberKeys(context, tracking, context.commands[id]!, queuedArgs);
  }
}

function rememberKeys(
  { cache }: CommandContext,
  tracking: Tracking,
  { keys, flags }: Command,
  args: Args,
): void {
  if (keys === null || !flags.includes("read")) return;
  const keyCount = keyCountOf(keys, args.count);
  for (let key = 0, i = keys.first; key < keyCount; key++, i += keys.step) {
    const hash = cache.hash(args.bytes, args.starts[i]!, args.lengths[i]!);
    tracking.remember(hash, args.bytes, args.starts[i]!, args.lengths[i]!);
  }
}
