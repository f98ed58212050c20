// Notes the keys that a command is about to read, for clients with tracking. Keys are noted before they
// are read, so that no change in between is missed. Does not know how clients are told.

import type { Args } from "../contract/args.ts";
import { type Command, type CommandContext, keyCountOf } from "../contract/command.ts";
import type { Tracking } from "../contract/tracking.ts";
import { unpackQueued } from "./queued.ts";

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
  for (const queued of transaction.queue) {
    const queuedArgs = unpackQueued(context, queued);
    rememberKeys(context, tracking, context.commands[queued.id]!, queuedArgs);
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
    const copy = args.copyOf(i);
    tracking.remember(cache.hash(copy, 0, copy.length), copy);
  }
}
