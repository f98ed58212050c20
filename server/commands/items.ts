// Functions that many commands share: they find the item of a key argument or open its collection, answer
// values and members, or store one. All run with the key's shard locked.

import {
  type ByteView,
  type Collection,
  Condition,
  type HashView,
  ItemType,
  noteMiss,
  noteUnchanged,
  Opening,
  Outcome,
  type Shard,
} from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { Failure, Reply } from "../contract/reply.ts";
import type { CommandContext } from "../contract/command.ts";
import {
  ANSWER_TOO_LARGE,
  BAD_KEY,
  OUT_OF_MEMORY,
  STRING_TOO_LONG,
  TOO_LARGE,
  WRONG_TYPE,
} from "./failures.ts";

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

/** The same for a command that reads: who is told of keys that are missing hears of it. */
export function lookItem(context: CommandContext, args: Args, key: number, index: number): number {
  const address = peekItem(context, args, key, index);
  const { bytes, starts, lengths } = args;
  if (address === 0) noteMiss(context.cache.region, bytes, starts[index]!, lengths[index]!);
  return address;
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

/**
 * Tells of the key that is argument `index` as if it had changed: Redis tells of some commands that change
 * nothing. To be called where the key is there.
 */
export function noteSame(context: CommandContext, args: Args, index: number): void {
  const { cache: { region }, database } = context;
  noteUnchanged(region, database, args.bytes, args.starts[index]!, args.lengths[index]!);
}

/** Refuses and returns true where the item at `address`, unless that is 0, is no string. */
export function isOtherType(shard: Shard, address: number, reply: Reply): boolean {
  if (address === 0 || shard.typeLocked(address) === ItemType.string) return false;
  reply.fail(WRONG_TYPE);
  return true;
}

/** Answers the string at `address`, or a miss where that is 0. Refuses what is no string. */
export function answerValue(shard: Shard, address: number, reply: Reply): void {
  if (address === 0) return reply.miss();
  if (shard.typeLocked(address) !== ItemType.string) return reply.fail(WRONG_TYPE);
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

/** Opens the value of this type under key number `key`, which is argument `index`. `isRead` counts a hit or a miss. */
export function openTyped(
  context: CommandContext,
  view: ByteView,
  args: Args,
  key: number,
  index: number,
  type: ItemType,
  isRead: boolean,
): Opening {
  const hash = context.hashes[key]!;
  return view.open(
    context.cache.shardOf(hash),
    context.database,
    hash,
    args.bytes,
    args.starts[index]!,
    args.lengths[index]!,
    type,
    isRead,
  );
}

/**
 * Opens the bytes of key number `key`, which is argument `index`: a string, or what `type` says. `isRead` counts a hit or
 * a miss. Where a value of another type is there the refusal is on `reply`, and Opening.wrongType returned.
 */
export function openBytes(
  context: CommandContext,
  view: ByteView,
  args: Args,
  key: number,
  index: number,
  reply: Reply,
  isRead: boolean,
  type: ItemType = ItemType.string,
): Opening {
  const opening = openTyped(context, view, args, key, index, type, isRead);
  if (opening === Opening.wrongType) reply.fail(WRONG_TYPE);
  return opening;
}

/**
 * Why `added` bytes cannot be written from byte `from` on to the string of the first key, which is open, or null. Counts
 * what that takes.
 */
export function writeProblem(
  context: CommandContext,
  view: ByteView,
  keyBytes: number,
  from: number,
  added: number,
): Failure | null {
  const length = Math.max(view.length, from + added);
  if (length > context.server.config.maxValueBytes) return STRING_TOO_LONG;
  const problem = storeProblem(context, keyBytes, length);
  if (problem !== null) return problem;
  if (!view.mayWrite(from, added)) return OUT_OF_MEMORY;
  context.copiedBytes += view.isInSlots ? added : 2 * length;
  return null;
}

/**
 * Stores bytes under key number `key`, which is argument `index` and has been checked. Flags of a client of memcached are
 * those that are given, or those of the item where its deadline is kept.
 */
export function storeItem(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
  value: Uint8Array,
  valueStart: number,
  valueBytes: number,
  deadlineMs: number,
  clientFlags?: number,
  state = 0,
): boolean {
  const hash = context.hashes[key]!;
  const { put } = context;
  put.setKey(hash, args.bytes, args.starts[index]!, args.lengths[index]!);
  put.setValue(value, valueStart, valueBytes);
  put.setTerms(deadlineMs, Condition.none, 0, clientFlags);
  put.state = state;
  return context.cache.shardOf(hash).putLocked(put) === Outcome.stored;
}

/**
 * Opens the collection of key number `key`, which is argument `index`. `isRead` counts a hit or a miss. Where a value of
 * another type is there the refusal is on `reply`, and Opening.wrongType returned.
 */
export function openView(
  context: CommandContext,
  view: Collection,
  args: Args,
  key: number,
  index: number,
  reply: Reply,
  isRead: boolean,
): Opening {
  const hash = context.hashes[key]!;
  const opening = view.open(
    context.cache.shardOf(hash),
    context.database,
    hash,
    args.bytes,
    args.starts[index]!,
    args.lengths[index]!,
    isRead,
  );
  if (opening === Opening.wrongType) reply.fail(WRONG_TYPE);
  return opening;
}

/**
 * Why so many more entries, with `bytes` bytes in sum, cannot be added to an opened collection whose key has `keyBytes`
 * bytes, or null.
 */
export function growthProblem(
  context: CommandContext,
  view: Collection,
  keyBytes: number,
  entries: number,
  bytes: number,
): Failure | null {
  if (keyBytes === 0 || keyBytes > context.maxKeyBytes) return BAD_KEY;
  return view.hasRoom(entries, bytes) ? null : OUT_OF_MEMORY;
}

/** Opens what will replace key number `key`, which is argument `index`, whatever it is. */
export function openEmptyView(
  context: CommandContext,
  view: Collection,
  args: Args,
  key: number,
  index: number,
): void {
  const hash = context.hashes[key]!;
  view.openEmpty(
    context.cache.shardOf(hash),
    context.database,
    hash,
    args.bytes,
    args.starts[index]!,
    args.lengths[index]!,
  );
}

/** Answers the member at the view's cursor. The caller has seen to it that the answer has space. */
export function answerMember(view: Collection, reply: Reply): void {
  const length = view.memberBytes;
  const at = reply.reserve(length);
  view.readMember(reply.bytes, at);
  reply.value(at, length);
}

/** Answers the value at the hash's cursor. The caller has seen to it that the answer has space. */
export function answerMemberValue(view: HashView, reply: Reply): void {
  const length = view.valueBytes;
  const at = reply.reserve(length);
  view.readValue(reply.bytes, at);
  reply.value(at, length);
}
