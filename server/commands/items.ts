// Functions that many commands share: they find the item of a key argument, answer its value, or store
// one. All run with the key's shard locked.

import { Outcome, type Shard } from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { Failure, Reply } from "../contract/reply.ts";
import type { CommandContext } from "../contract/command.ts";
import { ANSWER_TOO_LARGE, BAD_KEY, TOO_LARGE } from "./failures.ts";

/** A value of up to this length is answered without a check of the space that is left. */
const SMALL_BYTES = 4096;

/** The locked shard of key number `key`. */
export function shardOfKey(context: CommandContext, key: number): Shard {
  return context.cache.shardOf(context.hashes[key]!);
}

/** Address of the item of key number `key`, which is argument `index`. Counts a hit or miss. */
export function getItem(context: CommandContext, args: Args, key: number, index: number): number {
  const hash = context.hashes[key]!;
  return context.cache.shardOf(hash)
    .getLocked(hash, args.bytes, args.starts[index]!, args.lengths[index]!);
}

/** The same without counting or touching anything. */
export function peekItem(context: CommandContext, args: Args, key: number, index: number): number {
  const hash = context.hashes[key]!;
  return context.cache.shardOf(hash)
    .peekLocked(hash, args.bytes, args.starts[index]!, args.lengths[index]!);
}

/** Deletes key number `key`, which is argument `index`. Returns whether it was there. */
export function deleteItem(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
): boolean {
  const hash = context.hashes[key]!;
  return context.cache.shardOf(hash)
    .deleteLocked(hash, args.bytes, args.starts[index]!, args.lengths[index]!);
}

/** Answers the value of the item at `address`, or a miss where that is 0. */
export function answerValue(shard: Shard, address: number, reply: Reply): void {
  if (address === 0) return reply.miss();
  const length = shard.valueBytesLocked(address);
  if (length > SMALL_BYTES && length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  const at = reply.reserve(length);
  shard.readValueLocked(address, reply.bytes, at);
  reply.value(at, length);
}

/** Why a key and value of these lengths cannot be stored, or null. */
export function storeProblem(
  context: CommandContext,
  keyBytes: number,
  valueBytes: number,
): Failure | null {
  if (keyBytes === 0 || keyBytes > context.maxKeyBytes) return BAD_KEY;
  return context.shard.fits(keyBytes, valueBytes) ? null : TOO_LARGE;
}

/** Stores bytes under key number `key`, which is argument `index` and has been checked. */
export function storeItem(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
  value: Uint8Array,
  valueStart: number,
  valueBytes: number,
  deadlineMs: number,
): boolean {
  const hash = context.hashes[key]!;
  const { put } = context;
  put.setKey(hash, args.bytes, args.starts[index]!, args.lengths[index]!);
  put.setValue(value, valueStart, valueBytes);
  put.setTerms(deadlineMs);
  return context.cache.shardOf(hash).putLocked(put) === Outcome.stored;
}
