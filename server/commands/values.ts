// The commands on plain values: GET, SET, DEL, INCRBY and their forms for several keys.
// Each runs with the shards of its keys locked; see command.ts. Semantics are those of Redis 7
// where it has the command, and stand here once for every protocol.

import { KEEP_DEADLINE, Outcome, type Shard } from "../../cache/mod.ts";
import type { Args } from "../args.ts";
import type { Reply } from "../reply.ts";
import type { CommandContext } from "./command.ts";
import {
  ANSWER_TOO_LARGE,
  badExpire,
  NOT_INTEGER,
  OVERFLOW,
  SYNTAX,
  TOO_LARGE,
} from "./failures.ts";
import { addIntegers, INT64_MAX, INT64_MIN, parseInteger } from "./numbers.ts";
import { SetOptions } from "./set_options.ts";

/** GET key: the value, or a miss. */
export function get(context: CommandContext, args: Args, reply: Reply): void {
  const { shard } = context;
  const address = shard.getLocked(
    context.hashes[0]!,
    args.bytes,
    args.starts[0]!,
    args.lengths[0]!,
  );
  if (address === 0) reply.miss();
  else replyValue(shard, address, reply);
}

/** Copies the value of the item at `address` into the reply. */
function replyValue(shard: Shard, address: number, reply: Reply): void {
  const length = shard.valueBytesLocked(address);
  const at = reply.room(length);
  shard.readValueLocked(address, reply.bytes, at);
  reply.value(at, length);
}

/** GETMETA key: a list of value, version and remaining milliseconds (-1: for ever), or a miss. */
export function getMeta(context: CommandContext, args: Args, reply: Reply): void {
  const { shard, cache } = context;
  const address = shard.getLocked(
    context.hashes[0]!,
    args.bytes,
    args.starts[0]!,
    args.lengths[0]!,
  );
  if (address === 0) {
    reply.miss();
    return;
  }
  const deadlineMs = shard.deadlineLocked(address);
  reply.array(3);
  replyValue(shard, address, reply);
  reply.integer(shard.versionLocked(address));
  reply.integer(deadlineMs === 0 ? -1 : Math.max(0, deadlineMs - cache.now()));
}

const setOptions = Object.freeze(new SetOptions());

/** SET key value [NX | XX | IFVERSION n] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]. */
export function set(context: CommandContext, args: Args, reply: Reply): void {
  let options: Readonly<SetOptions> = setOptions;
  if (args.count > 2) {
    const parsed = SetOptions.parse(args, 2, context.cache.now());
    if (parsed === "syntax") return reply.fail(SYNTAX);
    if (parsed === "notInteger") return reply.fail(NOT_INTEGER);
    if (parsed === "badExpire") return reply.fail(badExpire("set"));
    options = parsed;
  }
  const outcome = context.shard.putLocked(
    context.hashes[0]!,
    args.bytes,
    args.starts[0]!,
    args.lengths[0]!,
    args.bytes,
    args.starts[1]!,
    args.lengths[1]!,
    options.deadlineMs,
    options.condition,
    options.version,
  );
  if (outcome === Outcome.stored) reply.ok();
  else if (outcome === Outcome.tooLarge) reply.fail(TOO_LARGE);
  else reply.conditionNotMet();
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

/** Longest text of a 64-bit integer. */
const numberText = new Uint8Array(20);

/** INCRBY key increment: the new value; a missing key counts as 0 and the deadline stays. */
export function incrBy(context: CommandContext, args: Args, reply: Reply): void {
  const { shard, hashes } = context;
  const by = parseInteger(args.bytes, args.starts[1]!, args.lengths[1]!);
  if (by === undefined) return reply.fail(NOT_INTEGER);
  const address = shard.peekLocked(hashes[0]!, args.bytes, args.starts[0]!, args.lengths[0]!);
  const old = address === 0 ? 0 : storedInteger(shard, address);
  if (old === undefined) return reply.fail(NOT_INTEGER);
  const sum = addIntegers(old, by);
  if (sum === undefined || sum < INT64_MIN || sum > INT64_MAX) return reply.fail(OVERFLOW);
  const text = sum.toString();
  for (let i = 0; i < text.length; i++) numberText[i] = text.charCodeAt(i);
  const outcome = shard.putLocked(
    hashes[0]!,
    args.bytes,
    args.starts[0]!,
    args.lengths[0]!,
    numberText,
    0,
    text.length,
    KEEP_DEADLINE,
    setOptions.condition,
    0,
  );
  if (outcome === Outcome.stored) reply.integer(sum);
  else reply.fail(TOO_LARGE);
}

function storedInteger(shard: Shard, address: number): number | bigint | undefined {
  const length = shard.valueBytesLocked(address);
  if (length > numberText.length) return undefined;
  shard.readValueLocked(address, numberText, 0);
  return parseInteger(numberText, 0, length);
}

/** MGET key [key ...]: the values in the order of the keys, with misses among them. */
export function mget(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, hashes } = context;
  reply.array(args.count);
  for (let i = 0; i < args.count; i++) {
    const shard = cache.shardOf(hashes[i]!);
    const address = shard.getLocked(hashes[i]!, args.bytes, args.starts[i]!, args.lengths[i]!);
    if (address === 0) reply.miss();
    else if (shard.valueBytesLocked(address) > reply.roomLeft) return reply.fail(ANSWER_TOO_LARGE);
    else replyValue(shard, address, reply);
  }
}

/**
 * MPUT key value ms [key value ms ...], an empty ms for no time to live: how many were stored, which
 * is all or, if one is too large, none.
 */
export function mput(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, hashes } = context;
  const { bytes, starts, lengths, count } = args;
  for (let i = 0; i < count; i += 3) {
    if (!cache.shards[0]!.fits(lengths[i]!, lengths[i + 1]!)) return reply.fail(TOO_LARGE);
  }
  for (let i = 0, key = 0; i < count; i += 3, key++) {
    const hash = hashes[key]!;
    cache.shardOf(hash).putLocked(
      hash,
      bytes,
      starts[i]!,
      lengths[i]!,
      bytes,
      starts[i + 1]!,
      lengths[i + 1]!,
      deadlineOf(context, args, i + 2),
      setOptions.condition,
      0,
    );
  }
  reply.integer(count / 3);
}

/** The deadline behind an argument of milliseconds, which its codec has checked. */
function deadlineOf(context: CommandContext, args: Args, index: number): number {
  const length = args.lengths[index]!;
  if (length === 0) return 0;
  return context.cache.now() + Number(parseInteger(args.bytes, args.starts[index]!, length));
}
