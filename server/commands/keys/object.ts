// TYPE and OBJECT: what a value is, how Redis would keep it, and how often and when it was asked for. Knows no type: for
// encodings see encodings.ts.

import { hitCountLocked, isUnreadLocked } from "../../../cache/mod.ts";
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
  "    Hits that the eviction clock remembers, 0 to 3.",
  "IDLETIME <key>",
  "    Seconds for which nobody has asked for the key, where that is known: since it was stored.",
  "REFCOUNT <key>",
  "    Always 1.",
];
const NO_IDLE_TIME = refused(
  "An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching " +
    "between policies at runtime LRU and LFU data will take some time to adjust.",
);

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
  } else if (token === "FREQ") reply.integer(hitCountLocked(shard.memory, address));
  else if (token === "REFCOUNT") reply.integer(1);
  else if (!isUnreadLocked(shard.memory, address)) reply.fail(NO_IDLE_TIME);
  else {
    const ms = context.server.ageMs(shard.index, shard.versionLocked(address));
    reply.integer(Math.floor(ms / 1000));
  }
}
