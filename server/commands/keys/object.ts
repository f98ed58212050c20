// TYPE and OBJECT: what a value is, and how Redis would keep it. The names of encodings are those that clients
// expect, by the defaults of Redis 7.0; here all collections are kept in one way.

import { hitCountLocked, isUnreadLocked, ItemType, type Shard } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { CommandContext } from "../../contract/command.ts";
import { tokenOf } from "../argument_text.ts";
import { refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { MAX_INT64_CHARS, parseInteger } from "../integers.ts";
import { lookItem, openView, peekItem, shardOfKey } from "../items.ts";
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
const EMBEDDED_BYTES = 44;
/** Most entries and longest member of what Redis keeps compact. */
const MAX_INTSET_ENTRIES = 512;
const MAX_HASH_ENTRIES = 512;
const MAX_SORTED_SET_ENTRIES = 128;
const MAX_COMPACT_BYTES = 64;

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
  if (token === "ENCODING") reply.text(encodingOf(context, args, shard, address, reply));
  else if (token === "FREQ") reply.integer(hitCountLocked(shard.memory, address));
  else if (token === "REFCOUNT") reply.integer(1);
  else if (!isUnreadLocked(shard.memory, address)) reply.fail(NO_IDLE_TIME);
  else {
    const ms = context.server.ageMs(shard.index, shard.versionLocked(address));
    reply.integer(Math.floor(ms / 1000));
  }
}

/** The name of the encoding that Redis 7.0 has for the value of key 0, which is argument 1. */
function encodingOf(
  context: CommandContext,
  args: Args,
  shard: Shard,
  address: number,
  reply: Reply,
): string {
  switch (shard.typeLocked(address)) {
    case ItemType.string:
      return stringEncoding(context, shard, address);
    case ItemType.list:
      return "quicklist";
    case ItemType.set:
      openView(context, context.views.set, args, 0, 1, reply, false);
      return isIntegerSet(context) ? "intset" : "hashtable";
    case ItemType.hash:
      openView(context, context.views.hash, args, 0, 1, reply, false);
      return isCompactHash(context) ? "listpack" : "hashtable";
    case ItemType.sortedSet:
      openView(context, context.views.sortedSet, args, 0, 1, reply, false);
      return isCompactSortedSet(context) ? "listpack" : "skiplist";
    case ItemType.stream:
      return "stream";
    default:
      return "raw";
  }
}

function stringEncoding(context: CommandContext, shard: Shard, address: number): string {
  const length = shard.valueBytesLocked(address);
  if (length > EMBEDDED_BYTES) return "raw";
  if (length > MAX_INT64_CHARS) return "embstr";
  const scratch = context.reserveScratch(length);
  shard.readValueLocked(address, scratch, 0);
  return parseInteger(scratch, 0, length) === undefined ? "embstr" : "int";
}

/** Whether Redis would keep the opened set as integers. */
export function isIntegerSet({ views: { set }, scratch }: CommandContext): boolean {
  if (set.count > MAX_INTSET_ENTRIES) return false;
  for (let more = set.seek(0); more; more = set.next()) {
    const length = set.memberBytes;
    if (length > MAX_INT64_CHARS) return false;
    set.readMember(scratch, 0);
    if (parseInteger(scratch, 0, length) === undefined) return false;
  }
  return true;
}

/** Whether Redis would keep the opened hash in one piece. */
export function isCompactHash({ views: { hash } }: CommandContext): boolean {
  if (hash.count > MAX_HASH_ENTRIES) return false;
  for (let more = hash.seek(0); more; more = hash.next()) {
    if (hash.memberBytes > MAX_COMPACT_BYTES || hash.valueBytes > MAX_COMPACT_BYTES) return false;
  }
  return true;
}

/** Whether Redis would keep the opened sorted set in one piece. */
export function isCompactSortedSet({ views: { sortedSet } }: CommandContext): boolean {
  if (sortedSet.count > MAX_SORTED_SET_ENTRIES) return false;
  for (let more = sortedSet.seek(0); more; more = sortedSet.next()) {
    if (sortedSet.memberBytes > MAX_COMPACT_BYTES) return false;
  }
  return true;
}
