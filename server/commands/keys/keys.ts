// Commands on keys, whatever their values are: EXISTS, TOUCH, RENAME, MOVE, COPY.
// Only TOUCH counts as a read of its keys.

import {
  clientFlagsOf,
  cloneCollectionLocked,
  hasMembers,
  isIndirect,
  packedKindOf,
  stateOf,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import {
  deleteItem,
  getItem,
  lookItem,
  peekItem,
  shardOfKey,
  storeItem,
  storeProblem,
} from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { sameBytes } from "../../contract/same_bytes.ts";
import { databaseAt } from "../database_argument.ts";
import { NO_SUCH_KEY, OUT_OF_MEMORY, refused, SYNTAX } from "../failures.ts";
import { tokenOf } from "../argument_text.ts";

const SAME_OBJECT = refused("source and destination objects are the same");

/** EXISTS key [key ...]: how many are there. A key that is named twice counts twice. */
export function exists(context: CommandContext, args: Args, reply: Reply): void {
  let count = 0;
  for (let i = 0; i < args.count; i++) {
    if (lookItem(context, args, i, i) !== 0) count++;
  }
  reply.integer(count);
}

/** TOUCH key [key ...]: how many are there, each now a little less likely to be evicted. */
export function touch(context: CommandContext, args: Args, reply: Reply): void {
  let count = 0;
  for (let i = 0; i < args.count; i++) {
    if (getItem(context, args, i, i) !== 0) count++;
  }
  reply.integer(count);
}

/** RENAME key newkey: value and deadline move. The old value of newkey is lost. */
export function rename(context: CommandContext, args: Args, reply: Reply): void {
  if (peekItem(context, args, 0, 0) === 0) return reply.fail(NO_SUCH_KEY);
  if (isSame(args) || move(context, args, reply, 1, context.database)) reply.ok();
}

/** RENAMENX key newkey: 1, or 0 where newkey is there. */
export function renamenx(context: CommandContext, args: Args, reply: Reply): void {
  if (peekItem(context, args, 0, 0) === 0) return reply.fail(NO_SUCH_KEY);
  if (peekItem(context, args, 1, 1) !== 0) return reply.integer(0);
  if (move(context, args, reply, 1, context.database)) reply.integer(1);
}

/** MOVE key database: 1 where the key is in the other database now, 0 where it could not be. */
export function moveKey(context: CommandContext, args: Args, reply: Reply): void {
  const database = databaseAt(args, 1);
  if (typeof database !== "number") return reply.fail(database);
  if (context.elsewhere === context.database) return reply.fail(SAME_OBJECT);
  if (peekItem(context, args, 0, 0) === 0) return reply.integer(0);
  if (peekItem(context, args, 1, 0) !== 0) return reply.integer(0);
  if (move(context, args, reply, 0, context.elsewhere)) reply.integer(1);
}

/** The database that a MOVE is to, or -1 where it names none. */
export function moveTarget(args: Args): number {
  const database = databaseAt(args, 1);
  return typeof database === "number" ? database : -1;
}

/** Gives the value of key 0 to key 1, which is argument `index`, in stored database `to`. */
function move(
  context: CommandContext,
  args: Args,
  reply: Reply,
  index: number,
  to: number,
): boolean {
  if (!duplicate(context, args, reply, index, to)) return false;
  deleteItem(context, args, 0, 0);
  return true;
}

/** COPY source destination [DB database] [REPLACE]: 1 where it was copied. */
export function copy(context: CommandContext, args: Args, reply: Reply): void {
  const options = copyOptions(args);
  if ("code" in options) return reply.fail(options);
  if (context.elsewhere === context.database && isSame(args)) return reply.fail(SAME_OBJECT);
  if (lookItem(context, args, 0, 0) === 0) return reply.integer(0);
  if (!options.replace && peekItem(context, args, 1, 1) !== 0) return reply.integer(0);
  if (duplicate(context, args, reply, 1, context.elsewhere)) reply.integer(1);
}

/** The database that a COPY is to, or -1 for that of the session. */
export function copyTarget(args: Args): number {
  const options = copyOptions(args);
  return "code" in options ? -1 : options.database;
}

function copyOptions(args: Args): { replace: boolean; database: number } | Failure {
  const options = { replace: false, database: -1 };
  for (let i = 2; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (token === "REPLACE") options.replace = true;
    else if (token === "DB" && i + 1 < args.count) {
      const database = databaseAt(args, ++i);
      if (typeof database !== "number") return database;
      options.database = database;
    } else return SYNTAX;
  }
  return options;
}

/**
 * Stores the value of key 0 under key 1, which is argument `index`, in stored database `to`. Refuses and
 * returns false where it does not fit.
 */
function duplicate(
  context: CommandContext,
  args: Args,
  reply: Reply,
  index: number,
  to: number,
): boolean {
  const { database, put } = context;
  const shard = shardOfKey(context, 0);
  const address = peekItem(context, args, 0, 0);
  const type = shard.typeLocked(address);
  const isTree = hasMembers(type) && isIndirect(shard.memory, address);
  const length = isTree ? 0 : shard.valueBytesLocked(address);
  const problem = storeProblem(context, args.lengths[index]!, length);
  if (problem !== null) {
    reply.fail(problem);
    return false;
  }
  if (isTree) {
    const { bytes, starts, lengths } = args;
    put.database = to;
    put.setKey(context.hashes[1]!, bytes, starts[index]!, lengths[index]!);
    const isCloned = cloneCollectionLocked(shard, address, shardOfKey(context, 1), put);
    put.database = database;
    if (!isCloned) reply.fail(OUT_OF_MEMORY);
    return isCloned;
  }
  const scratch = context.reserveScratch(length);
  shard.readValueLocked(address, scratch, 0);
  const deadlineMs = shard.deadlineLocked(address);
  put.database = to;
  put.kind = packedKindOf(shard.memory, address);
  const flags = clientFlagsOf(shard.memory, address);
  const state = stateOf(shard.memory, address);
  const isStored = storeItem(context, args, 1, index, scratch, 0, length, deadlineMs, flags, state);
  put.kind = 0;
  put.database = database;
  return isStored;
}

/** Whether source and destination are one key. */
function isSame({ bytes, starts, lengths }: Args): boolean {
  const length = lengths[0]!;
  return length === lengths[1] && sameBytes(bytes, starts[0]!, bytes, starts[1]!, length);
}
