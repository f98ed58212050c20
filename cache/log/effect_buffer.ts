// Effects of one thread, one after the other, before they go to the log ring or to a snapshot. Writes them;
// effect_cursor.ts reads them. Word 0 is left free for what a record begins with.

import { ChangeKind } from "../event_ring.ts";
import { copyBytes, readKey, readValue } from "../item.ts";
import { deadlineOf, keyBytesOf, valueBytesOf, versionOf } from "../item_header.ts";
import { databaseOf } from "../databases.ts";
import { DATABASE_COUNT, REGION_DATABASES } from "../database_layout.ts";
import { hashOfItem } from "../item_hash.ts";
import * as shardLayout from "../layout.ts";
import type { PutRequest } from "../put_request.ts";
import { sequenceOf } from "../removal.ts";
import { hitCountLocked, ringOf } from "../ring.ts";
import type { ShardMemory } from "../shard_memory.ts";
import * as layout from "./effect_layout.ts";

const {
  DEADLINE_HIGH_SHIFT,
  EIGHTH_WORD_SHIFT,
  ITEM_HIGHS,
  ITEM_VERSION_LOW,
  SHARD_COPYING,
  SHARD_GHOST_AGE,
  SHARD_GHOST_COUNT,
  SHARD_GHOST_SHIFT,
  SHARD_PROBATION,
  VERSION_HIGH_MASK,
  WORD_RANGE,
} = shardLayout;
const {
  CLEAR_WORDS,
  EFFECT_SHARD,
  EFFECT_SHARD_COUNT,
  MARK_WORDS,
  POLICY_GHOST_WORDS,
  POLICY_GHOSTS,
  POLICY_PROBATION,
  POLICY_WORDS,
  SHARD_EFFECT_VERSION,
  SWAP_TABLE,
  SWAP_WORDS,
  EFFECT_COUNT_SHIFT,
  EFFECT_DATABASE_SHIFT,
  EFFECT_HASH,
  EFFECT_KEY_SHIFT,
  EFFECT_RING_SHIFT,
  EFFECT_VERSION,
  EffectKind,
  EXPIRE_DEADLINE,
  EXPIRE_VERSION,
  EXPIRE_WORDS,
  PUT_DEADLINE_LOW,
  PUT_HIGHS,
  PUT_VALUE_BYTES,
  PUT_WORDS,
  REMOVE_WORDS,
  WHY_SHIFT,
} = layout;

/** Words that the buffer has, and shrinks back to. */
const KEPT_WORDS = 16 * 1024;
/** Words for what a record begins with. */
export const BEFORE_WORDS = 1;

/** Why an item goes, in two bits. */
export function whyOf(why: ChangeKind): number {
  return why === ChangeKind.evicted ? 1 : why === ChangeKind.expired ? 2 : 0;
}

/** Effects in a row. */
export class EffectBuffer {
  /** The effects as words. */
  words: Int32Array<ArrayBuffer> = new Int32Array(KEPT_WORDS);
  /** The same memory as bytes. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(this.words.buffer);
  /** Words in use, those before the first effect included. */
  used: number = BEFORE_WORDS;

  /** Whether there are no effects. */
  get isEmpty(): boolean {
    return this.used === BEFORE_WORDS;
  }

  /** The effects as they are now: a view, valid until the next one is added. */
  get effects(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(BEFORE_WORDS * 4, this.used * 4);
  }

  /** Forgets all effects, and gives back the memory of large ones. */
  clear(): void {
    this.used = BEFORE_WORDS;
    if (this.words.length > KEPT_WORDS) this.#resize(KEPT_WORDS);
  }

