// Answers that have to be waited for. Inside EXEC locks are held, so there they are refused.
// What fails on the way is answered, since nobody else waits for it.

import { messageOf } from "../contract/error_text.ts";
import type { Reply } from "../contract/reply.ts";
import type { CommandContext } from "../contract/command.ts";
import { NOT_IN_MULTI, refused } from "./failures.ts";

/**
 * Carries out `work`, which makes one outcome on `reply` and must have read what it needs of the
 * arguments before; other commands may run meanwhile.
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
