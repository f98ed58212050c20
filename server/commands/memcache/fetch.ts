// get and gat of memcached's clients. A value that is no string, which only other protocols store, counts as a miss: such
// clients could do nothing with it.

import { addState, clientFlagsOf, ITEM_FETCHED, ItemType } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { ItemFacts, MemcacheReply } from "../../contract/memcache/reply.ts";
import type { MemcacheRequest } from "../../contract/memcache/request.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { deadlineAfter } from "./times.ts";

/** A value of up to this length is answered without a check of the space that is left. */
const SMALL_BYTES = 4096;

/** get: the item of a key. */
export function fetch(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
): void {
  const { shard } = context;
  const start = args.starts[0]!;
  const address = shard.getLocked(context.hashes[0]!, args.bytes, start, args.lengths[0]!);
  if (address === 0 || shard.typeLocked(address) !== ItemType.string) return reply.noItem(args);
  answerItem(context, address, args, reply, facts);
}

/** gat: the same, and it gets another time to live. */
export function fetchAndTouch(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
  request: MemcacheRequest,
): void {
  const { shard, cache } = context;
  const start = args.starts[0]!;
  const address = shard.getLocked(context.hashes[0]!, args.bytes, start, args.lengths[0]!);
  if (address === 0 || shard.typeLocked(address) !== ItemType.string) return reply.noItem(args);
  // What is past by then is answered once more, as memcached does.
  answerItem(context, address, args, reply, facts);
  shard.setDeadlineLocked(address, deadlineAfter(request.seconds, cache.now()), true);
}

/** Answers the string at `address`. */
function answerItem(
  { shard }: CommandContext,
  address: number,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
): void {
  const length = shard.valueBytesLocked(address);
  if (length > SMALL_BYTES && length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  facts.valueBytes = length;
  facts.clientFlags = clientFlagsOf(shard.memory, address) >>> 0;
  facts.version = shard.versionLocked(address);
  const at = reply.item(args, facts);
  shard.readValueLocked(address, reply.bytes, at);
  reply.itemEnd();
  addState(shard.memory, address, ITEM_FETCHED);
}
