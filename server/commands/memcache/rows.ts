// What runs for each request of memcached's clients. They are rows as of the table, with a run of their own; each counts,
// waits and is refused as the command does that Redis's clients would send in its place, so those tables need not know them.

import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { ONE_KEY } from "../../contract/keys/key_places.ts";
import { ItemFacts, type MemcacheReply } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, Op, OP_COUNT } from "../../contract/memcache/request.ts";
import type { Reply } from "../../contract/reply.ts";
import { commandOf } from "../table.ts";
import { count, remove, touch } from "./change.ts";
import { fetch, fetchAndTouch } from "./fetch.ts";
import { metaDebug, metaDelete, metaGet } from "./meta.ts";
import { authenticate, flush, stats, tooLarge } from "./server.ts";
import { extend, store } from "./store.ts";

/** Runs one request; the worker's request says what is wanted. */
type MemcacheRun = (
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
) => void | Promise<number | void>;

/** A command like that of this name, on one key or none, that runs otherwise. */
function like(name: string, hasKey: boolean, run: MemcacheRun): Command {
  return {
    ...commandOf(name),
    arity: [0, Infinity],
    keys: hasKey ? ONE_KEY : null,
    isTimed: !hasKey,
    problem: undefined,
    waiting: undefined,
    run: (context: CommandContext, args: Args, reply: Reply) =>
      run(context, args, reply as MemcacheReply),
  };
}

/** The commands by {@linkcode Op}, which all look at `request`; null where the codec knows the answer. */
export function memcacheCommands(request: MemcacheRequest): readonly (Command | null)[] {
  const facts = new ItemFacts();
  const commands: (Command | null)[] = new Array(OP_COUNT).fill(null);
  const onKey = (op: Op, name: string, run: MemcacheRun) => commands[op] = like(name, true, run);
  onKey(Op.get, "GET", (context, args, reply) => fetch(context, args, reply, facts));
  onKey(
    Op.getAndTouch,
    "GETEX",
    (context, args, reply) => fetchAndTouch(context, args, reply, facts, request),
  );
  for (const op of [Op.set, Op.add, Op.replace, Op.compareAndSet]) {
    onKey(
      op,
      op === Op.add ? "SETNX" : "SET",
      (context, args, reply) => store(context, args, reply, request),
    );
  }
  for (const op of [Op.append, Op.prepend]) {
    onKey(op, "APPEND", (context, args, reply) => extend(context, args, reply, request));
  }
  for (const op of [Op.increment, Op.decrement]) {
    const name = op === Op.increment ? "INCRBY" : "DECRBY";
    onKey(op, name, (context, args, reply) => count(context, args, reply, facts, request));
  }
  onKey(Op.delete, "DEL", (context, args, reply) => remove(context, args, reply, request));
  onKey(
    Op.touch,
    "EXPIRE",
    (context, args, reply) => touch(context, args, reply, facts, request),
  );
  onKey(Op.metaGet, "GET", (context, args, reply) => metaGet(context, args, reply, facts, request));
  onKey(
    Op.metaTouch,
    "GETEX",
    (context, args, reply) => metaGet(context, args, reply, facts, request),
  );
  onKey(
    Op.metaArithmetic,
    "INCRBY",
    (context, args, reply) => count(context, args, reply, facts, request),
  );
  onKey(Op.metaDelete, "DEL", (context, args, reply) => metaDelete(context, args, reply, request));
  onKey(Op.metaDebug, "TTL", (context, args, reply) => metaDebug(context, args, reply, facts));
  onKey(Op.tooLarge, "DEL", (context, args, reply) => tooLarge(context, args, reply, request));
  commands[Op.flush] = like(
    "FLUSHDB",
    false,
    (context, args, reply) => flush(context, args, reply, request),
  );
  commands[Op.stats] = like("INFO", false, (own, args, reply) => stats(own, args, reply, request));
  commands[Op.auth] = like(
    "AUTH",
    false,
    (context, args, reply) => authenticate(context, args, reply, request),
  );
  return commands;
}
