// XACK: entries that were delivered are done, and pending no more. Ids that are not pending are passed over, but one that
// is no id has nothing acknowledged.

import { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { BAD_ID, IdForm, readId } from "../streams/stream_ids.ts";
import { closeQuietly, openGroup } from "./finding.ts";

const FIRST_ID = 2;

/** XACK key group id [id ...]: how many of them were pending. */
export function xack(context: CommandContext, args: Args, reply: Reply): void {
  const found = openGroup(context, args, 0, true, reply);
  if (found === "refused") return;
  if (found === "nothing") return reply.integer(0);
  const { group, pending } = context.views.groups;
  const id = new StreamId();
  for (let i = FIRST_ID; i < args.count; i++) {
    if (readId(args, i, id) === IdForm.invalid) return reply.fail(BAD_ID);
  }
  let count = 0;
  for (let i = FIRST_ID; i < args.count; i++) {
    readId(args, i, id);
    if (!pending.find(group, id)) continue;
    pending.remove();
    count++;
  }
  closeQuietly(context);
  reply.integer(count);
}
