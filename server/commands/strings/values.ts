// The commands on plain values that every protocol has: GET, SET, DEL, and those for several keys.
// Each runs with the shards of its keys locked; see command.ts. Where Redis 7 has the command, it does
// the same here.

import { ItemType, Outcome, type Shard } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { answerValue, getItem, isOtherType, lookItem, peekItem, storeProblem } from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { sameBytes } from "../../contract/same_bytes.ts";
import { ANSWER_TOO_LARGE, badExpire, NOT_INTEGER, SYNTAX, wrongArity } from "../failures.ts";
import { integerOf } from "../argument_text.ts";
import { deadlineAhead } from "../deadlines.ts";
import { SetOptions, type SetOptionsError } from "./set_options.ts";

/** GET key: the value, or a miss. */
export function get(context: CommandContext, args: Args, reply: Reply): void {
  const { shard } = context;
  const address = shard.getLocked(
    context.hashes[0]!,
    args.bytes,
    args.starts[0]!,
    args.lengths[0]!,
  );
  answerValue(shard, address, reply);
}

/** Again a GET that was refused for its length, as another part of the same request. */
export function getAgain(context: CommandContext, args: Args, reply: Reply): void {
  answerValue(context.shard, peekItem(context, args, 0, 0), reply);
}

/** GETMETA key: a list of value, version and milliseconds left (-1: for ever), or a miss. */
export function getMeta(context: CommandContext, args: Args, reply: Reply): void {
  answerMeta(context, getItem(context, args, 0, 0), reply);
}

/** Again a GETMETA that was refused for its length, as another part of the same request. */
export function getMetaAgain(context: CommandContext, args: Args, reply: Reply): void {
  answerMeta(context, peekItem(context, args, 0, 0), reply);
}

function answerMeta({ shard, cache }: CommandContext, address: number, reply: Reply): void {
  if (address === 0) return reply.miss();
  if (isOtherType(shard, address, reply)) return;
  if (shard.valueBytesLocked(address) > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  const deadlineMs = shard.deadlineLocked(address);
  reply.array(3);
  answerValue(shard, address, reply);
  reply.integer(shard.versionLocked(address));
  reply.integer(deadlineMs === 0 ? -1 : Math.max(0, deadlineMs - cache.now()));
}

const NO_OPTIONS = Object.freeze(new SetOptions());

/**
 * SET key value [NX | XX | IFEQ value | IFVERSION n] [GET] [EX s | PX ms | EXAT s | PXAT ms |
 * KEEPTTL]. With GET the answer is the old value or a miss, even if nothing was stored.
 */
export function set(context: CommandContext, args: Args, reply: Reply): void {
  const { shard, hashes } = context;
  let options: Readonly<SetOptions> = NO_OPTIONS;
  if (args.count > 2) {
    const parsed = SetOptions.parse(args, 2, context.cache.now());
    if (typeof parsed === "string") return reply.fail(optionsFailure(parsed, "set"));
    options = parsed;
  }
  const problem = storeProblem(context, args.lengths[0]!, args.lengths[1]!);
  if (problem !== null) return reply.fail(problem);
  let holds = true;
  if (options.get || options.equalTo !== 0) {
    const address = options.get ? lookItem(context, args, 0, 0) : peekItem(context, args, 0, 0);
    if (isOtherType(shard, address, reply)) return;
    if (options.get && !answerOld(shard, address, reply)) return;
    holds = options.equalTo === 0 || valueEquals(context, address, args, options.equalTo);
  }
  const { put } = context;
  put.setKey(hashes[0]!, args.bytes, args.starts[0]!, args.lengths[0]!);
  put.setValue(args.bytes, args.starts[1]!, args.lengths[1]!);
  put.setTerms(options.deadlineMs, options.condition, options.version, 0);
  const stored = holds && shard.putLocked(put) === Outcome.stored;
  if (options.get) return;
  if (stored) reply.ok();
  else reply.conditionNotMet();
}

/** The refusal for options that could not be read. */
export function optionsFailure(problem: SetOptionsError, command: string): Failure {
  if (problem === "syntax") return SYNTAX;
  return problem === "notInteger" ? NOT_INTEGER : badExpire(command);
}

/** Answers a value that is about to be replaced. Returns false if the answer has no space for it. */
function answerOld(shard: Shard, address: number, reply: Reply): boolean {
  if (address !== 0 && shard.valueBytesLocked(address) > reply.bytesLeft) {
    reply.fail(ANSWER_TOO_LARGE);
    return false;
  }
  answerValue(shard, address, reply);
  return true;
}

/** Whether the value of the item at `address` is argument `index`, byte for byte. */
function valueEquals(
  context: CommandContext,
  address: number,
  args: Args,
  index: number,
): boolean {
  const length = args.lengths[index]!;
  if (address === 0 || context.shard.valueBytesLocked(address) !== length) return false;
  const scratch = context.reserveScratch(length);
  context.shard.readValueLocked(address, scratch, 0);
  return sameBytes(scratch, 0, args.bytes, args.starts[index]!, length);
}

/** DEL key [key ...]: how many were there. */
export function del(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, hashes } = context;
  let count = 0;
  for (let i = 0; i < args.count; i++) {
    const shard = cache.shardOf(hashes[i]!);
    if (shard.deleteLocked(hashes[i]!, args.bytes, args.starts[i]!, args.lengths[i]!)) count++;
  }
  reply.integer(count);
}

