// The cache: finds a key's shard, takes its lock, and runs the operation. There are two ways in: get,
// put and delete for one key, and work under locks for several steps or several keys at once. Locks
// are taken and released here only. Every thread has its own Cache over the same region.

import { sweepLocked } from "./collections/field_sweep.ts";
import { hashKey, inDatabase } from "./hash.ts";
import * as layout from "./layout.ts";
import type { LogRing } from "./log/log_ring.ts";
import { HotReads, NOT_READ } from "./hot_reads.ts";
import { isPoisoned, lockOwner, poisonLock, releaseLock } from "./lock.ts";
import { CountedWaits } from "./counted_waits.ts";
import { Condition, Outcome } from "./outcome.ts";
import { type PutOptions, PutRequest } from "./put_request.ts";
import type { Region } from "./region.ts";
import * as regionLayout from "./region_layout.ts";
import { Shard } from "./shard.ts";
import { ShardSet } from "./shard_set.ts";
import type { ValueBuffer } from "./value_buffer.ts";
import { Warming } from "./warming.ts";

const { MAX_HEADER_BYTES, SHARD_LOCK } = layout;
const { REGION_SHARDS_CLEARED } = regionLayout;

/** What {@linkcode Cache.withShard} and its kin run. An object can be reused for every request. */
export interface LockedWork {
  /** Runs with the locks held. {@linkcode Cache.shardOf} gives the shards. May not wait. */
  runLocked(): void;
}

/** The get, put or delete at work. */
class Operation implements LockedWork {
  shard!: Shard;
  operation!: (shard: Shard) => Outcome;
  outcome: Outcome = Outcome.miss;

  runLocked(): void {
    this.outcome = this.operation(this.shard);
  }
}

/** The cache as one thread sees it, over a region with counters `C` and gauges `G`. */
export class Cache<C extends string = never, G extends string = never> {
  /** The memory that all threads share. */
  readonly region: Region<C, G>;
  /** Number of this thread: 0 for main, workers from 1. */
  readonly actor: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Every shard of the region. */
  readonly shards: readonly Shard[];
  /** Reads without locks. */
  readonly hotReads: HotReads;
  readonly #shardMask: number;
  readonly #owner: number;
  readonly #log: LogRing | null;
  /** The shards that {@linkcode withShards} has to lock, then those that it has locked. */
  readonly #shardSet: ShardSet;
  readonly #lockWaits: CountedWaits;
  readonly #operation = new Operation();
  readonly #warming: Warming;
  readonly #put = new PutRequest();

  /**
   * Attaches to `region` as `actor`.
   *
   * @param now the clock that deadlines are compared with
   * @param nextTurn resolves after the thread's next turn, in which it may wait for locks again; else each
   *   operation may wait as long as is allowed for a turn
   */
  constructor(
    region: Region<C, G>,
    actor: number,
    now: () => number = Date.now,
    nextTurn: (() => Promise<void>) | null = null,
  ) {
    this.region = region;
    this.actor = actor;
    this.now = now;
    const count = region.geometry.shardCount;
    this.shards = Array.from({ length: count }, (_, i) => new Shard(region, i, actor, now));
    this.#warming = new Warming(this.shards);
    this.#shardMask = count - 1;
    this.#owner = actor + 1;
    this.#log = region.log?.attach(actor) ?? null;
    this.#shardSet = new ShardSet(count);
    this.#lockWaits = new CountedWaits(region, actor, nextTurn);
    this.hotReads = new HotReads(region, this.shards, actor, now);
  }

  /** Hash of a key in a stored database, for the calls that take one. */
  hash(key: Uint8Array, start: number, length: number, database = 0): number {
    return inDatabase(hashKey(key, start, length), database);
  }

  /** Longest key plus value that can be stored, in bytes. */
  get maxItemBytes(): number {
    return this.shards[0]!.memory.maxItemBytes - MAX_HEADER_BYTES;
  }

