// MONITOR: from now on the client sees what all clients of all workers send. One that does not read fast enough is
// closed, as any subscriber is. RESET ends it.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { Topic } from "../../contract/messages/topic.ts";
import type { Reply } from "../../contract/reply.ts";
import { NO_MEMORY, refused } from "../failures.ts";

const NO_NAME = new Uint8Array();
const IN_MULTI = refused("MONITOR isn't allowed for DENY BLOCKING client");
const NO_CONNECTION = refused("MONITOR needs a connection of the Redis protocol");

/** MONITOR */
export function monitor(context: CommandContext, _args: Args, reply: Reply): void {
  const { session, messages, isAtomic } = context;
  if (isAtomic) return reply.fail(IN_MULTI);
  if (session.sink === null) return reply.fail(NO_CONNECTION);
  const outcome = messages.subscribe(session, Topic.monitor, NO_NAME);
  if (outcome === "noMemory" || outcome === "tooMany") return reply.fail(NO_MEMORY);
  session.mustSettle = true;
  reply.ok();
}
