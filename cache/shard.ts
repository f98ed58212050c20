// A shard: a complete small cache. This file alone composes index, slab, items, rings and expiry into
// get, put and delete. All its operations expect the shard's lock to be held.

import * as layout from "./layout.ts";
import { ChainEnd } from "./chain.ts";
import { ringForNewLocked } from "./clock.ts";
import { beginChangeLocked } from "./change_mark.ts";
import { emptyShardLocked, repairShardLocked } from "./clearing.ts";
import { addCounter } from "./counters.ts";
import * as databaseLayout from "./database_layout.ts";
import { countItemLocked } from "./databases.ts";
import { ChangeKind, hasWatchers, publishChange } from "./event_ring.ts";
import { storedDeadline, sweepExpiredLocked } from "./expiry.ts";
import { buryContentsLocked, shrinkGravesLocked } from "./graves.ts";
import { LONG_BYTES, readKey, writePayload } from "./item.ts";
import { publishPut } from "./key_changes.ts";
import { noteMiss } from "./key_event_notes.ts";
import {
  chainEighths,
  clientFlagsOf,
  deadlineOf,
  headerBytes,
  setMemberDeadlines,
  setPlaces,
  setValueBytes,
  versionOf,
  writeMarks,
} from "./item_header.ts";

import { changeDeadlineLocked, moveDeadlineLocked, noteFieldsLocked } from "./item_deadline.ts";
import { isIndirect, type ItemType, typeOf } from "./item_types.ts";
import { recordPut } from "./log/record.ts";
import { isExpired } from "./member_deadlines.ts";
import { Condition, KEEP_DEADLINE, Outcome } from "./outcome.ts";
import type { PutRequest } from "./put_request.ts";
import type { Region } from "./region.ts";
import { removeLocked, stampNextLocked } from "./removal.ts";
import { enterRingLocked, resizeInRingLocked, touchLocked } from "./ring.ts";
import {
  buildChainLocked,
  fitsAsItIs,
  freeUpLocked,
  idealEighths,
  reshapeChainLocked,
} from "./allocation.ts";
import { ShardMemory } from "./shard_memory.ts";
import { freshenWindowsLocked } from "./stale_buckets.ts";
import { countInsertLocked } from "./stripes.ts";
import { emptyBucketLocked, enterBucketLocked, findLocked } from "./table.ts";
import { readString, readStringPart, stringBytes } from "./values.ts";
import { makeBucketLocked } from "./window.ts";

const {
  ADDRESS_MASK,
  ITEM_HAS_DEADLINE,
  ITEM_HAS_FLAGS,
  ITEM_HEADER_BYTES,
  ITEM_OLDER,
  ITEM_SIZES,
  KEY_BYTES_SHIFT,
  KIND_INDIRECT,
  KIND_SHIFT,
  MAX_HEADER_BYTES,
  MAX_KEY_BYTES,
  EIGHTH_WORD_SHIFT,
  SHARD_READERS,
  SHARD_STALE,
} = layout;
const { DATABASE_SHIFT } = databaseLayout;

/** One shard as one thread sees it. */
export class Shard {
  /** Which shard of the region this is. */
  readonly index: number;
  /** The shard's views, for code that walks over whole shards. */
  readonly memory: ShardMemory;
  readonly #end = new ChainEnd();
  readonly #regionWords: Int32Array;
  readonly #hitsWord: number;
  readonly #missesWord: number;
  readonly #putsWord: number;
  readonly #deletesWord: number;

  /** `actor` owns the counters that this object counts in; `now` gives milliseconds since 1970. */
  constructor(region: Region, index: number, actor: number, now: () => number) {
    this.index = index;
    this.memory = new ShardMemory(region, index, now);
    this.#regionWords = region.words;
    this.#hitsWord = region.counterWord(actor, "hits");
    this.#missesWord = region.counterWord(actor, "misses");
    this.#putsWord = region.counterWord(actor, "puts");
    this.#deletesWord = region.counterWord(actor, "deletes");
  }