  /**
   * Locks the shard that the low bits of `hash` name, runs `work`, and unlocks it. Returns false, and
   * runs nothing, when the lock could not be had in time. If `work` throws, the shard may be half
   * changed. It then stays locked until {@linkcode repair}, and the exception is passed on.
   */
  withShard(hash: number, work: LockedWork): boolean {
    const shard = this.shards[hash & this.#shardMask]!;
    if (!this.#acquire(shard) && !this.#acquireHot(shard, hash)) return false;
    try {
      work.runLocked();
    } catch (error) {
      this.#log?.buffer.clear();
      poisonLock(shard.memory.words, SHARD_LOCK);
      throw error;
    }
    // The log has what has changed before others see it, and so in that order.
    if (this.#log !== null) this.#log.commit();
    releaseLock(shard.memory.words, SHARD_LOCK);
    return true;
  }

  /**
   * The same for the shards of all `count` hashes. They are locked in ascending order; the bound on waiting
   * is for all of them together.
   */
  withShards(hashes: Int32Array, count: number, work: LockedWork): boolean {
    for (let i = 0; i < count; i++) this.#shardSet.add(hashes[i]! & this.#shardMask);
    return this.withNoted(work);
  }

  /** The same for all shards. */
  withAllShards(work: LockedWork): boolean {
    for (const { index } of this.shards) this.#shardSet.add(index);
    return this.withNoted(work);
  }

  /** Notes the shard of `hash`, which the next {@linkcode withNoted} locks. */
  noteShard(hash: number): void {
    this.#shardSet.add(hash & this.#shardMask);
  }

  /** What {@linkcode withShards} does, for the shards that were noted, however often, since the last call. */
  withNoted(work: LockedWork): boolean {
    const count = this.#shardSet.take();
    if (!this.#acquireListed(count)) return false;
    try {
      work.runLocked();
    } catch (error) {
      this.#log?.buffer.clear();
      this.#endListed(count, poisonLock);
      throw error;
    }
    this.#log?.commit();
    this.#endListed(count, releaseLock);
    return true;
  }

  /** Locks a shard if its lock is free. */
  #acquire({ memory }: Shard): boolean {
    // The engine reads the clock at most once for each shard under a lock.
    memory.nowMs = 0;
    memory.isMarked = false;
    return Atomics.compareExchange(memory.words, SHARD_LOCK, 0, this.#owner) === 0;
  }

  /** Locks the shard of one key, whose lock was taken. */
  #acquireHot(shard: Shard, hash: number): boolean {
    this.hotReads.noteTaken(hash);
    this.#lockWaits.begin();
    return this.#acquireTaken(shard);
  }

  #acquireTaken({ memory }: Shard): boolean {
    return this.#lockWaits.acquire(memory.words, SHARD_LOCK, this.#owner);
  }

  /** Locks the first `count` shards of the list. If one cannot be had, unlocks those it has. */
  #acquireListed(count: number): boolean {
    const { list } = this.#shardSet;
    this.#lockWaits.begin();
    for (let i = 0; i < count; i++) {
      const shard = this.shards[list[i]!]!;
      if (this.#acquire(shard) || this.#acquireTaken(shard)) continue;
      this.#endListed(i, releaseLock);
      return false;
    }
    return true;
  }

  /** Calls `end` with the locks of the first `count` shards of the list. */
  #endListed(count: number, end: (words: Int32Array, at: number) => void): void {
    const { list } = this.#shardSet;
    for (let i = 0; i < count; i++) end(this.shards[list[i]!]!.memory.words, SHARD_LOCK);
  }

  /**
   * Brings what lookups of these hashes read into the processor's caches; see warming.ts. Needs no lock.
   * /mput of 100 keys is a quarter faster for it (bench/http). The caller must keep the returned number
   * somewhere, or the reads would be optimised away. For up to 64 keys `buckets` says where they may be found.
   */
  warmMany(hashes: Int32Array, count: number, buckets?: Int32Array): number {
    return this.#warming.warm(hashes, count, buckets);
  }

  /** {@linkcode HotReads.read} of a key, for which no lock may be held. */
  readHot(hash: number, key: Uint8Array, start: number, length: number): number {
    const { hotReads } = this;
    if (!hotReads.isKnown && !this.withAllShards(hotReads)) return NOT_READ;
    return hotReads.read(this.shardOf(hash), hash, key, start, length);
  }

  /** The shard of a hash. Use its Locked methods only under its lock. */
  shardOf(hash: number): Shard {
    return this.shards[hash & this.#shardMask]!;
  }

  /** Reads a key's value into `into`. Returns Outcome.hit, .miss or .busy. */
  get(key: Uint8Array, into: ValueBuffer, database = 0): Outcome {
    const hash = this.hash(key, 0, key.length, database);
    return this.#locked(hash, (shard) => {
      const address = shard.getLocked(hash, key, 0, key.length);
      if (address === 0) return Outcome.miss;
      into.length = shard.valueBytesLocked(address);
      if (into.bytes.length < into.length) into.bytes = new Uint8Array(2 * into.length);
      shard.readValueLocked(address, into.bytes, 0);
      into.version = shard.versionLocked(address);
      into.deadlineMs = shard.deadlineLocked(address);
      return Outcome.hit;
    });
  }

