// Answers that take time. Inside EXEC they are refused, since locks are held there. A failure on the
// way becomes an answer too, since no other code would handle it.

import { messageOf } from "../contract/error_text.ts";
import type { Reply } from "../contract/reply.ts";
import type { CommandContext } from "../contract/command.ts";
import { NOT_IN_MULTI, refused } from "./failures.ts";

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
  return work().catch((error) => {
    reply.fail(refused(messageOf(error)));
  });
}
