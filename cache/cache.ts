// The cache: finds a key's shard, takes its lock, and runs the operation. Two ways in: get, put and
// delete for one key at a time, and acquire/release for callers that run several steps, or several
// keys, as one. Every thread has its own Cache over the same region.

import { addCounter } from "./counters.ts";
import { hashKey } from "./hash.ts";
import { REGION_SHARDS_CLEARED, SHARD_LOCK, WINDOW_BUCKETS } from "./layout.ts";
import {
  acquireLock,
  isPoisoned,
  LOCK_WAIT_MAX_MS,
  lockOwner,
  poisonLock,
  releaseLock,
} from "./lock.ts";
import { Condition, Outcome } from "./outcome.ts";
import type { Region } from "./region.ts";
import { Shard } from "./shard.ts";
import { touchWindow, windowWord } from "./table.ts";

/** A value read by {@linkcode Cache.get}: a reusable buffer and how much of it is the value. */
export class ValueBuffer {
  /** The bytes; grows as values need it. */
  bytes: Uint8Array = new Uint8Array(4096);
  /** Length of the value in bytes. */
  length = 0;
  /** The value's version. */
  version = 0;
  /** The value's deadline in milliseconds since 1970, or 0. */
  deadlineMs = 0;

  /** The value as a fresh array. */
  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** What a put may carry besides key and value. */
export interface PutOptions {
  /** Absolute deadline in milliseconds since 1970; 0 for none, KEEP_DEADLINE for the old one. */
  readonly deadlineMs?: number;
  /** What must hold for the put to be carried out. */
  readonly condition?: Condition;
  /** The version that Condition.version compares with. */
  readonly version?: number;
}

/** The cache as one thread sees it. */
export class Cache {
  /** The memory that all threads share. */
  readonly region: Region;
  /** Who this thread is: 0 for main, workers from 1. */
  readonly actor: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Every shard of the region. */
  readonly shards: readonly Shard[];
  readonly #shardMask: number;
  readonly #owner: number;
  readonly #lockWaitsWord: number;
  readonly #lockTimeoutsWord: number;
  /** Marks of the shards that {@linkcode acquireMany} has to take or has taken. */
  readonly #marked: Uint8Array;

  /** Attaches to `region` as `actor`; `now` is the clock that deadlines are compared with. */
  constructor(region: Region, actor: number, now: () => number = Date.now) {
    this.region = region;
    this.actor = actor;
    this.now = now;
    const count = region.geometry.shardCount;
    this.shards = Array.from({ length: count }, (_, i) => new Shard(region, i, actor, now));
    this.#shardMask = count - 1;
    this.#owner = actor + 1;
    this.#lockWaitsWord = region.counterWord(actor, "lockWaits");
    this.#lockTimeoutsWord = region.counterWord(actor, "lockTimeouts");
    this.#marked = new Uint8Array(count);
  }

  /** Hash of a key, for the calls that take one. */
  hash(key: Uint8Array, start: number, length: number): number {
    return hashKey(key, start, length);
  }

  /** Longest key plus value that can be stored, in bytes. */
  get maxItemBytes(): number {
    return this.shards[0]!.memory.maxItemBytes - 32;
  }