  /** Stores a value. Returns Outcome.stored, .conditionNotMet, .tooLarge or .busy. */
  put(key: Uint8Array, value: Uint8Array, options: PutOptions = {}): Outcome {
    const { deadlineMs = 0, condition = Condition.none, version = 0, database = 0 } = options;
    const hash = this.hash(key, 0, key.length, database);
    const put = this.#put;
    put.database = database;
    put.setKey(hash, key, 0, key.length);
    put.setValue(value, 0, value.length);
    put.setTerms(deadlineMs, condition, version, options.clientFlags);
    return this.#locked(hash, (shard) => shard.putLocked(put));
  }

  /** Deletes a key. Returns Outcome.hit, .miss or .busy. */
  delete(key: Uint8Array, database = 0): Outcome {
    const hash = this.hash(key, 0, key.length, database);
    return this.#locked(
      hash,
      (shard) => shard.deleteLocked(hash, key, 0, key.length) ? Outcome.hit : Outcome.miss,
    );
  }

  #locked(hash: number, operation: (shard: Shard) => Outcome): Outcome {
    const work = this.#operation;
    work.shard = this.shardOf(hash);
    work.operation = operation;
    return this.withShard(hash, work) ? work.outcome : Outcome.busy;
  }

  /**
   * Removes expired items of shard `index`, in up to `buckets` buckets from where the last call stopped. Returns
   * whether the pass over the shard is complete; true also if it is locked, or the log has no room.
   */
  sweep(index: number, buckets: number): boolean {
    // Main is who makes room in the log, so it must not wait for it.
    if (this.#log?.hasRoom() === false) return true;
    const step = (shard: Shard) => sweepLocked(shard, buckets) ? Outcome.hit : Outcome.miss;
    return this.#locked(index, step) !== Outcome.miss;
  }

  /**
   * Clears and unlocks every shard that is marked broken, and those whose lock `deadActor`, if given, still
   * holds. Only main calls it. Returns how many there were.
   */
  repair(deadActor = -1): number {
    let cleared = 0;
    if (deadActor >= 0) this.#log?.noteEnded(deadActor);
    for (const shard of this.shards) {
      const words = shard.memory.words;
      const orphaned = deadActor >= 0 && lockOwner(words, SHARD_LOCK) === deadActor + 1;
      if (!orphaned && !isPoisoned(words, SHARD_LOCK)) continue;
      shard.memory.isMarked = false;
      shard.repairLocked();
      this.#log?.commit();
      releaseLock(words, SHARD_LOCK);
      Atomics.notify(words, SHARD_LOCK);
      Atomics.add(this.region.words, REGION_SHARDS_CLEARED, 1);
      cleared++;
    }
    return cleared;
  }
}
