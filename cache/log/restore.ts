// Brings back what snapshots and logs hold: applies effects to the shards of a cache, in their order. The cache may
// have another size and other shards than the one that wrote them. What an item's version already covers is
// skipped, and what belongs to shards that another thread restores. Locks each shard for itself.

import type { Cache, LockedWork } from "../cache.ts";
import { clearCounter } from "../counters.ts";
import { DATABASE_COUNT } from "../database_layout.ts";
import { ENGINE_COUNTERS } from "../actor_names.ts";
import { rememberGhostLocked } from "../ghost.ts";
import { addState, deadlineOf, stampItem, stateOf, versionOf } from "../item_header.ts";
import { itemEighths } from "../item_size.ts";
import * as shardLayout from "../layout.ts";
import { Outcome } from "../outcome.ts";
import { PutRequest } from "../put_request.ts";
import { dropLocked } from "../removal.ts";
import { changeRingLocked, ringOf } from "../ring.ts";
import type { Shard } from "../shard.ts";
import { freshenWindowsLocked } from "../stale_buckets.ts";
import { findVersionLocked } from "../table.ts";
import * as effects from "./effects.ts";
import * as layout from "./effect_layout.ts";
import { LogRecords, wordsOfBytes } from "./log_records.ts";
import { ChangeRestore } from "./restore_change.ts";
import { clearAgainLocked, markLocked, setDatabases, setPolicyLocked } from "./shard_effects.ts";

const { ADDRESS_MASK, MAX_COUNT, RING_MAIN, RING_PROBATION, SHARD_STALE, STATE_MASK } = shardLayout;
const { EffectKind, EFFECT_HASH, EFFECT_SHARD, EFFECT_SHARD_COUNT, EFFECT_VERSION } = layout;

/** So often a lock is waited for, up to 50 ms each time. */
const MAX_LOCK_TRIES = 100;

/** What is to be restored by a {@linkcode Restore}. */
export interface RestoreOptions {
  /** Shards of the region that has written it. */
  readonly shardCount: number;
  /** Where the log of each of those shards begins to count: what is before is in the snapshot. None: everywhere. */
  readonly begins?: Float64Array;
  /** Whether this thread restores shard `index` of the cache; all of them unless given. */
  readonly owns?: (index: number) => boolean;
}

/** What a {@linkcode Restore} has done. */
export interface RestoreCounts {
  /** Puts that were carried out. */
  puts: number;
  /** Effects that were covered already. */
  skipped: number;
  /** Items that are too large for the shards of this cache. */
  tooLarge: number;
}

/**
 * Restores shards in one thread, whose region is told so by {@linkcode Region.restores}. Its cache has a clock that
 * stands at 0: what has expired by now may have been given another deadline before, further on in the log.
 */
export class Restore implements LockedWork {
  /** Whether of sections only items with hits left are restored: what eviction keeps longest. */
  onlyHit = false;
  /** What was done so far. */
  readonly counts: RestoreCounts = { puts: 0, skipped: 0, tooLarge: 0 };
  readonly #cache: Cache;
  readonly #shardCount: number;
  readonly #begins: Float64Array | undefined;
  readonly #owns: (index: number) => boolean;
  readonly #put = new PutRequest();
  readonly #changes = new ChangeRestore();
  readonly #records: LogRecords;
  #isSection = false;
  #words!: Int32Array;
  #bytes!: Uint8Array;
  #at = 0;
  #shard!: Shard;

