// PUBLISH and SPUBLISH. A message goes to those who are subscribed now; it is stored nowhere. Neither waits, so
// EXEC and scripts may publish as well.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { nameProblem } from "./channel_names.ts";

/** PUBLISH channel message */
export function publish({ messages, session }: CommandContext, args: Args, reply: Reply): void {
  const problem = nameProblem(args, 0);
  if (problem !== null) return reply.fail(problem);
  reply.integer(messages.publish(args.bytesOf(0), args.bytesOf(1)));
  if (messages.mustSettle) session.mustSettle = true;
}

/** SPUBLISH shardchannel message */
export function publishToShard(
  { messages, session }: CommandContext,
  args: Args,
  reply: Reply,
): void {
  const problem = nameProblem(args, 0);
  if (problem !== null) return reply.fail(problem);
  reply.integer(messages.publishToShard(args.bytesOf(0), args.bytesOf(1)));
  if (messages.mustSettle) session.mustSettle = true;
}
