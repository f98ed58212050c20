// FLUSHALL and FLUSHDB. A shard without keys of other databases is emptied at once. Else its buckets are
// looked at a few thousand under each lock, in turns with the other work of the worker.

import {
  bucketTotal,
  flushBucketsLocked,
  flushCostLocked,
  isEmptyLocked,
  type LockedWork,
  publishOverflow,
  type Shard,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { ALL_KEYS_TOO_LONG, refused, SYNTAX } from "../failures.ts";
import { tokenOf } from "../argument_text.ts";
import { inSlices } from "../deferred_answer.ts";

/** Buckets that are looked at under one lock. */
const STRIDE = 4096;

/** Most that a FLUSHDB inside EXEC may cost, in looks at buckets: while it runs everybody else waits. */
const MAX_HELD_COST = 24_000_000;
/** Looking at so many buckets inside EXEC counts as looking at one key. */
const BUCKETS_A_KEY = 256;

const PARTLY_BUSY = refused("some keys are locked and still there, try again", "BUSY");

/** Why the options are wrong, or null. */
function flushProblem(args: Args): Failure | null {
  const token = args.count === 0 ? "SYNC" : tokenOf(args, 0);
  return args.count > 1 || token !== "SYNC" && token !== "ASYNC" ? SYNTAX : null;
}

/** FLUSHALL [ASYNC | SYNC]: forgets everything, one shard after the other. */
export function flushall(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, holdsAll } = context;
  const problem = flushProblem(args);
  if (problem !== null) return reply.fail(problem);
  if (holdsAll) {
    flushHeld(context);
    return reply.ok();
  }
  let isBusy = false;
  for (const shard of cache.shards) {
    const work = { runLocked: () => emptyLocked(shard) };
    if (!cache.withShard(shard.index, work)) isBusy = true;
  }
  publishOverflow(cache.region);
  if (isBusy) reply.fail(PARTLY_BUSY);
  else reply.ok();
}

function emptyLocked(shard: Shard): void {
  if (!isEmptyLocked(shard)) shard.clearLocked();
}

/** Empties all shards, which are locked. */
function flushHeld({ cache }: CommandContext): void {
  for (const shard of cache.shards) emptyLocked(shard);
  publishOverflow(cache.region);
}

/** FLUSHDB [ASYNC | SYNC]: forgets the keys of one database. Other commands may run meanwhile. */
export function flushdb(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const problem = flushProblem(args);
  if (problem !== null) return reply.fail(problem);
  const flush = new Flush(context);
  if (context.holdsAll) {
    if (flush.cost > MAX_HELD_COST) return reply.fail(ALL_KEYS_TOO_LONG);
    while (!flush.step()) context.heldWalks.goesOn(STRIDE / BUCKETS_A_KEY);
    return flush.end(reply);
  }
  return inSlices(context, reply, () => flush.step(), () => flush.end(reply));
}

/** A walk over all shards, which removes the keys of one database. */
class Flush implements LockedWork {
  readonly #context: CommandContext;
  readonly #database: number;
  #shard = 0;
  #bucket = 0;
  #isBusy = false;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#database = context.database;
  }

  /** What all of it costs, in looks at buckets; all shards are locked. */
  get cost(): number {
    const { shards } = this.#context.cache;
    return shards.reduce((sum, shard) => sum + flushCostLocked(shard, this.#database), 0);
  }

  /** Removes what is in the next buckets. Returns whether those were the last. */
  step(): boolean {
    const { cache, holdsAll } = this.#context;
    const { memory, index } = cache.shards[this.#shard]!;
    const total = bucketTotal(memory);
    if (holdsAll) this.runLocked();
    else if (!cache.withShard(index, this)) {
      this.#isBusy = true;
      this.#bucket = total;
    }
    if (this.#bucket >= total) {
      this.#shard++;
      this.#bucket = 0;
    }
    return this.#shard === cache.shards.length;
  }

  /** The part of {@linkcode step} that needs the shard's lock. */
  runLocked(): void {
    const shard = this.#context.cache.shards[this.#shard]!;
    const from = this.#bucket;
    this.#bucket = flushBucketsLocked(shard, this.#database, from, from + STRIDE);
  }

  /** Tells who watches, and answers. */
  end(reply: Reply): void {
    publishOverflow(this.#context.cache.region);
    if (this.#isBusy) reply.fail(PARTLY_BUSY);
    else reply.ok();
  }
}
