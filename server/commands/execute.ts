// Runs one command: checks its arity, hashes its keys, and has the cache call it under the locks of
// their shards. Commands of every protocol go through here.

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
 * Runs `command` with `args`. Its outcome is on `reply` when this returns. For a few commands without
 * keys this returns a promise; the outcome is there when it has resolved.
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
  if (keys !== null && !keys.many) return executeOne(context, command, keys.first, args, reply);
  context.noteAtWork(command);
  const done = keys === null
    ? command.run(context, args, reply)
    : executeMany(context, command, keys, args, reply);
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
  const { cache } = context;
  const hash = cache.hash(args.bytes, args.starts[key]!, args.lengths[key]!);
  context.hashes[0] = hash;
  context.shard = cache.shardOf(hash);
  context.prepare(command, args, reply, 1);
  if (!cache.withShard(hash, context)) reply.fail(BUSY);
}

function executeMany(
  context: CommandContext,
  command: Command,
  keys: KeyPlaces,
  args: Args,
  reply: Reply,
): void {
  const count = hashKeys(context, keys, args);
  context.prepare(command, args, reply, count);
  if (!context.cache.withShards(context.hashes, count, context)) reply.fail(BUSY);
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
