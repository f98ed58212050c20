// MULTI, EXEC, DISCARD, WATCH, UNWATCH. EXEC locks the shards of all keys of all its commands, in
// ascending order; all shards, where a command is about all keys. It compares the versions of watched keys
// and runs everything before it unlocks. So no other worker sees half of it. Nothing may wait meanwhile.

import {
  type Cache,
  insertsLocked,
  isAsSwappedLocked,
  storedDatabase,
  swapCount,
  swapCountOf,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { later } from "../deferred_answer.ts";
import { hashKeys } from "../execute.ts";
import { writeProblem } from "./log_admission.ts";
import { selected } from "./databases.ts";
import { runHeld } from "../held_run.ts";
import { beginUntimed } from "../timing.ts";
import {
  busyFailure,
  execAborted,
  LOG_FULL,
  NO_MEMORY,
  refused,
  TRANSACTION_TOO_LARGE,
  TRANSACTION_TOO_LONG,
} from "../failures.ts";
import { rememberKeys } from "../reads.ts";
import { Transaction, type WatchedKey } from "../../contract/transaction.ts";

/** After this many bytes of values read and written, the other commands of an EXEC are refused. */
const MAX_EXEC_BYTES = 16 * 1024 * 1024;

/**
 * What a command about the server counts for there, in bytes, and each byte that it answers. It may compare
 * many patterns with many names, and puts its answer together word by word.
 */
const SERVER_COMMAND_BYTES = 256 * 1024;
const SERVER_BYTE_COST = 24;

/** Most keys that one client watches. */
const MAX_WATCHED_KEYS = 1000;

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
  const transaction = session.transaction ??= new Transaction(session);
  if (transaction.isOpen) return reply.fail(NESTED);
  transaction.isOpen = true;
  reply.ok();
}

/** DISCARD: forgets what was queued and watched. */
export function discard({ session }: CommandContext, _args: Args, reply: Reply): void {
  if (!session.transaction?.isOpen) return reply.fail(DISCARD_ALONE);
  session.endTransaction();
  reply.ok();
}

/** WATCH key [key ...]: EXEC will only run if these keys have not changed until then. */
export function watch(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, session, hashes } = context;
  const transaction = session.transaction ??= new Transaction(session);
  if (transaction.isOpen) return reply.fail(WATCH_INSIDE);
  if (transaction.watchedCount + args.count > MAX_WATCHED_KEYS) {
    return reply.fail(TOO_MANY_WATCHED);
  }
  const kept = transaction.reserveWatched(args);
  if (kept === "tooLarge") return reply.fail(TRANSACTION_TOO_LARGE);
  if (kept === "noMemory") return reply.fail(NO_MEMORY);
  const { database } = session;
  const swaps = swapCountOf(cache.region, database);
  const allSwaps = swapCount(cache.region);
  for (let i = 0; i < args.count; i++) {
    const [hash, key] = [hashes[i]!, args.bytesOf(i)];
    const version = versionOf(cache, hash, key);
    const inserts = insertsLocked(cache.shardOf(hash).memory, hash);
    transaction.watch({ hash, key, version, inserts, database, swaps, allSwaps });
  }
  reply.ok();
}

/** The version of a key, or 0 where it is absent; its shard is locked. */
function versionOf(cache: Cache, hash: number, key: Uint8Array): number {
  const shard = cache.shardOf(hash);
  const address = shard.peekLocked(hash, key, 0, key.length);
  return address === 0 ? 0 : shard.versionLocked(address);
}

/** UNWATCH. */
export function unwatch({ session }: CommandContext, _args: Args, reply: Reply): void {
  if (!session.transaction?.isOpen) session.endTransaction();
  reply.ok();
}

/** EXEC: the answers of all queued commands, or a null list if a watched key has changed. */
export function exec(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const { session, scripts } = context;
  const { transaction } = session;
  if (!transaction?.isOpen) return reply.fail(EXEC_ALONE);
  if (transaction.hasScripts && scripts?.isReady === false) {
    return execLater(context, args, reply, () => scripts.prepare());
  }
  // What it runs must find no transaction; its memory is held until it has run.
  session.transaction = null;
  try {
    const { log } = context;
    const problem = log !== null && transaction.hasWrites ? writeProblem(context, log) : null;
    if (transaction.isBroken) reply.fail(ABORTED);
    else if (problem === LOG_FULL) reply.fail(problem);
    else if (problem !== null) reply.fail(execAborted(problem));
    else runLocked(context, transaction, reply);
  } finally {
    transaction.end();
  }
}

/** Whether a command may ask for any key: one on all of them, or a script. */
function wantsAll({ flags }: Command): boolean {
  return flags.includes("keyspace") || flags.includes("script");
}

