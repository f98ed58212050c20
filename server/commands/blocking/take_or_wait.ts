// What all commands that wait have in common: they take at once what is there, or else their client waits. Inside
// MULTI nothing waits.

import { type Collection, ItemType, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext, CommandRun } from "../../contract/command.ts";
import { Taken, type Waiting, type WaitKind } from "../../contract/commands/waits.ts";
import type { FindKeys, KeyPlaces } from "../../contract/keys/key_places.ts";
import { WRONG_TYPE } from "../failures.ts";
import { peekItem, shardOfKey } from "../items.ts";

const TYPES: Readonly<Record<WaitKind, ItemType>> = {
  "list": ItemType.list,
  "sorted set": ItemType.sortedSet,
  "stream": ItemType.stream,
  "group": ItemType.stream,
};

/** All arguments but the last are keys. */
export const KEYS_BEFORE_TIMEOUT: KeyPlaces = {
  first: 0,
  many: true,
  step: 1,
  find: ((args, into) => {
    for (let i = 0; i < args.count - 1; i++) into[i] = i;
    return args.count - 1;
  }) satisfies FindKeys,
};

/** Opens what a key has: `Taken.answered` where there is something, which is to be answered. */
export function opened(
  context: CommandContext,
  view: Collection,
  args: Args,
  key: number,
  index: number,
): Taken {
  const { cache, hashes, database } = context;
  const hash = hashes[key]!;
  const { bytes, starts, lengths } = args;
  const shard = cache.shardOf(hash);
  const opening = view.open(shard, database, hash, bytes, starts[index]!, lengths[index]!, false);
  if (opening === Opening.absent) return Taken.nothing;
  return opening === Opening.found ? Taken.answered : Taken.wrongType;
}

/** Takes from the first of its keys that has something; where none has, the client will have to wait. */
export function takeOrWait(waiting: Waiting<CommandContext>): CommandRun {
  return (context, args, reply) => {
    const failure = waiting.problem(args);
    if (failure !== null) return reply.fail(failure);
    const timeout = waiting.timeout(args);
    if (typeof timeout !== "number") return reply.fail(timeout);
    const { keyIndexes, isAtomic, waits } = context;
    const keyCount = waiting.awaitsAll ? context.keyCount : 1;
    for (let key = 0; key < keyCount; key++) {
      const index = keyIndexes[key]!;
      // Whoever waits already comes first, and has not been told yet.
      const isLater = !isAtomic && waits !== null &&
        waits.isAwaited(context, waiting.kind, args, index);
      const taken = isLater
        ? without(context, waiting.kind, args, key, index)
        : waiting.take(context, args, key, index, reply);
      if (taken === Taken.answered) return;
      if (taken === Taken.wrongType) return reply.fail(WRONG_TYPE);
    }
    if (isAtomic || waits === null) waiting.nothing(reply);
    else context.mustWait = true;
  };
}

/** What becomes of an attempt on a key where others come first: nothing is taken, but another type is told of. */
function without(
  context: CommandContext,
  kind: WaitKind,
  args: Args,
  key: number,
  index: number,
): Taken {
  const address = peekItem(context, args, key, index);
  const isOther = address !== 0 && shardOfKey(context, key).typeLocked(address) !== TYPES[kind];
  return isOther ? Taken.wrongType : Taken.nothing;
}
