// Removes members that are named: HDEL, SREM and ZREM. With the last one the key goes.
// Knows no type.

import { type KeyedCollection, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { openView } from "../items.ts";

/** Removes the members behind the key from the collection under it. Answers how many were there. */
export function removeMembers(
  context: CommandContext,
  view: KeyedCollection,
  args: Args,
  reply: Reply,
): void {
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  let removed = 0;
  if (opening === Opening.found) {
    for (let i = 1; i < args.count; i++) {
      if (view.remove(args.bytes, args.starts[i]!, args.lengths[i]!)) removed++;
    }
    view.close();
  }
  reply.integer(removed);
}
