// Runs one command: checks its arity, hashes its keys, and has the cache call it under the locks of
// their shards. Commands of every protocol go through here.

import type { Args } from "../contract/args.ts";
import { answerBytes, type Reply } from "../contract/reply.ts";
import { inDatabase, NOT_READ, storedDatabase } from "../../cache/mod.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import { placeKeys } from "../contract/keys/key_places.ts";
import { busyFailure, wrongArity } from "./failures.ts";
import { refusesWrite } from "./connection/log_admission.ts";
import { get } from "./strings/values.ts";

/**
 * Runs `command` with `args`. Its outcome is on `reply` when this returns. For a few commands without
 * keys this returns a promise; the outcome is there when it has resolved.
 */
export function execute(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  if (args.count < command.arity[0] || args.count > command.arity[1]) {
    reply.fail(wrongArity(command.name));
    return;
  }
  if (context.log !== null && refusesWrite(context, command, reply)) return;
  const { keys } = command;
  if (keys !== null && !keys.many) return executeOne(context, command, keys.first, args, reply);
  context.noteAtWork(command);
  const done = keys === null
    ? executeKeyless(context, command, args, reply)
    : executeMany(context, command, args, reply);
  context.noteAtWork(null);
  return done;
}

function executeOne(
  context: CommandContext,
  command: Command,
  key: number,
  args: Args,
  reply: Reply,
): void {
  const { cache, samples } = context;
  for (;;) {
    // Most often the database is that of the command before; runLocked() sees where it is not.
    const hash = inDatabase(plainHash(context, args, key), context.database);
    context.hashes[0] = hash;
    if (cache.hotReads.isHot(hash) && answerHot(context, command, hash, args, reply)) break;
    context.shard = cache.shardOf(hash);
    if (args.hasKeyHash) context.shard.memory.likelyBucket = args.keyBucket;
    context.prepare(command, args, reply, 1);
    if (!cache.withShard(hash, context)) return reply.fail(busyFailure(context));
    if (!context.wasStale) break;
    context.enterDatabase(context.session.database);
  }
  if (--samples.left < 0) samples.countHot(context, command, args);
}

/**
 * Answers GET of a key that many ask for, without its lock. Returns false where that cannot be done, or where
 * the database is another one by now: then all goes the usual way.
 */
function answerHot(
  context: CommandContext,
  { run }: Command,
  hash: number,
  args: Args,
  reply: Reply,
): boolean {
  if (run !== get) return false;
  const { cache, cache: { hotReads } } = context;
  const length = cache.readHot(hash, args.bytes, args.starts[0]!, args.lengths[0]!);
  if (length === NOT_READ || context.isStale) return false;
  hotReads.countHit();
  context.keyCount = 1;
  context.samples.tellRead(hash);
  answerBytes(hotReads.value, 0, length, reply);
  return true;
}

/** The hash of argument `index`, a key, in database 0. */
function plainHash({ cache }: CommandContext, args: Args, index: number): number {
  if (args.hasKeyHash && index === 0) return args.keyHash;
  return cache.hash(args.bytes, args.starts[index]!, args.lengths[index]!);
}

function executeMany(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  hashForRun(context, command, args, reply);
  const { cache } = context;
  const count = context.keyCount;
  if (!cache.withShards(context.hashes, count, context)) return reply.fail(busyFailure(context));
  if (!context.wasStale) return endMany(context, command, args, reply);
  // Others may exchange databases faster than many keys are hashed. Under all locks they stay as they are.
  const work = {
    runLocked() {
      hashForRun(context, command, args, reply);
      context.runLocked();
    },
  };
  if (!cache.withAllShards(work)) return reply.fail(busyFailure(context));
  return endMany(context, command, args, reply);
}

/** A command with several keys has run. */
function endMany(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  const { samples } = context;
  samples.left -= context.keyCount;
  if (samples.left < 0) samples.countHot(context, command, args);
  if (context.mustWait) return wait(context, command, args, reply);
}

/** Lets the client wait whose command has found nothing. */
function wait(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  context.mustWait = false;
  return context.waits!.wait(context, command, args, reply);
}

/** Hashes the keys as they are in the session's database now, and prepares the command. */
function hashForRun(context: CommandContext, command: Command, args: Args, reply: Reply): void {
  context.enterDatabase(context.session.database);
  context.prepare(command, args, reply, hashKeys(context, command, args));
}

function executeKeyless(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  context.enterDatabase(context.session.database);
  return command.run(context, args, reply);
}

/**
 * Puts the hashes of all keys of `command` among `args` into `context.hashes`, as they are in the database
 * that the context has entered. Returns how many there are.
 */
export function hashKeys(context: CommandContext, command: Command, args: Args): number {
  const { keys } = command;
  if (keys === null) return 0;
  context.reserveHashes(args.count);
  const { cache, hashes, keyIndexes, database } = context;
  const count = placeKeys(keys, args, keyIndexes);
  for (let key = 0; key < count; key++) {
    const i = keyIndexes[key]!;
    hashes[key] = cache.hash(args.bytes, args.starts[i]!, args.lengths[i]!, database);
  }
  return command.elsewhere === undefined
    ? count
    : hashElsewhere(context, command.elsewhere(args), count);
}

/** Makes the second hash that of a key in what clients call `number`. Returns how many hashes there are. */
function hashElsewhere(context: CommandContext, number: number, count: number): number {
  const { cache, hashes, database } = context;
  context.elsewhere = number < 0 ? database : storedDatabase(cache.region, number);
  const plain = inDatabase(hashes[count - 1]!, database);
  hashes[1] = inDatabase(plain, context.elsewhere);
  context.keyIndexes[1] = context.keyIndexes[count - 1]!;
  return 2;
}