/** MGET key [key ...]: the values in the order of the keys, with misses for those that are no strings. */
export function mget(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, hashes } = context;
  const { count } = args;
  const addresses = context.reserveAddresses(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    let address = getItem(context, args, i, i);
    if (address !== 0) {
      const shard = cache.shardOf(hashes[i]!);
      if (shard.typeLocked(address) === ItemType.string) total += shard.valueBytesLocked(address);
      else address = 0;
    }
    addresses[i] = address;
  }
  if (total > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  reply.array(count);
  for (let i = 0; i < count; i++) {
    const address = addresses[i]!;
    if (address === 0) reply.miss();
    else {
      const shard = cache.shardOf(hashes[i]!);
      const length = shard.valueBytesLocked(address);
      const at = reply.reserve(length);
      shard.readValueLocked(address, reply.bytes, at);
      reply.value(at, length);
    }
  }
}

/**
 * MPUT key value ms [key value ms ...]: how many were stored. An empty ms is no time to live. Stores
 * all, or none if one cannot be stored.
 */
export function mput(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, hashes, put } = context;
  const { bytes, starts, lengths, count } = args;
  if (count % 3 !== 0) return reply.fail(wrongArity("mput"));
  for (let i = 0; i < count; i += 3) {
    const problem = storeProblem(context, lengths[i]!, lengths[i + 1]!) ??
      ttlProblem(context, args, i + 2);
    if (problem !== null) return reply.fail(problem);
  }
  for (let i = 0, key = 0; i < count; i += 3, key++) {
    const hash = hashes[key]!;
    put.setKey(hash, bytes, starts[i]!, lengths[i]!);
    put.setValue(bytes, starts[i + 1]!, lengths[i + 1]!);
    put.setTerms(deadlineOf(context, args, i + 2) ?? 0);
    cache.shardOf(hash).putLocked(put);
  }
  reply.integer(count / 3);
}

/** Why an argument is no time to live in milliseconds, or null. */
function ttlProblem(context: CommandContext, args: Args, index: number): Failure | null {
  if (deadlineOf(context, args, index) !== undefined) return null;
  return integerOf(args, index) === undefined ? NOT_INTEGER : badExpire("mput");
}

/** The deadline that an argument of milliseconds means: none for an empty one. */
function deadlineOf(context: CommandContext, args: Args, index: number): number | undefined {
  if (args.lengths[index] === 0) return 0;
  const amount = integerOf(args, index);
  return amount === undefined ? undefined : deadlineAhead(amount, 1, context.cache.now());
}