  /** Word of the bucket of the live item with this key, or 0. Removes the item if it has expired. */
  #findLive(hash: number, key: Uint8Array, start: number, length: number): number {
    const memory = this.memory;
    if (memory.words[SHARD_STALE] !== 0) freshenWindowsLocked(memory, hash);
    const bucket = findLocked(memory, hash, key, start, length);
    if (bucket === 0 || !isExpired(memory, memory.words[bucket]! & ADDRESS_MASK)) return bucket;
    removeLocked(memory, bucket, ChangeKind.expired);
    return 0;
  }

  /** Finds a key and counts the hit or miss. Returns the item's address, or 0. */
  getLocked(hash: number, key: Uint8Array, start: number, length: number): number {
    const bucket = this.#findLive(hash, key, start, length);
    if (bucket === 0) {
      this.memory.lastRead = ~hash;
      addCounter(this.#regionWords, this.#missesWord, 1);
      noteMiss(this.memory.region, key, start, length);
      return 0;
    }
    const address = this.memory.words[bucket]! & ADDRESS_MASK;
    this.memory.lastRead = hash;
    touchLocked(this.memory, address);
    addCounter(this.#regionWords, this.#hitsWord, 1);
    return address;
  }

  /** Finds a key without counting or touching anything. Returns the item's address, or 0. */
  peekLocked(hash: number, key: Uint8Array, start: number, length: number): number {
    const bucket = this.#findLive(hash, key, start, length);
    return bucket === 0 ? 0 : this.memory.words[bucket]! & ADDRESS_MASK;
  }

  /** Bytes of the value of the item at `address`. */
  valueBytesLocked(address: number): number {
    return stringBytes(this.memory, address);
  }

  /** What the value of the item at `address` is. */
  typeLocked(address: number): ItemType {
    return typeOf(this.memory, address);
  }

  /** Copies the value of the item at `address` to `to`, from `at`. */
  readValueLocked(address: number, to: Uint8Array, at: number): void {
    readString(this.memory, address, to, at);
  }

  /** Copies `length` bytes of the value, from its byte `from` on. The value must have so many. */
  readValuePartLocked(
    address: number,
    from: number,
    length: number,
    to: Uint8Array,
    at: number,
  ): void {
    readStringPart(this.memory, address, from, length, to, at);
  }

  /** Copies the key of the item at `address` to `to`, from `at`. */
  readKeyLocked(address: number, to: Uint8Array, at: number): void {
    readKey(this.memory, address, to, at);
  }

  /** Version of the item at `address`: the shard's version sequence when it was written. */
  versionLocked(address: number): number {
    return versionOf(this.memory, address);
  }

  /** Deadline of the item at `address` in milliseconds since 1970, or 0. */
  deadlineLocked(address: number): number {
    return deadlineOf(this.memory, address);
  }

  /** Whether an item with such a key and value could be stored at all. */
  fits(keyBytes: number, valueBytes: number): boolean {
    return keyBytes <= MAX_KEY_BYTES &&
      MAX_HEADER_BYTES + keyBytes + valueBytes <= this.memory.maxItemBytes;
  }

  /**
   * Stores a value under a key, and evicts where space is needed. Returns Outcome.stored,
   * .conditionNotMet or .tooLarge. Only the first has stored anything.
   */
  putLocked(put: PutRequest): Outcome {
    const { database, hash, key, keyStart, keyBytes, valueBytes, condition, deadlineMs } = put;
    if (!this.fits(keyBytes, valueBytes)) return Outcome.tooLarge;
    const memory = this.memory;
    const words = memory.words;
    if (valueBytes > LONG_BYTES) memory.region.beginLong();
    const bucket = this.#findLive(hash, key, keyStart, keyBytes);
    let address = bucket === 0 ? 0 : words[bucket]! & ADDRESS_MASK;
    if (condition !== Condition.none && !this.#holds(condition, put.version, address)) {
      return Outcome.conditionNotMet;
    }
    if (words[SHARD_READERS] !== 0) beginChangeLocked(memory);
    memory.beginOperation();
    const oldDeadlineMs = address === 0 ? 0 : deadlineOf(memory, address);
    const newDeadlineMs = deadlineMs === KEEP_DEADLINE ? oldDeadlineMs : storedDeadline(deadlineMs);
    const flags = put.keepsFlags && address !== 0
      ? clientFlagsOf(memory, address)
      : put.clientFlags;
    const places = (newDeadlineMs === 0 ? 0 : ITEM_HAS_DEADLINE) |
      (flags === 0 ? 0 : ITEM_HAS_FLAGS);
    const bytes = headerBytes(places) + keyBytes + valueBytes;
    if (address === 0) {
      address = this.#insertLocked(hash, bytes, places);
      const at = address << EIGHTH_WORD_SHIFT;
      words[at + ITEM_OLDER]! |= keyBytes << KEY_BYTES_SHIFT;
      words[at + ITEM_SIZES] = valueBytes | (database << DATABASE_SHIFT) | (put.kind << KIND_SHIFT);
      if (put.kind !== 0) setMemberDeadlines(memory, address, put.kind);
      countItemLocked(memory, database, 1);
    } else {
      if (isIndirect(memory, address) && !put.keepsSlots) buryContentsLocked(memory, address);
      setPlaces(memory, address, places);
      if (!fitsAsItIs(memory, address, bytes)) address = this.#reshapeLocked(address, hash, bytes);
      setValueBytes(memory, address, valueBytes, put.kind);
      touchLocked(memory, address);
    }
    stampNextLocked(memory, address, newDeadlineMs);
    if ((flags | put.state) !== 0) writeMarks(memory, address, flags, put.state);
    writePayload(memory, address, key, keyStart, keyBytes, put.value, put.valueStart, valueBytes);
    if (newDeadlineMs !== oldDeadlineMs) {
      moveDeadlineLocked(memory, database, oldDeadlineMs, newDeadlineMs);
    }
    if (put.kind !== 0) noteFieldsLocked(memory, put);
    addCounter(this.#regionWords, this.#putsWord, 1);
    const { log } = memory.region;
    // Of what lies in slots who has made it writes it down.
    if (log !== null && (put.kind & KIND_INDIRECT) === 0) {
      recordPut(log.buffer, memory, address, put);
    }
    if (hasWatchers(memory.region)) publishPut(memory.region, put, bucket === 0);
    return Outcome.stored;
  }

  /** Gives an item space for a new value of another size. Returns its address, which may be new. */
  #reshapeLocked(address: number, hash: number, bytes: number): number {
    const grown = reshapeChainLocked(this.memory, address, hash, bytes, this.#end);
    if (grown !== 0) resizeInRingLocked(this.memory, this.#end.item, grown);
    return this.#end.item;
  }

  #holds(condition: Condition, version: number, address: number): boolean {
    if (condition === Condition.absent) return address === 0;
    if (condition === Condition.present) return address !== 0;
    return version === (address === 0 ? 0 : versionOf(this.memory, address));
  }

  /** Makes a new item with space for `bytes` bytes, in ring and bucket. Returns its address. */
  #insertLocked(hash: number, bytes: number, flags: number): number {
    const memory = this.memory;
    const ring = ringForNewLocked(memory, hash, bytes - ITEM_HEADER_BYTES);
    const bucket = emptyBucketLocked(memory, hash) || makeBucketLocked(memory, hash);
    freeUpLocked(memory, idealEighths(bytes));
    const address = buildChainLocked(memory, bytes, flags);
    memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER] = 0;
    enterRingLocked(memory, address, ring, chainEighths(memory, address));
    enterBucketLocked(memory, bucket, hash, address);
    countInsertLocked(memory, hash);
    return address;
  }

  /** Gives the item at `address` another deadline, 0 for none. A change of the item, but perhaps not of its version. */
  setDeadlineLocked(address: number, newMs: number, keepsVersion = false): void {
    changeDeadlineLocked(this.memory, address, newMs, keepsVersion);
  }

  /**
   * The value of the item at `address`, stored under the key of `put`, was changed where it lies: gives it a new
   * version. Counts and publishes that, unless `isQuiet`.
   */
  changedLocked(address: number, put: PutRequest, isQuiet: boolean): void {
    const memory = this.memory;
    touchLocked(memory, address);
    stampNextLocked(memory, address, deadlineOf(memory, address));
    if (isQuiet) return;
    addCounter(this.#regionWords, this.#putsWord, 1);
    const { hash, key, keyStart, keyBytes, database } = put;
    publishChange(memory.region, hash, ChangeKind.put, key, keyStart, keyBytes, database);
  }

  /** Deletes a key. Returns whether it was there. `hint` is a KeyEventHint. */
  deleteLocked(hash: number, key: Uint8Array, start: number, length: number, hint = 0): boolean {
    const bucket = this.#findLive(hash, key, start, length);
    if (bucket === 0) return false;
    removeLocked(this.memory, bucket, ChangeKind.deleted | hint);
    addCounter(this.#regionWords, this.#deletesWord, 1);
    return true;
  }

  /** One step of the background sweep; see expiry.ts. Returns whether the pass is complete. */
  sweepLocked(buckets: number): boolean {
    return sweepExpiredLocked(this.memory, buckets) && !shrinkGravesLocked(this.memory);
  }

  /** Empties a shard that may be half changed. Keys may have come and gone in it uncounted. */
  repairLocked(): void {
    repairShardLocked(this.memory);
  }

  /** Empties the shard; see clearing.ts. */
  clearLocked(): void {
    emptyShardLocked(this.memory);
  }
}
