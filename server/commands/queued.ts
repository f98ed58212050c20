// Makes a command that MULTI has queued into arguments again. EXEC runs these arguments, client
// tracking takes the keys from them. One set does for all, since they are used one after the other.

import type { Args } from "../contract/args.ts";
import type { CommandContext } from "../contract/command.ts";
import type { QueuedCommand } from "../contract/transaction.ts";

/** The arguments of a queued command. They are valid until the next call. */
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
