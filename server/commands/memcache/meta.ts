// The meta commands of memcached's clients that are no other command in other words: mg, md, me. A value that many ask for is
// stored anew by one of them: who comes first when it is missing, stale or about to go wins, and the others are told so.

import {
  addState,
  clientFlagsOf,
  ITEM_FETCHED,
  ITEM_STALE,
  ITEM_WON,
  ItemType,
  stateOf,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type ItemFacts, type MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, MetaFlag } from "../../contract/memcache/request.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { deleteItem, getItem, peekItem, storeItem, storeProblem } from "../items.ts";
import { readItemFacts } from "./item_facts.ts";
import { deadlineAfter, secondsLeft, secondsUntil } from "./times.ts";

const NOTHING = new Uint8Array();
const T = 0x54;
const N = 0x4e;
const R = 0x52;
const SMALL_T = 0x74;

/** mg: what is asked for of an item, which may be made where there is none. */
export function metaGet(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
  request: MemcacheRequest,
): void {
  const { shard } = context;
  const isUntouched = request.has(MetaFlag.untouched);
  let address = isUntouched ? peekItem(context, args, 0, 0) : getItem(context, args, 0, 0);
  const isNew = address === 0 && request.has(MetaFlag.vivify);
  if (isNew) {
    const problem = storeProblem(context, args.lengths[0]!, 0);
    if (problem !== null) return reply.fail(problem);
    storeItem(context, args, 0, 0, NOTHING, 0, 0, 0, 0, ITEM_WON);
    address = peekItem(context, args, 0, 0);
  }
  if (address === 0 || shard.typeLocked(address) !== ItemType.string) return reply.noItem(args);
  if (request.has(MetaFlag.value) && shard.valueBytesLocked(address) > reply.bytesLeft) {
    return reply.fail(ANSWER_TOO_LARGE);
  }
  const state = isNew ? 0 : stateOf(shard.memory, address);
  const before = isNew ? 0 : shard.deadlineLocked(address);
  readFacts(context, address, facts, state);
  const deadlineMs = inOrder(context, request, facts, before, isNew);
  if (facts.isStale && !facts.hasWinner) facts.isWon = true;
  const at = reply.item(args, facts);
  if (request.has(MetaFlag.value)) shard.readValueLocked(address, reply.bytes, at);
  reply.itemEnd();
  const added = (facts.isWon ? ITEM_WON : 0) | (isUntouched ? 0 : ITEM_FETCHED);
  addState(shard.memory, address, added);
  if (deadlineMs !== before) shard.setDeadlineLocked(address, deadlineMs, true);
}

function readFacts(
  { shard }: CommandContext,
  address: number,
  facts: ItemFacts,
  state: number,
): void {
  readItemFacts(shard, address, facts);
  facts.isFetched = (state & ITEM_FETCHED) !== 0;
  facts.isStale = (state & ITEM_STALE) !== 0;
  facts.hasWinner = (state & ITEM_WON) !== 0;
}

/**
 * What the flags that are about time come to, one after the other: each sees what those before it have changed. Returns the
 * deadline that the item has then.
 */
export function inOrder(
  { cache }: CommandContext,
  request: MemcacheRequest,
  facts: ItemFacts,
  before: number,
  isNew: boolean,
): number {
  const nowMs = cache.now();
  let deadlineMs = before;
  facts.isWon = isNew;
  for (let i = 0; i < request.flagCount; i++) {
    const letter = request.flagLetters[i]!;
    if (letter === T) deadlineMs = deadlineAfter(request.seconds, nowMs);
    else if (letter === N) {
      deadlineMs = isNew ? deadlineAfter(request.newSeconds, nowMs) : deadlineMs;
    } else if (letter === SMALL_T) facts.secondsLeft = secondsLeft(deadlineMs, nowMs);
    else if (letter === R && !isNew && !facts.hasWinner && deadlineMs !== 0) {
      const least = secondsUntil(request.recacheSeconds, nowMs);
      if (secondsLeft(deadlineMs, nowMs) < least) facts.isWon = true;
    }
  }
  return deadlineMs;
}

/** md: the item goes, or counts as stale from now on. */
export function metaDelete(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  const { shard, cache } = context;
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return reply.result(Result.notFound, args, 0);
  if (request.has(MetaFlag.version) && shard.versionLocked(address) !== request.version) {
    return reply.result(Result.exists, args, 0);
  }
  if (!request.has(MetaFlag.stale) || shard.typeLocked(address) !== ItemType.string) {
    deleteItem(context, args, 0, 0);
    return reply.result(Result.deleted, args, 0);
  }
  const length = shard.valueBytesLocked(address);
  const scratch = context.reserveScratch(length);
  shard.readValueLocked(address, scratch, 0);
  const deadlineMs = request.has(MetaFlag.ttl)
    ? deadlineAfter(request.seconds, cache.now())
    : shard.deadlineLocked(address);
  const flags = clientFlagsOf(shard.memory, address);
  const state = (stateOf(shard.memory, address) & ITEM_FETCHED) | ITEM_STALE;
  storeItem(context, args, 0, 0, scratch, 0, length, deadlineMs, flags, state);
  reply.result(Result.deleted, args, 0);
}

/** me: what there is to know of an item. */
export function metaDebug(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  facts: ItemFacts,
): void {
  const { shard, cache } = context;
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return reply.noItem(args);
  readFacts(context, address, facts, stateOf(shard.memory, address));
  facts.secondsLeft = secondsLeft(shard.deadlineLocked(address), cache.now());
  reply.debug(args, facts);
}
