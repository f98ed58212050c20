// Reads of keys that many threads ask for at once, without the lock of their shard: else they would wait for
// each other. What was copied counts only if nothing was changed meanwhile; change_mark.ts says why that is
// certain. All else takes the lock: items of several pieces, those that have expired, and those whose
// reference count is not at its highest, since it has to be raised.

import { addCounter } from "./counters.ts";
import { deadlineOf, headerBytes, keyBytesOf, valueBytesOf } from "./item_header.ts";
import { copyBytes } from "./copy.ts";
import { kindOf } from "./item_types.ts";
import * as layout from "./layout.ts";
import type { Region } from "./region.ts";
import * as regionLayout from "./region_layout.ts";
import type { Shard } from "./shard.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { pieceEighths } from "./slab.ts";
import { secondWindowWord, windowWord } from "./table.ts";

const {
  ADDRESS_MASK,
  COUNT_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  ITEM_CHAINED,
  ITEM_NEWER,
  SHARD_CHANGES,
  SHARD_LOCK,
  SHARD_READERS,
  SHARD_STALE,
  SLOT_BYTES,
  SLOT_EIGHTHS,
  SLOT_MASK,
  TAG_HASH_SHIFT,
  TAG_MASK,
  TAG_SHIFT,
  WINDOW_BUCKETS,
} = layout;
const { ACTOR_READS } = regionLayout;

/** Keys that may be hot at a time, a power of two. */
const PLACES = 64;
const PLACE_MASK = PLACES - 1;
/** A key is hot after its lock was found taken so often, and until so many reads of it were in vain. */
const HOT_AT = 8;
const MAX_HEAT = 32;

/** {@linkcode HotReads.read} could not: the caller takes the lock. */
export const NOT_READ: number = -1;

/** The hot keys of one thread, and its way of reading them. */
export class HotReads {
  /** The value that was read last, from its first byte on. */
  readonly value: Uint8Array = new Uint8Array(SLOT_BYTES);
  readonly #region: Region;
  readonly #shards: readonly Shard[];
  readonly #actor: number;
  readonly #readsWord: number;
  readonly #hitsWord: number;
  readonly #now: () => number;
  /** By the low bits of the hash: a hash whose lock was found taken. */
  readonly #hashes = new Int32Array(PLACES);
  readonly #heat = new Int32Array(PLACES);
  /** The same hash where that is hot, else 0. */
  readonly #hot = new Int32Array(PLACES);
  #isKnown = false;

  /** Reads in `shards` as `actor`; `now` gives milliseconds since 1970. */
  constructor(region: Region, shards: readonly Shard[], actor: number, now: () => number) {
    this.#region = region;
    this.#shards = shards;
    this.#actor = actor;
    this.#readsWord = region.actorWord(actor) + ACTOR_READS;
    this.#hitsWord = region.counterWord(actor, "hits");
    this.#now = now;
  }

  /** Whether {@linkcode read} is worth trying for a key with this hash. */
  isHot(hash: number): boolean {
    return this.#hot[hash & PLACE_MASK] === hash && hash !== 0;
  }

  /** The lock of a key's shard was found taken. */
  noteTaken(hash: number): void {
    const place = hash & PLACE_MASK;
    const heat = this.#heat[place]!;
    if (this.#hashes[place] === hash) {
      if (heat < MAX_HEAT) this.#heat[place] = heat + 1;
      if (heat + 1 >= HOT_AT) this.#hot[place] = hash;
    } else if (heat > 0) this.#cool(place, 1);
    else {
      this.#hashes[place] = hash;
      this.#heat[place] = 1;
    }
  }

