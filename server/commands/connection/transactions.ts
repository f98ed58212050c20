// MULTI, EXEC, DISCARD, WATCH, UNWATCH. EXEC locks the shards of all keys of all its commands, in
// ascending order. It compares the versions of watched keys and runs everything before it unlocks. So
// no other worker sees half of it. Nothing may wait meanwhile.

import type { Cache } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { CommandContext } from "../../contract/command.ts";
import { hashKeys } from "../execute.ts";
import { unpackQueued } from "../queued.ts";
import { BUSY, refused, TRANSACTION_TOO_LARGE, TRANSACTION_TOO_LONG } from "../failures.ts";
import { type QueuedCommand, Transaction, type WatchedKey } from "../../contract/transaction.ts";

/** After this many bytes of values read and written, the other commands of an EXEC are refused. */
const MAX_EXEC_BYTES = 16 * 1024 * 1024;
/** A command on all shards counts as so many bytes. */
const KEYSPACE_BYTES = 1024 * 1024;

/** Most keys that one client may watch, and the bytes that each takes besides its own. */
const MAX_WATCHED_KEYS = 1000;
const WATCHED_OVERHEAD_BYTES = 512;

const TOO_MANY_WATCHED = refused(
  `too many watched keys: at most ${MAX_WATCHED_KEYS} until EXEC, DISCARD or UNWATCH`,
);
const NESTED = refused("MULTI calls can not be nested");
const EXEC_ALONE = refused("EXEC without MULTI");
const DISCARD_ALONE = refused("DISCARD without MULTI");
const WATCH_INSIDE = refused("WATCH inside MULTI is not allowed");
const ABORTED = refused("Transaction discarded because of previous errors.", "EXECABORT");

/** MULTI: commands are queued from now on. */
export function multi({ session }: CommandContext, _args: Args, reply: Reply): void {
  const transaction = session.transaction ??= new Transaction();
  if (transaction.isOpen) return reply.fail(NESTED);
  transaction.isOpen = true;
  reply.ok();
}

/** DISCARD: forgets what was queued and watched. */
export function discard({ session }: CommandContext, _args: Args, reply: Reply): void {
  if (!session.transaction?.isOpen) return reply.fail(DISCARD_ALONE);
  session.transaction = null;
  reply.ok();
}

/** WATCH key [key ...]: EXEC will only run if these keys have not changed until then. */
export function watch(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, session, hashes } = context;
  const transaction = session.transaction ??= new Transaction();
  if (transaction.isOpen) return reply.fail(WATCH_INSIDE);
  if (transaction.watched.length + args.count > MAX_WATCHED_KEYS) {
    return reply.fail(TOO_MANY_WATCHED);
  }
  let bytes = 0;
  for (let i = 0; i < args.count; i++) bytes += args.lengths[i]!;
  if (!transaction.reserve(bytes + WATCHED_OVERHEAD_BYTES * args.count)) {
    return reply.fail(TRANSACTION_TOO_LARGE);
  }
  for (let i = 0; i < args.count; i++) {
    transaction.watched.push(stateOf(cache, hashes[i]!, args.copyOf(i)));
  }
  reply.ok();
}

/** A key and its version. Its shard is locked. */
function stateOf(cache: Cache, hash: number, key: Uint8Array): WatchedKey {
  const shard = cache.shardOf(hash);
  const address = shard.peekLocked(hash, key, 0, key.length);
  const version = address === 0 ? 0 : shard.versionLocked(address);
  return { key, hash, version, sequence: shard.sequenceLocked() };
}

/** UNWATCH. */
export function unwatch({ session }: CommandContext, _args: Args, reply: Reply): void {
  if (!session.transaction?.isOpen) session.transaction = null;
  reply.ok();
}

/** EXEC: the answers of all queued commands, or a null list if a watched key has changed. */
export function exec(context: CommandContext, _args: Args, reply: Reply): void {
  const { session, cache } = context;
  const { transaction } = session;
  if (!transaction?.isOpen) return reply.fail(EXEC_ALONE);
  session.transaction = null;
  if (transaction.isBroken) return reply.fail(ABORTED);
  const holdsAll = transaction.queue.some(({ id }) =>
    context.commands[id]!.flags.includes("keyspace")
  );
  const hashes = holdsAll ? Int32Array.from(cache.shards.keys()) : hashesOf(context, transaction);
  const work = {
    runLocked() {
      if (transaction.watched.some((watched) => hasChanged(cache, watched))) reply.missArray();
      else runAll(context, transaction.queue, reply);
    },
  };
  context.isAtomic = true;
  context.holdsAll = holdsAll;
  try {
    if (!cache.withShards(hashes, hashes.length, work)) reply.fail(BUSY);
  } finally {
    context.isAtomic = false;
    context.holdsAll = false;
  }
}

function hashesOf(
  context: CommandContext,
  { queue, watched }: Transaction,
): Int32Array {
  const all: number[] = watched.map(({ hash }) => hash);
  for (const queued of queue) {
    const { keys } = context.commands[queued.id]!;
    if (keys === null) continue;
    const count = hashKeys(context, keys, unpackQueued(context, queued));
    for (let key = 0; key < count; key++) all.push(context.hashes[key]!);
  }
  return Int32Array.from(all);
}

/** Whether a watched key has changed; for a key that was absent, whether its shard has. */
function hasChanged(cache: Cache, watched: WatchedKey): boolean {
  const { version, sequence } = stateOf(cache, watched.hash, watched.key);
  if (watched.version !== 0) return version !== watched.version;
  return sequence !== watched.sequence;
}

function runAll(
  context: CommandContext,
  queue: readonly QueuedCommand[],
  reply: Reply,
): void {
  reply.array(queue.length);
  context.copiedBytes = 0;
  for (const queued of queue) {
    const command = context.commands[queued.id]!;
    // Other workers wait for the locks of these shards.
    if (context.copiedBytes > MAX_EXEC_BYTES) {
      reply.fail(TRANSACTION_TOO_LONG);
      continue;
    }
    const bytesBefore = reply.bytesLeft;
    const args = unpackQueued(context, queued);
    if (command.keys !== null && hashKeys(context, command.keys, args) > 0) {
      context.shard = context.cache.shardOf(context.hashes[0]!);
    }
    context.stats.count(command.id, command.isTimed);
    // A command that would have to wait sees isAtomic and refuses.
    command.run(context, args, reply);
    context.copiedBytes += Math.max(0, bytesBefore - reply.bytesLeft);
    if (command.flags.includes("keyspace")) context.copiedBytes += KEYSPACE_BYTES;
  }
}
