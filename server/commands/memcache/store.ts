// set, add, replace, cas, append and prepend of memcached's clients. A cas token is the item's version. Knows no bytes on
// the wire.

import {
  Condition,
  ITEM_STALE,
  ITEM_WON,
  ItemType,
  KEEP_DEADLINE,
  Opening,
  Outcome,
  stateOf,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, MetaFlag, Op, Style } from "../../contract/memcache/request.ts";
import {
  deleteItem,
  openBytes,
  peekItem,
  storeItem,
  storeProblem,
  writeProblem,
} from "../items.ts";
import { deadlineAfter } from "./times.ts";

/** set, add, replace and cas. */
export function store(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  const { shard, put } = context;
  const { op } = request;
  const problem = storeProblem(context, args.lengths[0]!, args.lengths[1]!);
  if (problem !== null) {
    if (problem.kind === "tooLarge" && op === Op.set) deleteItem(context, args, 0, 0);
    return reply.fail(problem);
  }
  put.setKey(context.hashes[0]!, args.bytes, args.starts[0]!, args.lengths[0]!);
  put.setValue(args.bytes, args.starts[1]!, args.lengths[1]!);
  const deadlineMs = request.seconds === 0
    ? 0
    : deadlineAfter(request.seconds, context.cache.now());
  const flags = request.clientFlags | 0;
  put.setTerms(deadlineMs, conditionOf(op), request.version, flags);
  // No version is 0: that an item must have, and nothing is to be stored where there is none.
  const isStored = (op !== Op.compareAndSet || request.version !== 0) &&
    shard.putLocked(put) === Outcome.stored;
  if (isStored) return stored(context, args, reply, request);
  if (op !== Op.compareAndSet) return reply.result(Result.notStored, args, 0);
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return reply.result(Result.notFound, args, 0);
  if (!request.has(MetaFlag.stale) || !isLate(context, address, request)) {
    return reply.result(Result.exists, args, 0);
  }
  storeStale(context, address, flags);
  stored(context, args, reply, request);
}

/** Whether a value belongs to an older version than that which is there. */
function isLate({ shard }: CommandContext, address: number, { version }: MemcacheRequest): boolean {
  return version !== 0 && version < shard.versionLocked(address);
}

/** Stores a value that comes late, as one that is stale; who is at work on a new one still is. */
function storeStale(context: CommandContext, address: number, flags: number): void {
  const { shard, put } = context;
  const state = stateOf(shard.memory, address) & ITEM_WON;
  put.setTerms(KEEP_DEADLINE, Condition.none, 0, flags);
  put.state = state | ITEM_STALE;
  shard.putLocked(put);
}

/** Answers that a value is stored; its version where that may be wanted. */
function stored(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  { style }: MemcacheRequest,
): void {
  const version = style === Style.classic
    ? 0
    : context.shard.versionLocked(peekItem(context, args, 0, 0));
  reply.result(Result.stored, args, version);
}

function conditionOf(op: Op): Condition {
  if (op === Op.set) return Condition.none;
  if (op === Op.add) return Condition.absent;
  return op === Op.replace ? Condition.present : Condition.version;
}

/** append and prepend: the item keeps its flags and its deadline. */
export function extend(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  const { shard } = context;
  const address = peekItem(context, args, 0, 0);
  if (address === 0 || shard.typeLocked(address) !== ItemType.string) {
    return reply.result(Result.notStored, args, 0);
  }
  if (request.version !== 0 && request.version !== shard.versionLocked(address)) {
    return reply.result(Result.exists, args, 0);
  }
  const isDone = request.op === Op.append
    ? append(context, args, reply)
    : prepend(context, args, address);
  if (isDone) stored(context, args, reply, request);
  else reply.result(Result.notStored, args, 0);
}

function append(context: CommandContext, args: Args, reply: MemcacheReply): boolean {
  const view = context.views.bytes;
  if (openBytes(context, view, args, 0, 0, reply, false) !== Opening.found) return false;
  const added = args.lengths[1]!;
  if (writeProblem(context, view, args.lengths[0]!, view.length, added) !== null) return false;
  if (added === 0) view.setLength(view.length);
  else view.write(view.length, args.bytes, args.starts[1]!, added);
  view.close();
  return true;
}

function prepend(context: CommandContext, args: Args, address: number): boolean {
  const { shard } = context;
  const added = args.lengths[1]!;
  const old = shard.valueBytesLocked(address);
  const total = added + old;
  if (total > context.server.config.maxValueBytes) return false;
  if (storeProblem(context, args.lengths[0]!, total) !== null) return false;
  const scratch = context.reserveScratch(total);
  scratch.set(args.bytesOf(1));
  shard.readValueLocked(address, scratch, added);
  return storeItem(context, args, 0, 0, scratch, 0, total, KEEP_DEADLINE);
}