  #resize(length: number): void {
    const words = new Int32Array(length);
    if (length > this.used) words.set(this.words.subarray(0, this.used));
    this.words = words;
    this.bytes = new Uint8Array(words.buffer);
  }

  /** Makes space for an effect of `words` words. Returns where it begins. */
  add(words: number): number {
    const at = this.used;
    const end = at + words;
    if (end > this.words.length) this.#resize(Math.max(end, Math.min(2 * end, end + (1 << 20))));
    this.used = end;
    return at;
  }

  /** `put` was carried out: the item at `address` has its bytes now. */
  put(memory: ShardMemory, address: number, put: PutRequest): void {
    const { hash, database, key, keyStart, keyBytes, value, valueStart, valueBytes } = put;
    const at = this.#putHead(memory, address, hash, database, keyBytes, valueBytes);
    copyBytes(key, keyStart, this.bytes, at, keyBytes);
    copyBytes(value, valueStart, this.bytes, at + keyBytes, valueBytes);
  }

  /** The whole item at `address`, with its ring and its count. */
  putItem(memory: ShardMemory, address: number, hash: number): void {
    const [keyBytes, valueBytes] = [keyBytesOf(memory, address), valueBytesOf(memory, address)];
    const database = databaseOf(memory, address);
    const at = this.#putHead(memory, address, hash, database, keyBytes, valueBytes);
    readKey(memory, address, this.bytes, at);
    readValue(memory, address, this.bytes, at + keyBytes);
    this.words[at / 4 - PUT_WORDS]! |= (ringOf(memory, address) << EFFECT_RING_SHIFT) |
      (hitCountLocked(memory, address) << EFFECT_COUNT_SHIFT);
  }

  /** Writes a put without key and value. Returns the byte where they begin. */
  #putHead(
    memory: ShardMemory,
    address: number,
    hash: number,
    database: number,
    keyBytes: number,
    valueBytes: number,
  ): number {
    const at = this.add(PUT_WORDS + ((keyBytes + valueBytes + 3) >>> 2));
    const { words } = this;
    const from = address << EIGHTH_WORD_SHIFT;
    const highs = memory.words[from + ITEM_HIGHS]!;
    const deadlineMs = deadlineOf(memory, address);
    const deadlineHigh = Math.floor(deadlineMs / WORD_RANGE);
    words[at] = EffectKind.put | (database << EFFECT_DATABASE_SHIFT) |
      (keyBytes << EFFECT_KEY_SHIFT);
    words[at + EFFECT_HASH] = hash;
    words[at + EFFECT_VERSION] = memory.words[from + ITEM_VERSION_LOW]!;
    words[at + PUT_HIGHS] = (highs & VERSION_HIGH_MASK) | (deadlineHigh << DEADLINE_HIGH_SHIFT);
    words[at + PUT_DEADLINE_LOW] = (deadlineMs - deadlineHigh * WORD_RANGE) | 0;
    // The bytes up to a whole word are not to be those of another item.
    words[this.used - 1] = 0;
    words[at + PUT_VALUE_BYTES] = valueBytes;
    return (at + PUT_WORDS) * 4;
  }

  /** The item at `address` is about to go. */
  remove(memory: ShardMemory, address: number, hash: number, why: ChangeKind): void {
    const at = this.add(REMOVE_WORDS);
    const { words } = this;
    words[at] = EffectKind.remove | (whyOf(why) << WHY_SHIFT);
    words[at + EFFECT_HASH] = hash;
    this.#number(at + EFFECT_VERSION, versionOf(memory, address));
  }

  /** The item at `address`, whose version was `before`, has another deadline now. */
  expire(memory: ShardMemory, address: number, before: number): void {
    const hash = hashOfItem(memory, address);
    // A snapshot leaves out what changes while it is made, and then nothing has the version before.
    if (memory.words[SHARD_COPYING] !== 0) return this.putItem(memory, address, hash);
    const at = this.add(EXPIRE_WORDS);
    this.words[at] = EffectKind.expire;
    this.words[at + EFFECT_HASH] = hash;
    this.#number(at + EFFECT_VERSION, before);
    this.#number(at + EXPIRE_VERSION, versionOf(memory, address));
    this.#number(at + EXPIRE_DEADLINE, deadlineOf(memory, address));
  }

  /** The shard was emptied. */
  clearShard(memory: ShardMemory): void {
    this.#shard(EffectKind.clear, memory, CLEAR_WORDS, sequenceOf(memory));
  }

  /** The shard's version sequence had come to `version`. */
  mark(memory: ShardMemory, version: number): void {
    this.#shard(EffectKind.mark, memory, MARK_WORDS, version);
  }

  /** Writes an effect about a whole shard. */
  #shard(kind: number, memory: ShardMemory, words: number, version: number): void {
    const at = this.#shardHead(kind, memory, words);
    this.#number(at + SHARD_EFFECT_VERSION, version);
  }

  #shardHead(kind: number, { index, region }: ShardMemory, words: number): number {
    const at = this.add(words);
    this.words[at] = kind;
    this.words[at + EFFECT_SHARD] = index;
    this.words[at + EFFECT_SHARD_COUNT] = region.geometry.shardCount;
    return at;
  }

  /** What the shard's eviction goes by now: probation's share, and the ghosts. */
  policy(memory: ShardMemory): void {
    const { ghostCount } = memory.geometry;
    const at = this.#shardHead(EffectKind.policy, memory, POLICY_WORDS + ghostCount);
    const { words } = this;
    words[at + POLICY_PROBATION] = memory.words[SHARD_PROBATION]!;
    words[at + POLICY_GHOSTS] = memory.words[SHARD_GHOST_AGE]!;
    words[at + POLICY_GHOSTS + 1] = memory.words[SHARD_GHOST_COUNT]!;
    words[at + POLICY_GHOSTS + 2] = memory.words[SHARD_GHOST_SHIFT]!;
    words[at + POLICY_GHOST_WORDS] = ghostCount;
    const ghosts = memory.words.subarray(memory.ghostWord, memory.ghostWord + ghostCount);
    words.set(ghosts, at + POLICY_WORDS);
  }

  /** Databases were exchanged: `regionWords` has the table as it is now. */
  swap(regionWords: Int32Array): void {
    const at = this.add(SWAP_WORDS);
    this.words[at] = EffectKind.swap;
    for (let i = 0; i < DATABASE_COUNT; i++) {
      this.words[at + SWAP_TABLE + i] = regionWords[REGION_DATABASES + i]!;
    }
  }

  #number(at: number, value: number): void {
    const high = Math.floor(value / WORD_RANGE);
    this.words[at] = (value - high * WORD_RANGE) | 0;
    this.words[at + 1] = high;
  }
}