/** Runs EXEC when scripts can be run: with locks held it cannot wait for that. */
function execLater(
  context: CommandContext,
  args: Args,
  reply: Reply,
  prepare: () => Promise<void>,
): void | Promise<number | void> {
  const { session } = context;
  return later(context, reply, async () => {
    const before = context.session;
    try {
      await prepare();
      context.session = session;
      context.resume();
      exec(context, args, reply);
    } finally {
      context.session = before;
      session.endTransaction();
    }
  });
}

function runLocked(context: CommandContext, transaction: Transaction, reply: Reply): void {
  const { cache } = context;
  context.holdsAll = transaction.queued(context.queuedArgs).some((id) =>
    wantsAll(context.commands[id]!)
  );
  let isDone = false;
  let swaps = 0;
  const work = {
    runLocked() {
      // Under all locks no hash is needed before, and databases stay as they are.
      isDone = context.holdsAll || swapCount(cache.region) === swaps;
      if (!isDone) return;
      if (hasChanged(cache, transaction)) reply.missArray();
      else runAll(context, transaction, reply);
    },
  };
  context.isAtomic = true;
  try {
    while (!isDone) {
      swaps = swapCount(cache.region);
      context.enterDatabase(context.session.database);
      if (!context.holdsAll) noteShards(context, transaction);
      const hasRun = context.holdsAll ? cache.withAllShards(work) : cache.withNoted(work);
      if (!hasRun) return reply.fail(busyFailure(context));
      // Others may exchange databases faster than many keys are hashed: the next try has all locks.
      context.holdsAll = true;
    }
  } finally {
    context.isAtomic = false;
    context.holdsAll = false;
  }
}

/** Has the cache note the shards of all keys that a transaction is about. There may be 200,000 keys. */
function noteShards(context: CommandContext, transaction: Transaction): void {
  const { cache, session, queuedArgs: args } = context;
  for (const watched of transaction.watched()) {
    cache.noteShard(watched.hash);
    cache.noteShard(hashNow(cache, watched));
  }
  for (const id of transaction.queued(args)) {
    const command = context.commands[id]!;
    if (command.name === "SELECT") {
      const database = selected(session, args);
      if (typeof database === "number") context.enterDatabase(database);
    }
    const count = hashKeys(context, command, args);
    for (let key = 0; key < count; key++) cache.noteShard(context.hashes[key]!);
  }
}

/** The hash of a watched key: another one than it was when its database was exchanged meanwhile. */
function hashNow(cache: Cache, { key, database }: WatchedKey): number {
  return cache.hash(key, 0, key.length, storedDatabase(cache.region, database));
}

/** Whether a watched key is no longer as it was; for one that was absent, whether that is uncertain. */
function hasChanged(cache: Cache, transaction: Transaction): boolean {
  for (const watched of transaction.watched()) {
    const { hash, key, version, inserts } = watched;
    if (wasExchanged(cache, watched)) return true;
    if (version === 0) {
      if (insertsLocked(cache.shardOf(hash).memory, hash) !== inserts) return true;
    } else if (versionOf(cache, hash, key) !== version) return true;
  }
  return false;
}

/**
 * Whether a watched key was there, before or behind, when its database was exchanged; or that is not
 * known, after further changes in its new shard.
 */
function wasExchanged(cache: Cache, watched: WatchedKey): boolean {
  const { database, swaps, allSwaps } = watched;
  if (swapCountOf(cache.region, database) === swaps) return false;
  const hash = hashNow(cache, watched);
  return swapCount(cache.region) !== ((allSwaps + 1) | 0) || watched.version !== 0 ||
    versionOf(cache, hash, watched.key) !== 0 ||
    !isAsSwappedLocked(cache.shardOf(hash).memory);
}

function runAll(context: CommandContext, transaction: Transaction, reply: Reply): void {
  const args = context.queuedArgs;
  const { session } = context;
  /** Has noted the keys that will be read. */
  const tracking = session.tracking;
  reply.array(transaction.queuedCount);
  context.copiedBytes = 0;
  context.heldWalks.reset();
  // EXEC itself has waited for its locks.
  beginUntimed(context);
  for (const id of transaction.queued(args)) {
    const command = context.commands[id]!;
    // Everybody who wants one of these shards is waiting.
    if (context.copiedBytes > MAX_EXEC_BYTES) {
      reply.fail(TRANSACTION_TOO_LONG);
      continue;
    }
    const bytesBefore = reply.bytesLeft;
    context.enterDatabase(session.database);
    if (session.tracking !== null && session.tracking !== tracking) {
      rememberKeys(context, session.tracking, command, args);
    }
    context.keyCount = hashKeys(context, command, args);
    runHeld(context, command, args, reply);
    const answered = Math.max(0, bytesBefore - reply.bytesLeft);
    context.copiedBytes += isAboutServer(command)
      ? SERVER_COMMAND_BYTES + SERVER_BYTE_COST * answered
      : answered;
  }
}

/** Whether it has neither keys nor an effort that is always small. */
function isAboutServer({ group, flags, keys }: Command): boolean {
  return keys === null && (group === "server" || group === "connection") &&
    !flags.includes("fast") && !flags.includes("keyspace");
}
