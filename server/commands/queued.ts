// A command that MULTI has queued, as arguments again: what EXEC runs, and what client tracking reads
// of it. One set of arguments for all, since they are used one after the other.

import type { Args } from "../contract/args.ts";
import type { CommandContext } from "../contract/command.ts";
import type { QueuedCommand } from "../contract/transaction.ts";

/** The arguments of a queued command; they hold until the next call. */
export function unpackQueued(context: CommandContext, { bytes, lengths }: QueuedCommand): Args {
  const args = context.queuedArgs;
  args.over(bytes);
  let at = 0;
  for (const length of lengths) {
    args.push(at, length);
    at += length;
  }
  return args;
}
