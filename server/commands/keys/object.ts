// TYPE and OBJECT: what a value is, how Redis would keep it, and how often and when it was asked for. Knows no type: for
// encodings see encodings.ts.

import { hitCountLocked, isUnreadLocked, type Shard } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { CommandContext } from "../../contract/command.ts";
import { tokenOf } from "../argument_text.ts";
import { refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { lookItem, openView, peekItem, shardOfKey } from "../items.ts";
import { encodingOf, type OpenItem } from "./encodings.ts";
import { typeNameOf } from "./type_names.ts";

const OBJECT_HELP = [
  "ENCODING <key>",
  "    How the value is kept: int, listpack, skiplist and so on.",
  "FREQ <key>",
  "    How often the key was asked for, from 0 to 255: see docs/api.md.",
  "IDLETIME <key>",
  "    Seconds for which nobody has asked for the key, where that is known: since it was stored.",
  "REFCOUNT <key>",
  "    Always 1.",
];
const NO_IDLE_TIME = refused(
  "An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching " +
    "between policies at runtime LRU and LFU data will take some time to adjust.",
);

/** A key that was asked for less often lately is none of the hottest. */
const MIN_HOT_USES = 16;

/** TYPE key: the name of its type, or "none" where it is not there. */
export function type(context: CommandContext, args: Args, reply: Reply): void {
  const address = lookItem(context, args, 0, 0);
  reply.status(address === 0 ? "none" : typeNameOf(context.shard.typeLocked(address)));
}

/** OBJECT ENCODING | FREQ | REFCOUNT | IDLETIME key, OBJECT HELP. */
export function object(context: CommandContext, args: Args, reply: Reply): void {
  const token = tokenOf(args, 0);
  if (token === "HELP") return answerHelp("OBJECT", OBJECT_HELP, reply);
  const address = peekItem(context, args, 0, 1);
  if (address === 0) return reply.miss();
  const shard = shardOfKey(context, 0);
  if (token === "ENCODING") {
    const open: OpenItem = (view) => void openView(context, view, args, 0, 1, reply, false);
    reply.text(encodingOf(context, shard, address, open));
  } else if (token === "FREQ") reply.integer(frequencyOf(context, args, shard, address));
  else if (token === "REFCOUNT") reply.integer(1);
  else if (!isUnreadLocked(shard.memory, address)) reply.fail(NO_IDLE_TIME);
  else {
    const ms = context.server.ageMs(shard.index, shard.versionLocked(address));
    reply.integer(Math.floor(ms / 1000));
  }
}

/**
 * A number for OBJECT FREQ. Of the hottest keys it is what Redis would have counted: from 5 on, each next number takes ten
 * uses more than the one before, up to 255. Of all others it is what the clock has.
 */
function frequencyOf(
  context: CommandContext,
  args: Args,
  { memory }: Shard,
  address: number,
): number {
  const uses = context.samples.usesOf(context, args, 1);
  const hits = hitCountLocked(memory, address);
  return uses < MIN_HOT_USES ? hits : Math.min(255, Math.floor(5 + Math.sqrt(uses / 5)));
}
