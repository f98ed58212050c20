// get and gat of memcached's clients. A value that is no string, which only other protocols store, counts as a miss: such
// clients could do nothing with it.

import { addState, ITEM_FETCHED, ItemType } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { ItemFacts, MemcacheReply } from "../../contract/memcache/reply.ts";
import type { MemcacheRequest } from "../../contract/memcache/request.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { getItem } from "../items.ts";
import { readItemFacts } from "./item_facts.ts";
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
  fetchItem(context, args, reply, facts);
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
  // What is past by then is answered once more, as memcached does.
  const address = fetchItem(context, args, reply, facts);
  if (address === 0) return;
  shard.setDeadlineLocked(address, deadlineAfter(request.seconds, cache.now()), true);
}

/** Answers the string of the key, or that there is none. Returns its address, or 0. */
function fetchItem(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
): number {
  const { shard } = context;
  const address = getItem(context, args, 0, 0);
  if (address === 0 || shard.typeLocked(address) !== ItemType.string) {
    reply.noItem(args);
    return 0;
  }
  readItemFacts(shard, address, facts);
  const { valueBytes } = facts;
  if (valueBytes > SMALL_BYTES && valueBytes > reply.bytesLeft) {
    reply.fail(ANSWER_TOO_LARGE);
    return address;
  }
  const at = reply.item(args, facts);
  shard.readValueLocked(address, reply.bytes, at);
  reply.itemEnd();
  addState(shard.memory, address, ITEM_FETCHED);
  return address;
}
