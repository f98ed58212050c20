// More commands on whole values: the older forms of SET and GET, and those that read and change at
// once. See values.ts for the forms that all protocols share.

import { KEEP_DEADLINE } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import {
  answerValue,
  deleteItem,
  getItem,
  isOtherType,
  peekItem,
  storeItem,
  storeProblem,
} from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { ANSWER_TOO_LARGE, badExpire, NOT_INTEGER, SYNTAX, wrongArity } from "../failures.ts";
import { SetOptions } from "./set_options.ts";
import { optionsFailure } from "./values.ts";
import { integerOf } from "../argument_text.ts";
import { deadlineAhead } from "../deadlines.ts";

/** SETNX key value: 1 where it was stored, 0 where the key was there. */
export function setnx(context: CommandContext, args: Args, reply: Reply): void {
  const problem = storeProblem(context, args.lengths[0]!, args.lengths[1]!);
  if (problem !== null) return reply.fail(problem);
  if (peekItem(context, args, 0, 0) !== 0) return reply.integer(0);
  storeArgument(context, args, 0, 0, 1, 0);
  reply.integer(1);
}

/** SETEX key seconds value. */
export function setex(context: CommandContext, args: Args, reply: Reply): void {
  setWithTtl(context, args, reply, 1000, "setex");
}

/** PSETEX key milliseconds value. */
export function psetex(context: CommandContext, args: Args, reply: Reply): void {
  setWithTtl(context, args, reply, 1, "psetex");
}

function setWithTtl(
  context: CommandContext,
  args: Args,
  reply: Reply,
  unitMs: number,
  name: string,
): void {
  const amount = integerOf(args, 1);
  if (amount === undefined) return reply.fail(NOT_INTEGER);
  const deadlineMs = deadlineAhead(amount, unitMs, context.cache.now());
  if (deadlineMs === undefined) return reply.fail(badExpire(name));
  const problem = storeProblem(context, args.lengths[0]!, args.lengths[2]!);
  if (problem !== null) return reply.fail(problem);
  storeArgument(context, args, 0, 0, 2, deadlineMs);
  reply.ok();
}

/** Stores argument `value` under key number `key`, which is argument `index`. */
function storeArgument(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
  value: number,
  deadlineMs: number,
): void {
  const { bytes, starts, lengths } = args;
  storeItem(context, args, key, index, bytes, starts[value]!, lengths[value]!, deadlineMs);
}

/** GETSET key value: the old value or a miss. Removes the deadline. */
export function getset(context: CommandContext, args: Args, reply: Reply): void {
  const problem = storeProblem(context, args.lengths[0]!, args.lengths[1]!);
  if (problem !== null) return reply.fail(problem);
  const address = getItem(context, args, 0, 0);
  if (isRefused(context, address, reply)) return;
  answerValue(context.shard, address, reply);
  storeArgument(context, args, 0, 0, 1, 0);
}

/** Refuses and returns true if the value at `address` is no string, or longer than the answer may be. */
function isRefused(context: CommandContext, address: number, reply: Reply): boolean {
  if (isOtherType(context.shard, address, reply)) return true;
  if (address === 0 || context.shard.valueBytesLocked(address) <= reply.bytesLeft) return false;
  reply.fail(ANSWER_TOO_LARGE);
  return true;
}

/** GETDEL key: the value, or a miss. Deletes the key. */
export function getdel(context: CommandContext, args: Args, reply: Reply): void {
  const address = getItem(context, args, 0, 0);
  if (isRefused(context, address, reply)) return;
  answerValue(context.shard, address, reply);
  if (address !== 0) deleteItem(context, args, 0, 0);
}

/** GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]: the value, with another deadline. */
export function getex(context: CommandContext, args: Args, reply: Reply): void {
  const nowMs = context.cache.now();
  const options = SetOptions.parseGetex(args, 1, nowMs);
  if (options === "syntax") return reply.fail(SYNTAX);
  const { shard } = context;
  const address = getItem(context, args, 0, 0);
  // As in Redis, nobody looks at the time where there is no key for it.
  if (address === 0) return reply.miss();
  if (isOtherType(shard, address, reply)) return;
  if (typeof options === "string") return reply.fail(optionsFailure(options, "getex"));
  if (isRefused(context, address, reply)) return;
  answerValue(shard, address, reply);
  if (options.persist) {
    if (shard.deadlineLocked(address) !== 0) shard.setDeadlineLocked(address, 0);
  } else if (options.deadlineMs !== KEEP_DEADLINE) {
    if (options.deadlineMs <= nowMs) deleteItem(context, args, 0, 0);
    else shard.setDeadlineLocked(address, options.deadlineMs);
  }
}

/** MSET key value [key value ...]. */
export function mset(context: CommandContext, args: Args, reply: Reply): void {
  if (!canStoreAll(context, args, reply, "mset")) return;
  storeAll(context, args);
  reply.ok();
}

/** MSETNX key value [key value ...]: 1, or 0 if one of the keys was there. Then it stores none. */
export function msetnx(context: CommandContext, args: Args, reply: Reply): void {
  if (!canStoreAll(context, args, reply, "msetnx")) return;
  for (let i = 0; i < args.count; i += 2) {
    if (peekItem(context, args, i >> 1, i) !== 0) return reply.integer(0);
  }
  storeAll(context, args);
  reply.integer(1);
}

function canStoreAll(context: CommandContext, args: Args, reply: Reply, name: string): boolean {
  if (args.count % 2 !== 0) {
    reply.fail(wrongArity(name));
    return false;
  }
  for (let i = 0; i < args.count; i += 2) {
    const problem = storeProblem(context, args.lengths[i]!, args.lengths[i + 1]!);
    if (problem === null) continue;
    reply.fail(problem);
    return false;
  }
  return true;
}

function storeAll(context: CommandContext, args: Args): void {
  for (let i = 0; i < args.count; i += 2) storeArgument(context, args, i >> 1, i, i + 1, 0);
}
