// incr, decr, delete and touch of memcached's clients. Their numbers have 64 bits and no sign; what they keep of an item
// is its time to live.

import { ItemType, KEEP_DEADLINE } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type ItemFacts, type MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, Op } from "../../contract/memcache/request.ts";
import { deleteItem, getItem, peekItem, storeItem } from "../items.ts";
import { numberIn } from "./number_text.ts";
import { deadlineAfter } from "./times.ts";

/** So much of a value is looked at for a number: more than any has, with spaces before it. */
const MAX_NUMBER_BYTES = 512;

const encoder = new TextEncoder();

/** incr and decr: numbers of 64 bits without a sign, which wrap around above and stop at 0 below. */
export function count(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
  request: MemcacheRequest,
): void {
  const { shard } = context;
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return reply.result(Result.notFound, args, 0);
  const length = shard.typeLocked(address) === ItemType.string
    ? shard.valueBytesLocked(address)
    : 0;
  if (length === 0 || length > MAX_NUMBER_BYTES) return reply.result(Result.notNumber, args, 0);
  if (request.version !== 0 && request.version !== shard.versionLocked(address)) {
    return reply.result(Result.exists, args, 0);
  }
  const looked = Math.min(length, MAX_NUMBER_BYTES);
  const scratch = context.reserveScratch(looked);
  shard.readValuePartLocked(address, 0, looked, scratch, 0);
  const before = numberIn(scratch, looked);
  if (before === undefined) return reply.result(Result.notNumber, args, 0);
  const after = changed(before, request);
  const { written } = encoder.encodeInto(String(after), scratch);
  storeItem(context, args, 0, 0, scratch, 0, written, KEEP_DEADLINE);
  reply.number(after, args, facts);
}

function changed(before: bigint, { op, delta }: MemcacheRequest): bigint {
  if (op === Op.increment) return BigInt.asUintN(64, before + delta);
  return delta > before ? 0n : before - delta;
}

/** delete: the item goes, if it has the version that is given, or none is. */
export function remove(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  if (request.version !== 0) {
    const address = peekItem(context, args, 0, 0);
    if (address !== 0 && context.shard.versionLocked(address) !== request.version) {
      return reply.result(Result.exists, args, 0);
    }
  }
  const isGone = deleteItem(context, args, 0, 0);
  reply.result(isGone ? Result.deleted : Result.notFound, args, 0);
}

/** touch: another time to live. */
export function touch(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  const address = getItem(context, args, 0, 0);
  if (address === 0) return reply.result(Result.notFound, args, 0);
  context.shard.setDeadlineLocked(
    address,
    deadlineAfter(request.seconds, context.cache.now()),
    true,
  );
  reply.result(Result.touched, args, 0);
}
