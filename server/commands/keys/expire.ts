// Commands on deadlines: EXPIRE and its forms with their conditions, TTL and its forms, PERSIST.
// A deadline in the past deletes the key. A new deadline gives the key a new version.

import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import { deleteItem, lookItem, peekItem } from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { badExpire, NOT_INTEGER, refused } from "../failures.ts";
import { integerOf, shownText, tokenOf } from "../argument_text.ts";
import { deadlineAfter } from "../deadlines.ts";

const NX_ALONE = refused(
  "NX and XX, GT or LT options at the same time are not compatible",
);
const GT_OR_LT = refused("GT and LT options at the same time are not compatible");

/** EXPIRE key seconds [NX | XX | GT | LT]. */
export function expire(context: CommandContext, args: Args, reply: Reply): void {
  setExpire(context, args, reply, 1000, context.cache.now(), "expire");
}

/** PEXPIRE key milliseconds [NX | XX | GT | LT]. */
export function pexpire(context: CommandContext, args: Args, reply: Reply): void {
  setExpire(context, args, reply, 1, context.cache.now(), "pexpire");
}

/** EXPIREAT key unix-seconds [NX | XX | GT | LT]. */
export function expireat(context: CommandContext, args: Args, reply: Reply): void {
  setExpire(context, args, reply, 1000, 0, "expireat");
}

/** PEXPIREAT key unix-milliseconds [NX | XX | GT | LT]. */
export function pexpireat(context: CommandContext, args: Args, reply: Reply): void {
  setExpire(context, args, reply, 1, 0, "pexpireat");
}

function setExpire(
  context: CommandContext,
  args: Args,
  reply: Reply,
  unitMs: number,
  baseMs: number,
  name: string,
): void {
  const wanted = new Set<string>();
  for (let i = 2; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (!["NX", "XX", "GT", "LT"].includes(token)) {
      return reply.fail(refused(`Unsupported option ${shownText(args, i)}`));
    }
    wanted.add(token);
  }
  if (wanted.has("NX") && wanted.size > 1) return reply.fail(NX_ALONE);
  if (wanted.has("GT") && wanted.has("LT")) return reply.fail(GT_OR_LT);
  const amount = integerOf(args, 1);
  if (amount === undefined) return reply.fail(NOT_INTEGER);
  const deadlineMs = deadlineAfter(amount, unitMs, baseMs);
  if (deadlineMs === undefined) return reply.fail(badExpire(name));
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return reply.integer(0);
  const { shard, cache } = context;
  if (!allows(wanted, shard.deadlineLocked(address), deadlineMs)) return reply.integer(0);
  if (deadlineMs <= cache.now()) deleteItem(context, args, 0, 0);
  else shard.setDeadlineLocked(address, deadlineMs);
  reply.integer(1);
}

/** Whether the conditions allow a new deadline in place of the old one (0: none, for ever). */
function allows(wanted: ReadonlySet<string>, oldMs: number, newMs: number): boolean {
  if (wanted.has("NX") && oldMs !== 0) return false;
  if (wanted.has("XX") && oldMs === 0) return false;
  if (wanted.has("GT") && (oldMs === 0 || newMs <= oldMs)) return false;
  return !(wanted.has("LT") && oldMs !== 0 && newMs >= oldMs);
}

/** TTL key: seconds left, rounded; -1 for ever, -2 not there. */
export function ttl(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadline(context, args, reply, 1000, context.cache.now());
}

/** PTTL key: milliseconds left. */
export function pttl(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadline(context, args, reply, 1, context.cache.now());
}

/** EXPIRETIME key: the deadline in seconds since 1970. */
export function expiretime(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadline(context, args, reply, 1000, 0);
}

/** PEXPIRETIME key: the deadline in milliseconds since 1970. */
export function pexpiretime(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadline(context, args, reply, 1, 0);
}

function answerDeadline(
  context: CommandContext,
  args: Args,
  reply: Reply,
  unitMs: number,
  baseMs: number,
): void {
  const address = lookItem(context, args, 0, 0);
  if (address === 0) return reply.integer(-2);
  const deadlineMs = context.shard.deadlineLocked(address);
  if (deadlineMs === 0) return reply.integer(-1);
  const ms = Math.max(0, deadlineMs - baseMs);
  reply.integer(unitMs === 1 ? ms : Math.floor((ms + unitMs / 2) / unitMs));
}

/** PERSIST key: 1 where a deadline was taken away. */
export function persist(context: CommandContext, args: Args, reply: Reply): void {
  const address = peekItem(context, args, 0, 0);
  if (address === 0 || context.shard.deadlineLocked(address) === 0) return reply.integer(0);
  context.shard.setDeadlineLocked(address, 0);
  reply.integer(1);
}
