// Answers that take time. Inside EXEC they are refused, since locks are held there. A failure on the
// way becomes an answer too, since no other code would handle it.

import { messageOf } from "../contract/error_text.ts";
import type { Reply } from "../contract/reply.ts";
import type { CommandContext } from "../contract/command.ts";
import { ServerRefusal } from "../contract/server.ts";
import { NO_MEMORY, NOT_IN_MULTI, refused } from "./failures.ts";

/** What a command that takes its time holds: its context, promises, and what it has read of arguments. */
const DEFERRED_BYTES = 8 * 1024;

/**
 * Carries out `work`, which makes one outcome on `reply`. Other commands may run meanwhile, so `work`
 * must not read the arguments after its first await.
 */
export function later(
  context: CommandContext,
  reply: Reply,
  work: () => Promise<void>,
): void | Promise<void> {
  if (context.isAtomic) return reply.fail(NOT_IN_MULTI);
  const { session } = context;
  if (!session.tryTake(DEFERRED_BYTES)) return reply.fail(NO_MEMORY);
  return work().catch((error) => {
    reply.fail(refused(messageOf(error), error instanceof ServerRefusal ? error.code : "ERR"));
  }).finally(() => session.tryTake(-DEFERRED_BYTES));
}
