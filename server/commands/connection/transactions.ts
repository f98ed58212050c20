// MULTI, EXEC, DISCARD, WATCH, UNWATCH. EXEC locks the shards of all keys of all its commands, in
// ascending order; all shards, where a command is about all keys. It compares the versions of watched keys
// and runs everything before it unlocks. So no other worker sees half of it. Nothing may wait meanwhile.

import { insertsLocked, swapCount, swapCountOf } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { attemptLater } from "../deferred_answer.ts";
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
import { hasChanged, hashNow, versionOf } from "./watched_keys.ts";
import { nextTurn } from "../../contract/time_slices.ts";
import { Transaction } from "../../contract/transaction.ts";

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

/** UNWATCH. */
export function unwatch({ session }: CommandContext, _args: Args, reply: Reply): void {
  if (!session.transaction?.isOpen) session.endTransaction();
  reply.ok();
}

/** EXEC: the answers of all queued commands, or a null list if a watched key has changed. */
export function exec(
  context: CommandContext,
  _args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const { session, scripts } = context;
  const { transaction } = session;
  if (!transaction?.isOpen) return reply.fail(EXEC_ALONE);
  if (transaction.hasScripts && scripts?.isReady === false) {
    return execLater(context, transaction, reply, () => scripts.prepare());
  }
  if (attempt(context, transaction, reply)) return;
  // Scripts want the locks of all shards: as one that comes alone, it waits for them.
  if (transaction.hasScripts) return execLater(context, transaction, reply, nextTurn);
  session.endTransaction();
  reply.fail(busyFailure(context));
}

/** Runs a transaction, or refuses it, and ends it. Returns false, and leaves it as it was, where a lock was not to be had. */
function attempt(context: CommandContext, transaction: Transaction, reply: Reply): boolean {
  const { log, session } = context;
  // What it runs must find no transaction; its memory is held until it has run.
  session.transaction = null;
  let isOver = true;
  try {
    const problem = log !== null && transaction.hasWrites ? writeProblem(context, log) : null;
    if (transaction.isBroken) reply.fail(ABORTED);
    else if (problem === LOG_FULL) reply.fail(problem);
    else if (problem !== null) reply.fail(execAborted(problem));
    else isOver = runLocked(context, transaction, reply);
  } finally {
    if (isOver) transaction.end();
    else session.transaction = transaction;
  }
  return isOver;
}

/** Whether a command may ask for any key: one on all of them, or a script. */
function wantsAll({ flags }: Command): boolean {
  return flags.includes("keyspace") || flags.includes("script");
}

/** Runs a transaction with scripts when `prepare` has resolved, and as soon as it has the locks of all shards. */
function execLater(
  context: CommandContext,
  transaction: Transaction,
  reply: Reply,
  prepare: () => Promise<void>,
): void | Promise<number | void> {
  const { session } = context;
  // It is gone where its client is.
  const tried = () => session.transaction !== transaction || attempt(context, transaction, reply);
  return attemptLater(context, reply, prepare, tried)?.finally(() => session.endTransaction());
}

/** Returns false, with nothing run and answered, where a lock was not to be had in time. */
function runLocked(context: CommandContext, transaction: Transaction, reply: Reply): boolean {
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
      if (!hasRun) return false;
      // Others may exchange databases faster than many keys are hashed: the next try has all locks.
      context.holdsAll = true;
    }
    return true;
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
