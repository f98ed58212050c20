// Runs one command: checks its arity, hashes its keys, locks their shards, calls it, unlocks.
// Every protocol comes through here, so locking and its bounds exist once.
// An exception inside the locks is a bug: the shards stay locked until main has repaired them.

import type { Args } from "../contract/args.ts";
import type { Reply } from "../contract/reply.ts";
import {
  type Command,
  type CommandContext,
  keyCountOf,
  type KeyPlaces,
} from "../contract/command.ts";
import { BUSY, wrongArity } from "./failures.ts";

/**
 * Runs `command` with `args`; its outcome is on `reply` when this returns, or when the promise that
 * it returns for a few commands without keys has resolved.
 */
export function execute(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  if (args.count < command.arity[0] || args.count > command.arity[1]) {
    reply.fail(wrongArity(command.name));
    return;
  }
  const { keys } = command;
  if (keys === null) return command.run(context, args, reply);
  if (keys.many) executeMany(context, command, keys, args, reply);
  else executeOne(context, command, keys.first, args, reply);
}

function executeOne(
  context: CommandContext,
  command: Command,
  key: number,
  args: Args,
  reply: Reply,
): void {
  const { cache } = context;
  const hash = cache.hash(args.bytes, args.starts[key]!, args.lengths[key]!);
  const shard = cache.acquire(hash);
  if (shard === null) {
    reply.fail(BUSY);
    return;
  }
  context.hashes[0] = hash;
  context.shard = shard;
  try {
    command.run(context, args, reply);
  } catch (error) {
    cache.poison(shard);
    throw error;
  }
  cache.release(shard);
}

function executeMany(
  context: CommandContext,
  command: Command,
  keys: KeyPlaces,
  args: Args,
  reply: Reply,
): void {
  const { cache } = context;
  const count = hashKeys(context, keys, args);
  const hashes = context.hashes;
  if (!cache.acquireMany(hashes, count)) {
    reply.fail(BUSY);
    return;
  }
  try {
    context.warmed = cache.warmMany(hashes, count);
    command.run(context, args, reply);
  } catch (error) {
    cache.poisonMany();
    throw error;
  }
  cache.releaseMany();
}

/** Puts the hashes of all keys among `args` into `context.hashes`. Returns how many there are. */
export function hashKeys(context: CommandContext, keys: KeyPlaces, args: Args): number {
  context.reserveHashes(args.count);
  const { cache, hashes } = context;
  const count = keyCountOf(keys, args.count);
  for (let key = 0, i = keys.first; key < count; key++, i += keys.step) {
    hashes[key] = cache.hash(args.bytes, args.starts[i]!, args.lengths[i]!);
  }
  return count;
}