  /** Restores into `cache`, which no other thread serves yet. */
  constructor(cache: Cache, { shardCount, begins, owns = () => true }: RestoreOptions) {
    if (cache.now() !== 0) {
      throw new Error("Cannot restore: the clock of the cache does not stand at 0");
    }
    this.#cache = cache;
    this.#shardCount = shardCount;
    this.#begins = begins;
    this.#owns = owns;
    for (const { memory } of cache.shards) {
      memory.reserveEighths = 0;
      memory.isRestoring = true;
    }
    this.#records = new LogRecords((words, bytes, from, to, position) => {
      this.#apply(words, bytes, from, to, position);
    });
  }

  /** Applies effects of a snapshot. Throws RangeError where they cannot be read. */
  applySection(effects: Uint8Array): void {
    this.#isSection = true;
    const words = wordsOfBytes(effects);
    this.#apply(words, effects, 0, words.length, Infinity);
  }

  /** Applies the records of a block of the log that begins at `position`. Throws RangeError as above. */
  applyLog(records: Uint8Array, position: number): void {
    this.#isSection = false;
    this.#records.block(records, position);
  }

  #apply(
    words: Int32Array,
    bytes: Uint8Array,
    from: number,
    to: number,
    position: number,
  ): void {
    this.#words = words;
    this.#bytes = bytes;
    for (let at = from; at < to;) {
      const count = effects.effectWords(words, at, to);
      this.#at = at;
      const kind = words[at]! & layout.KIND_MASK;
      if (kind <= EffectKind.expire) this.#applyToKey(words[at + EFFECT_HASH]!, position);
      else if (kind !== EffectKind.swap) this.#applyToShards(position);
      else if (this.#owns(0)) setDatabases(this.#cache.region, words, at);
      at += count;
    }
  }

  /** Whether the snapshot has what shard `shard` has done before `position`. */
  #isCovered(shard: number, position: number): boolean {
    return this.#begins !== undefined && position < this.#begins[shard]!;
  }

  #applyToKey(hash: number, position: number): void {
    if (this.#isCovered(hash & (this.#shardCount - 1), position)) return;
    const shard = this.#cache.shardOf(hash);
    if (!this.#owns(shard.index)) return;
    effects.checkHash(this.#words, this.#bytes, this.#at);
    this.#lockAndRun(shard);
  }

  /** Applies an effect on a whole shard to those that its keys are in now. */
  #applyToShards(position: number): void {
    const index = this.#words[this.#at + EFFECT_SHARD]!;
    const count = this.#words[this.#at + EFFECT_SHARD_COUNT]!;
    if (this.#isCovered(index, position)) return;
    const { shards } = this.#cache;
    const common = Math.min(count, shards.length) - 1;
    for (const shard of shards) {
      if ((shard.index & common) === (index & common) && this.#owns(shard.index)) {
        this.#lockAndRun(shard);
      }
    }
  }

  #lockAndRun(shard: Shard): void {
    this.#shard = shard;
    // Clients may hold it for a moment, who WATCH a key, and their thread may have to wait for a processor.
    for (let tries = 0; tries < MAX_LOCK_TRIES; tries++) {
      if (this.#cache.withShard(shard.index, this)) return;
    }
    throw new Error(`Cannot restore shard ${shard.index}: somebody else has locked it`);
  }

  /** Applies the effect to the shard, which is locked. */
  runLocked(): void {
    const words = this.#words;
    const at = this.#at;
    const { memory } = this.#shard;
    switch (words[at]! & layout.KIND_MASK) {
      case EffectKind.change:
        return this.#changeLocked();
      case EffectKind.put:
        return this.#putLocked();
      case EffectKind.remove:
        return this.#removeLocked();
      case EffectKind.expire:
        return this.#expireLocked();
      case EffectKind.clear:
        return clearAgainLocked(memory, words, at);
      case EffectKind.mark:
        return markLocked(memory, effects.numberAt(words, at + layout.SHARD_EFFECT_VERSION));
      default:
        return setPolicyLocked(memory, words, at);
    }
  }

  #putLocked(): void {
    const words = this.#words;
    const at = this.#at;
    if (this.onlyHit && this.#isSection && this.#hits === 0) return;
    const highs = words[at + layout.PUT_HIGHS]!;
    const deadlineMs = effects.putDeadline(words, at);
    const version = effects.putVersion(words, at);
    const put = this.#fillPut(deadlineMs);
    const shard = this.#shard;
    const { memory } = shard;
    const old = shard.peekLocked(put.hash, put.key, put.keyStart, put.keyBytes);
    if (old !== 0 && versionOf(memory, old) >= version) {
      this.counts.skipped++;
      return;
    }
    if (shard.putLocked(put) !== Outcome.stored) {
      // What it was to replace is no longer its value.
      if (old !== 0) shard.deleteLocked(put.hash, put.key, put.keyStart, put.keyBytes);
      this.counts.tooLarge++;
      return;
    }
    const address = shard.peekLocked(put.hash, put.key, put.keyStart, put.keyBytes);
    this.counts.puts++;
    markLocked(memory, version);
    stampItem(memory, address, words[at + EFFECT_VERSION]!, highs, deadlineMs);
    addState(memory, address, highs & STATE_MASK);
    if (this.#isSection) this.#placeLocked(address);
  }

  /** What the put at hand stores. */
  #fillPut(deadlineMs: number): PutRequest {
    const at = this.#at;
    const first = this.#words[at]!;
    const put = this.#put;
    const keyStart = 4 * (at + effects.putHeadWords(first));
    const keyBytes = (first >>> layout.EFFECT_KEY_SHIFT) & layout.EFFECT_KEY_MASK;
    put.database = (first >>> layout.EFFECT_DATABASE_SHIFT) & (DATABASE_COUNT - 1);
    put.kind = (first >>> layout.EFFECT_ITEM_KIND_SHIFT) & layout.EFFECT_ITEM_KIND_MASK;
    put.setKey(this.#words[at + EFFECT_HASH]!, this.#bytes, keyStart, keyBytes);
    put.setValue(this.#bytes, keyStart + keyBytes, this.#words[at + layout.PUT_VALUE_BYTES]!);
    put.setTerms(deadlineMs);
    put.clientFlags = effects.putFlags(this.#words, at);
    return put;
  }

  /** Puts an item in the ring in which it was, with the hits that it had. */
  #placeLocked(address: number): void {
    const { memory } = this.#shard;
    const first = this.#words[this.#at]!;
    const ring = (first >>> layout.EFFECT_RING_SHIFT) & 1 ? RING_MAIN : RING_PROBATION;
    changeRingLocked(memory, address, ring, this.#hits, itemEighths(memory, address));
  }

  /** The hits that the item at hand had left. */
  get #hits(): number {
    return (this.#words[this.#at]! >>> layout.EFFECT_COUNT_SHIFT) & MAX_COUNT;
  }

  /** Word of the bucket of the item that the effect is about, or 0. */
  #findVersion(): number {
    const hash = this.#words[this.#at + EFFECT_HASH]!;
    const { memory } = this.#shard;
    if (memory.words[SHARD_STALE] !== 0) freshenWindowsLocked(memory, hash);
    const version = effects.numberAt(this.#words, this.#at + EFFECT_VERSION);
    const bucket = findVersionLocked(memory, hash, version);
    if (bucket === 0) this.counts.skipped++;
    return bucket;
  }

  #removeLocked(): void {
    const bucket = this.#findVersion();
    if (bucket === 0) return;
    const { memory } = this.#shard;
    const why = (this.#words[this.#at]! >>> layout.WHY_SHIFT) & layout.WHY_MASK;
    const address = memory.words[bucket]! & ADDRESS_MASK;
    if (why === layout.WHY_EVICTED && ringOf(memory, address) === RING_PROBATION) {
      rememberGhostLocked(memory, this.#words[this.#at + EFFECT_HASH]!);
    }
    dropLocked(memory, bucket);
  }

  #expireLocked(): void {
    const bucket = this.#findVersion();
    if (bucket === 0) return;
    const { memory } = this.#shard;
    const words = this.#words;
    const address = memory.words[bucket]! & ADDRESS_MASK;
    this.#shard.setDeadlineLocked(
      address,
      effects.numberAt(words, this.#at + layout.EXPIRE_DEADLINE),
    );
    const version = this.#at + layout.EXPIRE_VERSION;
    const state = stateOf(memory, address);
    stampItem(memory, address, words[version]!, words[version + 1]!, deadlineOf(memory, address));
    addState(memory, address, state);
    markLocked(memory, effects.numberAt(words, version));
  }

  #changeLocked(): void {
    const bucket = this.#findVersion();
    if (bucket === 0) return;
    const shard = this.#shard;
    const old = shard.memory.words[bucket]! & ADDRESS_MASK;
    const address = this.#changes.applyLocked(shard, old, this.#words, this.#bytes, this.#at);
    if (address === 0) this.counts.tooLarge++;
    else if (this.#isSection) this.#placeLocked(address);
  }

  /** All is restored that this thread restores: forgets what it has counted as hits, puts and deletes. */
  end(): void {
    const { region, actor } = this.#cache;
    for (const name of ENGINE_COUNTERS) clearCounter(region.words, region.counterWord(actor, name));
  }
}