  #cool(place: number, by: number): void {
    const heat = this.#heat[place]! - by;
    this.#heat[place] = Math.max(0, heat);
    if (heat <= 0) this.#hot[place] = 0;
  }

  /** Whether all who change anything know that this thread reads so. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Lets them know. The caller holds the locks of all shards. */
  runLocked(): void {
    for (const { memory: { words } } of this.#shards) {
      words[SHARD_READERS] = Math.max(words[SHARD_READERS]!, this.#actor + 1);
    }
    this.#isKnown = true;
  }

  /**
   * Copies the value of a hot key into {@linkcode value}. Returns its length, or NOT_READ where that cannot
   * be done without the lock. Who uses the value counts the hit.
   */
  read(shard: Shard, hash: number, key: Uint8Array, start: number, length: number): number {
    const { memory } = shard;
    const { words } = memory;
    const changes = Atomics.load(words, SHARD_CHANGES);
    const place = hash & PLACE_MASK;
    if (Atomics.load(words, SHARD_LOCK) !== 0 || words[SHARD_STALE] !== 0) {
      this.#cool(place, 1);
      return NOT_READ;
    }
    const address = addressWithoutLock(memory, hash, key, start, length);
    const copied = address === 0 ? NOT_READ : this.#copy(memory, address);
    // What comes before this has happened before whatever is changed by who sees this.
    Atomics.add(this.#region.words, this.#readsWord, 1);
    if (copied === NOT_READ || Atomics.load(words, SHARD_CHANGES) !== changes) {
      this.#cool(place, address === 0 ? MAX_HEAT : 1);
      return NOT_READ;
    }
    this.#heat[place] = MAX_HEAT;
    return copied;
  }

  /** Counts a hit. */
  countHit(): void {
    addCounter(this.#region.words, this.#hitsWord, 1);
  }

  /** Copies the value of an item of one piece that may be anything by now. Reads nothing outside its slot. */
  #copy(memory: ShardMemory, address: number): number {
    const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
    if ((first & COUNT_MASK) !== COUNT_MASK) return NOT_READ;
    const deadlineMs = deadlineOf(memory, address);
    if (deadlineMs !== 0 && deadlineMs <= this.#now()) return NOT_READ;
    // A packed string is of kind 0. All others are read under the lock.
    if (kindOf(memory, address) !== 0) return NOT_READ;
    const before = headerBytes(first) + keyBytesOf(memory, address);
    const valueBytes = valueBytesOf(memory, address);
    if (before + valueBytes > pieceBytes(first, address)) return NOT_READ;
    copyBytes(memory.bytes, (address << EIGHTH_BYTE_SHIFT) + before, this.value, 0, valueBytes);
    return valueBytes;
  }
}

/** Bytes of the first piece of an item of one piece; 0 for anything else. */
function pieceBytes(first: number, address: number): number {
  const eighths = pieceEighths(first);
  if ((first & ITEM_CHAINED) !== 0 || (address & SLOT_MASK) + eighths > SLOT_EIGHTHS) return 0;
  return eighths << EIGHTH_BYTE_SHIFT;
}

/** Address of the item of one piece with this key, or 0. All that it reads may change meanwhile. */
function addressWithoutLock(
  memory: ShardMemory,
  hash: number,
  key: Uint8Array,
  start: number,
  length: number,
): number {
  return inWindow(memory, windowWord(memory, hash), hash, key, start, length) ||
    inWindow(memory, secondWindowWord(memory, hash), hash, key, start, length);
}

function inWindow(
  memory: ShardMemory,
  window: number,
  hash: number,
  key: Uint8Array,
  start: number,
  length: number,
): number {
  const { words, geometry } = memory;
  const tag = (hash >>> TAG_HASH_SHIFT) & TAG_MASK;
  for (let at = window; at < window + WINDOW_BUCKETS; at++) {
    const bucket = words[at]!;
    if (((bucket >>> TAG_SHIFT) & TAG_MASK) !== tag) continue;
    const address = bucket & ADDRESS_MASK;
    if (address < geometry.slabAddress || address >= geometry.endAddress) continue;
    if (hasKey(memory, address, key, start, length)) return address;
  }
  return 0;
}

function hasKey(
  memory: ShardMemory,
  address: number,
  key: Uint8Array,
  start: number,
  length: number,
): boolean {
  if (keyBytesOf(memory, address) !== length) return false;
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const header = headerBytes(first);
  if (header + length > pieceBytes(first, address)) return false;
  const at = (address << EIGHTH_BYTE_SHIFT) + header;
  for (let i = 0; i < length; i++) {
    if (memory.bytes[at + i] !== key[start + i]) return false;
  }
  return true;
}
