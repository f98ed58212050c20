// Copies a shard into effects, for a snapshot: a few items under each lock, while others go on. The copy is of the
// moment when it began. It has only items that are not newer: what has changed since is in the log behind that
// moment, whole. So what is restored never needs more space than the shard had. Only one copy is made of a
// shard at a time.

import type { Cache, LockedWork } from "../cache.ts";
import { bucketTotal, bucketWord } from "../index_growth.ts";
import { hashOfItem } from "../item_hash.ts";
import { versionOf } from "../item_header.ts";
import { hasMembers, isIndirect, ItemType, kindOf, typeOf } from "../item_types.ts";
import { isExpired } from "../member_deadlines.ts";
import { ADDRESS_MASK, SHARD_COPYING } from "../layout.ts";
import { sequenceOf } from "../removal.ts";
import { freshenLocked } from "../stale_buckets.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { EffectBuffer } from "./effect_buffer.ts";
import { recordMembers } from "./record_members.ts";
import { MembersCopy } from "../collections/members_copy.ts";
import { recordItem, recordRest } from "./record.ts";
import { recordMark, recordPolicy } from "./record_shards.ts";

/** Most under one lock: buckets that are looked at, items, and words of effects. */
const MAX_BUCKETS = 2048;
const MAX_ITEMS = 256;
const MAX_WORDS = 16 * 1024;
/** Of bytes in slots, a multiple of a slot: longer ones are copied in parts. */
const PART_BYTES = 256 * 1024;
/** The same of members, whose copy takes longer. */
const PART_OF_MEMBERS = 64 * 1024;
/** After so many a list that changes all the while is copied under one lock. */
const MAX_TRIES = 4;

/** How far a copy is. */
export const CopyStep = {
  /** More is to come. */
  more: 0,
  /** That was the last. */
  done: 1,
  /** Nothing: the shard's lock could not be had in time. */
  busy: 2,
} as const;
/** One of the values of the constant of the same name. */
export type CopyStep = typeof CopyStep[keyof typeof CopyStep];

/** The copy of one shard. */
export class ShardCopy implements LockedWork {
  /** Position in the log ring when the copy began: what the shard has changed since is behind it. */
  beginPosition = 0;
  /** The shard's version sequence then. */
  version = 0;
  /** Items copied. */
  items = 0;
  readonly #cache: Cache;
  readonly #index: number;
  #into!: EffectBuffer;
  #bucket = -1;
  #isDone = false;
  /** Of the item in that bucket, if a part of it is copied: where the rest begins, else 0; its hash; its version then. */
  #restFrom = 0;
  #restHash = 0;
  #restVersion = 0;
  #restKind = 0;
  /** How far the copy of its members is, and how often one of a list was begun again. */
  readonly #members = new MembersCopy();
  #tries = 0;

  /** A copy of shard `index`, to be made step by step. */
  constructor(cache: Cache, index: number) {
    this.#cache = cache;
    this.#index = index;
  }

  /** Appends the next items to `into`. */
  step(into: EffectBuffer): CopyStep {
    this.#into = into;
    if (!this.#cache.withShard(this.#index, this)) return CopyStep.busy;
    return this.#isDone ? CopyStep.done : CopyStep.more;
  }

  /** Ends a copy that will not be completed. Returns false where the shard's lock could not be had in time. */
  abort(): boolean {
    const { words } = this.#cache.shards[this.#index]!.memory;
    return this.#cache.withShard(this.#index, { runLocked: () => words[SHARD_COPYING] = 0 });
  }

  /** The part of {@linkcode step} that needs the lock. */
  runLocked(): void {
    const { memory } = this.#cache.shards[this.#index]!;
    if (this.#bucket < 0) {
      memory.words[SHARD_COPYING] = 1;
      this.beginPosition = this.#cache.region.log?.tail ?? 0;
      this.version = sequenceOf(memory);
      this.#bucket = 0;
    }
    const into = this.#into;
    const total = bucketTotal(memory);
    const end = Math.min(total, this.#bucket + MAX_BUCKETS);
    const full = into.used + MAX_WORDS;
    let left = MAX_ITEMS;
    let bucket = this.#bucket;
    freshenLocked(memory, bucket, end);
    const restFrom = this.#restFrom;
    this.#restFrom = 0;
    for (; bucket < end && left > 0 && into.used < full; bucket++) {
      const address = memory.words[bucketWord(memory, bucket)]! & ADDRESS_MASK;
      if (address === 0 || isExpired(memory, address)) continue;
      // The log has what has changed since, but of an item with slots only the changes.
      if (versionOf(memory, address) > this.version && !isIndirect(memory, address)) continue;
      const from = bucket === this.#bucket ? restFrom : 0;
      this.#restFrom = this.#copyLocked(memory, address, from);
      if (this.#restFrom !== 0) break;
      left--;
    }
    this.items += MAX_ITEMS - left;
    this.#bucket = bucket;
    if (bucket < total) return;
    recordPolicy(into, memory);
    recordMark(into, memory, this.version);
    memory.words[SHARD_COPYING] = 0;
    this.#isDone = true;
  }

  /** Copies an item, or the next part of it, from byte `from` on. Returns where the rest begins, or 0. */
  #copyLocked(memory: ShardMemory, address: number, from: number): number {
    const hash = hashOfItem(memory, address);
    const kind = kindOf(memory, address);
    const isRest = from !== 0 && hash === this.#restHash && kind === this.#restKind;
    if (isRest && !hasMembers(typeOf(memory, address))) {
      const version = this.#restVersion;
      return recordRest(this.#into, memory, address, hash, version, from, PART_BYTES);
    }
    const isChanged = versionOf(memory, address) !== this.#restVersion;
    // Elements of a list have no place of their own: it is copied anew where it has changed, in the end all at once.
    const isAgain = isRest && isChanged && typeOf(memory, address) === ItemType.list;
    if (isRest && !isAgain) {
      recordMembers(
        this.#into,
        memory,
        address,
        hash,
        this.#restVersion,
        this.#members,
        PART_BYTES,
      );
      return this.#members.isDone ? 0 : 1;
    }
    this.#tries = isAgain ? this.#tries + 1 : 0;
    this.#restHash = hash;
    this.#restKind = kind;
    this.#restVersion = versionOf(memory, address);
    const part = hasMembers(typeOf(memory, address)) ? PART_OF_MEMBERS : PART_BYTES;
    const most = this.#tries < MAX_TRIES ? part : Infinity;
    return recordItem(this.#into, memory, address, hash, most, this.#members);
  }
}
