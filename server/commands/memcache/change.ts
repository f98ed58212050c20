// incr, decr, delete and touch of memcached's clients. Their numbers have 64 bits and no sign; what they keep of an item
// is its time to live.

import {
  addState,
  clientFlagsOf,
  ITEM_FETCHED,
  ItemType,
  KEEP_DEADLINE,
  stateOf,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type ItemFacts, type MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, MetaFlag, Op, Style } from "../../contract/memcache/request.ts";
import { deleteItem, getItem, peekItem, storeItem, storeProblem } from "../items.ts";
import { readItemFacts } from "./item_facts.ts";
import { inOrder } from "./meta.ts";
import { numberIn } from "./number_text.ts";
import { deadlineAfter } from "./times.ts";

/** So much of a value is looked at for a number: more than any has, with spaces before it. */
const MAX_NUMBER_BYTES = 512;
/** Digits of the largest number. */
const MAX_DIGITS = 20;

const encoder = new TextEncoder();

/** incr, decr and ma: numbers of 64 bits without a sign, which wrap around above and stop at 0 below. */
export function count(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
  request: MemcacheRequest,
): void {
  const { shard } = context;
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return begin(context, args, reply, facts, request);
  const length = shard.typeLocked(address) === ItemType.string
    ? shard.valueBytesLocked(address)
    : 0;
  if (length === 0) return reply.result(Result.notNumber, args, 0);
  if (request.version !== 0 && request.version !== shard.versionLocked(address)) {
    return reply.result(Result.exists, args, 0);
  }
  const looked = Math.min(length, MAX_NUMBER_BYTES);
  const scratch = context.reserveScratch(looked);
  shard.readValuePartLocked(address, 0, looked, scratch, 0);
  const before = numberIn(scratch, looked);
  if (before === undefined) return reply.result(Result.notNumber, args, 0);
  const after = changed(before, request);
  facts.hasWinner = false;
  const wasMs = shard.deadlineLocked(address);
  const isMs = inOrder(context, request, facts, wasMs, false);
  store(context, args, facts, after, isMs === wasMs ? KEEP_DEADLINE : isMs, address, length);
  reply.number(after, args, facts, false);
}

/** There is no number: makes one, if that is wanted. */
function begin(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
  request: MemcacheRequest,
): void {
  if (!request.has(MetaFlag.vivify)) return reply.result(Result.notFound, args, 0);
  const problem = storeProblem(context, args.lengths[0]!, MAX_DIGITS);
  if (problem !== null) return reply.fail(problem);
  const deadlineMs = request.style === Style.meta
    ? inOrder(context, request, facts, 0, true)
    : deadlineAfter(request.newSeconds, context.cache.now());
  store(context, args, facts, request.initial, deadlineMs, 0, 0);
  reply.number(request.initial, args, facts, true);
}

/**
 * Stores a number, over that at `address` of `length` bytes or none. One that is as long or shorter is the same item to
 * memcached, and keeps its state.
 */
function store(
  context: CommandContext,
  args: Args,
  facts: ItemFacts,
  number: bigint,
  deadlineMs: number,
  address: number,
  length: number,
): void {
  const { shard } = context;
  const scratch = context.reserveScratch(MAX_DIGITS);
  const { written } = encoder.encodeInto(String(number), scratch);
  const flags = address === 0 ? 0 : clientFlagsOf(shard.memory, address);
  const state = written <= length ? stateOf(shard.memory, address) : 0;
  storeItem(context, args, 0, 0, scratch, 0, written, deadlineMs, flags, state);
  const item = peekItem(context, args, 0, 0);
  facts.version = item === 0 ? 0 : shard.versionLocked(item);
}

function changed(before: bigint, { op, delta, isDecrement }: MemcacheRequest): bigint {
  const takes = op === Op.decrement || op === Op.metaArithmetic && isDecrement;
  if (!takes) return BigInt.asUintN(64, before + delta);
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
  facts: ItemFacts,
  request: MemcacheRequest,
): void {
  const { shard } = context;
  const address = getItem(context, args, 0, 0);
  if (address === 0) return reply.result(Result.notFound, args, 0);
  addState(shard.memory, address, ITEM_FETCHED);
  if (request.style === Style.binary) {
    readItemFacts(shard, address, facts);
    facts.valueBytes = 0;
    reply.item(args, facts);
    reply.itemEnd();
  } else reply.result(Result.touched, args, 0);
  shard.setDeadlineLocked(address, deadlineAfter(request.seconds, context.cache.now()), true);
}
