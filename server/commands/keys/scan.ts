// Commands that look at all keys of a database: KEYS, SCAN, DBSIZE. They lock one shard at a
// time, for a few thousand buckets, unless EXEC has locked all of them. KEYS takes turns with the other
// work of the worker. A cursor of SCAN names a shard and a bucket in it. Items stay in
// their buckets, so it means the same in the next call.

import {
  bucketTotal,
  type Cache,
  countItems,
  databaseItems,
  isSparseLocked,
  type ItemType,
  KeyBatch,
  type LockedWork,
  mostBuckets,
  scanLocked,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { HeldWalks } from "../../contract/time_slices.ts";
import { ALL_KEYS_TOO_LONG, ANSWER_TOO_LARGE, BUSY } from "../failures.ts";
import type { Glob } from "../../contract/keys/glob.ts";
import { PATTERN_TOO_LONG, patternOf } from "../pattern_argument.ts";
import { ByteList } from "../members/byte_list.ts";
import { BAD_CURSOR, cursorOf, scanOptionsOf } from "../members/scan_arguments.ts";
import { inSlices } from "../deferred_answer.ts";
import { typeNamed } from "./type_names.ts";
import { tokenOf } from "../argument_text.ts";

/** Buckets that a walk looks at under one lock. */
const STRIDE = 4096;
/** A shard with few items takes no longer than so many buckets. */
const SPARSE_STRIDE = 512;
/** Buckets that one SCAN looks at, if there are so many, before its time counts. */
const MIN_SCAN_BUCKETS = 32 * 1024;
/** Longest time that one SCAN may take, in milliseconds. */
const MAX_SCAN_MS = 5;
/** Keys that are compared with a pattern between two looks at the clock. */
const MATCHED_KEYS = 64;
/** Most keys that one SCAN looks for, whatever its COUNT. */
const MAX_SCAN_COUNT = 10_000;

/** A place in the keyspace, and a walk from there on. */
export class Walk implements LockedWork {
  shard: number;
  bucket: number;
  /** Buckets that were looked at, or as many as would have taken as long. */
  looked = 0;
  /** The keys that the latest step has found. */
  readonly batch: KeyBatch;
  readonly #cache: Cache;
  readonly #holdsAll: boolean;
  readonly #heldWalks: HeldWalks;
  /** The stored database. */
  readonly #database: number;
  #most = 0;

  constructor(context: CommandContext, shard: number, bucket: number) {
    this.#cache = context.cache;
    this.#holdsAll = context.holdsAll;
    this.#heldWalks = context.heldWalks;
    this.#database = context.database;
    this.batch = context.keyBatch;
    this.shard = shard;
    this.bucket = bucket;
  }

  get isDone(): boolean {
    return this.shard >= this.#cache.shards.length;
  }

  /** Whether the shard has no key of the database. */
  get isBare(): boolean {
    return databaseItems(this.#cache.shards[this.shard]!.memory, this.#database) === 0;
  }

  /** Whether others can wait for another step: inside EXEC its time is bounded. */
  mayGoOn(): boolean {
    return !this.#holdsAll || this.#heldWalks.goesOn(this.batch.count);
  }

  /** Fills the batch with up to `most` keys of the next buckets. Returns false when busy. */
  step(most: number): boolean {
    this.#most = most;
    this.batch.reset();
    if (!runOnShard(this.#cache, this.shard, this.#holdsAll, this)) return false;
    if (this.bucket >= bucketTotal(this.#cache.shards[this.shard]!.memory)) {
      this.shard++;
      this.bucket = 0;
    }
    return true;
  }

  /** The part of {@linkcode step} that needs the shard's lock. */
  runLocked(): void {
    const { memory } = this.#cache.shards[this.shard]!;
    const { batch } = this;
    const [from, most, database] = [this.bucket, this.#most, this.#database];
    this.looked += isSparseLocked(memory) ? SPARSE_STRIDE : STRIDE;
    this.bucket = scanLocked(memory, from, STRIDE, batch, most, database);
  }
}

/** Runs `work` under the lock of shard `index`. If `holdsAll`, that lock is held already. */
function runOnShard(cache: Cache, index: number, holdsAll: boolean, work: LockedWork): boolean {
  if (!holdsAll) return cache.withShard(index, work);
  work.runLocked();
  return true;
}

/** Any type; and no type, since there is none of that name. */
const ANY_TYPE = -2;
const NO_TYPE = -1;

/**
 * Adds the keys of the batch to `list` that match, and whose values are of `type`. Returns false where it gets
 * over `maxBytes`.
 */
function collect(
  batch: KeyBatch,
  list: ByteList,
  glob: Glob | null,
  maxBytes: number,
  type: ItemType | typeof ANY_TYPE | typeof NO_TYPE = ANY_TYPE,
): boolean {
  if (type === NO_TYPE) return true;
  for (let i = 0; i < batch.count; i++) {
    if (type !== ANY_TYPE && batch.types[i] !== type) continue;
    const start = batch.starts[i]!;
    const length = batch.lengths[i]!;
    if (glob !== null && !glob.matches(batch.bytes, start, length)) continue;
    list.add(batch.bytes, start, length);
  }
  return list.answerBytes <= maxBytes;
}

/** KEYS pattern: all keys that match. If that takes long, other commands run meanwhile. */
export function keys(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const pattern = patternOf(args, 0);
  if (pattern === null) return reply.fail(PATTERN_TOO_LONG);
  const glob = pattern.matchesAll ? null : pattern;
  const list = new ByteList();
  const walk = new Walk(context, 0, 0);
  let failure: Failure | null = null;
  const step = () => {
    if (!walk.isDone) failure = stepKeys(walk, list, glob, reply.bytesLeft);
    return walk.isDone || failure !== null;
  };
  const answer = () => failure === null ? list.answer(reply) : reply.fail(failure);
  if (context.holdsAll) {
    while (!step());
    return answer();
  }
  return inSlices(context, reply, step, answer);
}

/** Adds the keys of the next buckets. */
function stepKeys(
  walk: Walk,
  list: ByteList,
  glob: Glob | null,
  maxBytes: number,
): Failure | null {
  if (!walk.step(glob === null ? Infinity : MATCHED_KEYS)) return BUSY;
  if (!collect(walk.batch, list, glob, maxBytes)) return ANSWER_TOO_LARGE;
  return walk.isDone || walk.mayGoOn() ? null : ALL_KEYS_TOO_LONG;
}

/** SCAN cursor [MATCH pattern] [COUNT n] [TYPE type]: the next cursor, and keys. */
export function scan(context: CommandContext, args: Args, reply: Reply): void {
  const { cache } = context;
  const cursor = cursorOf(args, 0);
  if (cursor === undefined) return reply.fail(BAD_CURSOR);
  const options = scanOptionsOf(args, 1, "TYPE");
  if ("kind" in options) return reply.fail(options);
  const type = options.typeAt === 0 ? ANY_TYPE : typeNamed(tokenOf(args, options.typeAt));
  const { memory } = cache.shards[0]!;
  const total = mostBuckets(memory);
  const walk = new Walk(context, Math.floor(cursor / total), cursor % total);
  const list = new ByteList();
  const most = Math.min(options.count, MAX_SCAN_COUNT);
  const endMs = performance.now() + MAX_SCAN_MS;
  let seen = 0;
  while (!walk.isDone && seen < most) {
    // A small cache is one answer, however slow the machine is at this moment.
    const isLong = seen >= MATCHED_KEYS || walk.looked >= MIN_SCAN_BUCKETS;
    if (isLong && performance.now() >= endMs) break;
    if (!walk.step(Math.min(most - seen, MATCHED_KEYS))) return reply.fail(BUSY);
    seen += walk.batch.count;
    if (!collect(walk.batch, list, options.glob, reply.bytesLeft, type)) {
      return reply.fail(ANSWER_TOO_LARGE);
    }
    if (!walk.mayGoOn()) break;
  }
  reply.array(2);
  reply.text(walk.isDone ? "0" : String(walk.shard * total + walk.bucket));
  list.answer(reply);
}

/** DBSIZE: how many items there are. */
export function dbsize({ cache, database }: CommandContext, _args: Args, reply: Reply): void {
  reply.integer(countItems(cache, database));
}
