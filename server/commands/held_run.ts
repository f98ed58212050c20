// Runs commands whose shards are locked already: those of EXEC and of scripts. They are counted and timed like any
// other; whoever calls this has hashed no keys and has decided that the command may run.

import type { Args } from "../contract/args.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import type { Reply } from "../contract/reply.ts";
import { ALL_KEYS_TOO_LONG } from "./failures.ts";
import { noteForOnlookers } from "./notifications/onlookers.ts";
import { beginTimed, endTimed, endUntimed } from "./timing.ts";

/**
 * Runs a command, of whose keys `context.hashes` has the hashes, as they are in its database. `who` says whose it is, if
 * it is not the client's.
 */
export function runHeld(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
  who: "lua" | null = null,
): void {
  if (context.keyCount > 0) context.shard = context.cache.shardOf(context.hashes[0]!);
  const { session } = context;
  const isTimed = context.stats.count(session.way, command.id, command.isTimed);
  const fromMs = isTimed ? beginTimed(context) : 0;
  session.running = command.id;
  // A command that would have to wait sees isAtomic and refuses.
  if (command.flags.includes("keyspace")) runOnAll(context, command, args, reply);
  else command.run(context, args, reply);
  // Of a script in EXEC the commands have been noted that it has run; the keys of the last one are none of its own.
  if (command.keys !== null && context.keyCount > 0) noteKeys(context, command, args);
  if (isTimed) endTimed(context, command, args, fromMs, false);
  else if (context.cache.region.longSinceMs !== 0) endUntimed(context, command, args);
  if (context.cache.region.duties !== 0) noteForOnlookers(context, command, args, who);
}

/** Looks at the keys of a command that has run. */
function noteKeys(context: CommandContext, command: Command, args: Args): void {
  const { samples } = context;
  samples.tellLocked(context, command, args);
  samples.left -= context.keyCount;
  if (samples.left < 0) samples.countHot(context, command, args);
}

/** Runs a command on all keys, if the others that are run under the same locks have left time for it. */
function runOnAll(context: CommandContext, command: Command, args: Args, reply: Reply): void {
  const { heldWalks } = context;
  if (!heldWalks.begin()) return reply.fail(ALL_KEYS_TOO_LONG);
  command.run(context, args, reply);
  heldWalks.end();
}