  /** Locks the shard of the keys with this hash. Returns null when that took too long. */
  acquire(hash: number): Shard | null {
    const shard = this.shards[hash & this.#shardMask]!;
    // All that happens under one lock happens at one time.
    shard.memory.nowMs = 0;
    const words = shard.memory.words;
    if (Atomics.compareExchange(words, SHARD_LOCK, 0, this.#owner) === 0) return shard;
    return this.#acquireContended(shard, performance.now() + LOCK_WAIT_MAX_MS);
  }

  #acquireContended(shard: Shard, giveUpMs: number): Shard | null {
    addCounter(this.region.words, this.#lockWaitsWord, 1);
    if (acquireLock(shard.memory.words, SHARD_LOCK, this.#owner, giveUpMs)) return shard;
    addCounter(this.region.words, this.#lockTimeoutsWord, 1);
    return null;
  }

  /** Unlocks a shard. */
  release(shard: Shard): void {
    releaseLock(shard.memory.words, SHARD_LOCK);
  }

  /** After an exception inside its lock: keeps the shard locked until {@linkcode repair}. */
  poison(shard: Shard): void {
    poisonLock(shard.memory.words, SHARD_LOCK);
  }

  /**
   * Locks the shards of all `count` hashes, in ascending order. Returns false, with nothing locked,
   * when that took too long in all. {@linkcode releaseMany} or {@linkcode poisonMany} must follow.
   */
  acquireMany(hashes: Int32Array, count: number): boolean {
    const marked = this.#marked;
    const giveUpMs = performance.now() + LOCK_WAIT_MAX_MS;
    for (let i = 0; i < count; i++) marked[hashes[i]! & this.#shardMask] = 1;
    for (let i = 0; i < marked.length; i++) {
      if (marked[i] === 0 || this.#acquireBy(this.shards[i]!, giveUpMs)) continue;
      marked.fill(0, i);
      this.releaseMany();
      return false;
    }
    return true;
  }

  #acquireBy(shard: Shard, giveUpMs: number): boolean {
    shard.memory.nowMs = 0;
    if (Atomics.compareExchange(shard.memory.words, SHARD_LOCK, 0, this.#owner) === 0) return true;
    return this.#acquireContended(shard, giveUpMs) !== null;
  }

  /**
   * Brings what lookups of these hashes read into the processor's caches; their shards are locked.
   * A lookup alone waits for memory two times; in a row of independent reads the waits overlap,
   * which makes /mput of 100 keys about a quarter faster (bench/http). Two passes, since where an item
   * is stands in the bucket. Returns some of what was read, which the caller must keep somewhere, or
   * the reads would be optimised away.
   */
  warmMany(hashes: Int32Array, count: number): number {
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const { memory } = this.shards[hashes[i]! & this.#shardMask]!;
      const at = windowWord(memory, hashes[i]!);
      seen ^= memory.words[at]! ^ memory.words[at + WINDOW_BUCKETS - 1]!;
    }
    for (let i = 0; i < count; i++) {
      seen ^= touchWindow(this.shards[hashes[i]! & this.#shardMask]!.memory, hashes[i]!);
    }
    return seen;
  }

  /** Unlocks what {@linkcode acquireMany} has locked. */
  releaseMany(): void {
    for (let i = 0; i < this.#marked.length; i++) {
      if (this.#marked[i] !== 0) this.release(this.shards[i]!);
    }
    this.#marked.fill(0);
  }

  /** After an exception inside {@linkcode acquireMany}: keeps all its shards locked. */
  poisonMany(): void {
    for (let i = 0; i < this.#marked.length; i++) {
      if (this.#marked[i] !== 0) this.poison(this.shards[i]!);
    }
    this.#marked.fill(0);
  }

  /** The shard of a hash; the caller holds its lock. */
  shardOf(hash: number): Shard {
    return this.shards[hash & this.#shardMask]!;
  }

  /** Reads a key's value into `into`. Returns Outcome.hit, .miss or .busy. */
  get(key: Uint8Array, into: ValueBuffer): Outcome {
    const hash = hashKey(key, 0, key.length);
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
    const { deadlineMs = 0, condition = Condition.none, version = 0 } = options;
    const hash = hashKey(key, 0, key.length);
    return this.#locked(
      hash,
      (shard) =>
        shard.putLocked(
          hash,
          key,
          0,
          key.length,
          value,
          0,
          value.length,
          deadlineMs,
          condition,
          version,
        ),
    );
  }

  /** Deletes a key. Returns Outcome.hit, .miss or .busy. */
  delete(key: Uint8Array): Outcome {
    const hash = hashKey(key, 0, key.length);
    return this.#locked(
      hash,
      (shard) => shard.deleteLocked(hash, key, 0, key.length) ? Outcome.hit : Outcome.miss,
    );
  }

  #locked(hash: number, operation: (shard: Shard) => Outcome): Outcome {
    const shard = this.acquire(hash);
    if (shard === null) return Outcome.busy;
    try {
      const outcome = operation(shard);
      this.release(shard);
      return outcome;
    } catch (error) {
      this.poison(shard);
      throw error;
    }
  }

  /**
   * Removes expired items of shard `index`, looking at up to `buckets` buckets from where the last
   * call stopped. Returns whether its pass is complete; true also when the shard is locked.
   */
  sweep(index: number, buckets: number): boolean {
    const shard = this.acquire(index);
    if (shard === null) return true;
    try {
      const complete = shard.sweepLocked(buckets);
      this.release(shard);
      return complete;
    } catch (error) {
      this.poison(shard);
      throw error;
    }
  }

  /**
   * Clears and unlocks every shard that is marked broken, and every one that `deadActor` (if given)
   * died holding. Only main calls it. Returns how many there were.
   */
  repair(deadActor = -1): number {
    let cleared = 0;
    for (const shard of this.shards) {
      const words = shard.memory.words;
      const orphaned = deadActor >= 0 && lockOwner(words, SHARD_LOCK) === deadActor + 1;
      if (!orphaned && !isPoisoned(words, SHARD_LOCK)) continue;
      shard.clearLocked();
      releaseLock(words, SHARD_LOCK);
      Atomics.notify(words, SHARD_LOCK);
      Atomics.add(this.region.words, REGION_SHARDS_CLEARED, 1);
      cleared++;
    }
    return cleared;
  }
}
