// Removes an item from its shard, whatever the reason: bucket, ring, pieces and counts, all in one
// place. Also keeps the shard's version sequence, which gives each change its version.

import { buryLocked } from "./graves.ts";
import { itemEighths } from "./item_size.ts";
import { beginChangeLocked } from "./change_mark.ts";
import { addCounter } from "./counters.ts";
import { countDeadlineLocked, countItemLocked, databaseOf } from "./databases.ts";
import * as layout from "./layout.ts";
import { recordRemoval } from "./log/record.ts";
import { freeChainLocked } from "./chain.ts";
import { ChangeKind, hasWatchers, publishChange } from "./event_ring.ts";
import { readKey } from "./item.ts";
import { deadlineOf, keyBytesOf, stampItem } from "./item_header.ts";
import { hashOfItem } from "./item_hash.ts";
import { isIndirect } from "./item_types.ts";
import { leaveRingLocked, ringEighthsWord, ringOf } from "./ring.ts";
import { leaveBucketLocked } from "./table.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  SHARD_EVICTIONS,
  SHARD_EXPIRATIONS,
  SHARD_READERS,
  SHARD_VERSION_HIGH,
  SHARD_VERSION_LOW,
  WORD_RANGE,
} = layout;

/** The shard's version sequence: the version of its latest change. */
export function sequenceOf({ words }: ShardMemory): number {
  return words[SHARD_VERSION_HIGH]! * WORD_RANGE + (words[SHARD_VERSION_LOW]! >>> 0);
}

/** Sets the shard's version sequence: a snapshot or a log says how far it had come. */
export function setSequenceLocked({ words }: ShardMemory, version: number): void {
  const high = Math.floor(version / WORD_RANGE);
  words[SHARD_VERSION_HIGH] = high;
  words[SHARD_VERSION_LOW] = (version - high * WORD_RANGE) | 0;
}

/** Raises the shard's version sequence by one. The new version is then in its two words. */
export function advanceVersionLocked(memory: ShardMemory): void {
  const low = (memory.words[SHARD_VERSION_LOW]! + 1) | 0;
  memory.words[SHARD_VERSION_LOW] = low;
  if (low === 0) memory.words[SHARD_VERSION_HIGH]!++;
}

/** Gives the item at `address` the next version and this deadline, for which it has a place, and no state. */
export function stampNextLocked(memory: ShardMemory, address: number, deadlineMs: number): void {
  const { words } = memory;
  advanceVersionLocked(memory);
  stampItem(memory, address, words[SHARD_VERSION_LOW]!, words[SHARD_VERSION_HIGH]!, deadlineMs);
}

/**
 * Publishes that the item at `address` was stored or is about to be removed, if anybody watches. Nobody who
 * begins to watch meanwhile has to hear of it: he cannot have read the key before.
 */
export function publishItemLocked(memory: ShardMemory, address: number, why: number): void {
  const { region } = memory;
  if (!hasWatchers(region)) return;
  const hash = hashOfItem(memory, address);
  readKey(memory, address, region.eventKey, 0);
  const keyBytes = keyBytesOf(memory, address);
  publishChange(region, hash, why, region.eventKey, 0, keyBytes, databaseOf(memory, address));
}

/** Removes the item in the bucket at word `bucket`, and publishes the change with its reason, a ChangeKind or more. */
export function removeLocked(memory: ShardMemory, bucket: number, why: number): void {
  const words = memory.words;
  publishItemLocked(memory, words[bucket]! & ADDRESS_MASK, why);
  dropLocked(memory, bucket, why);
  if (why === ChangeKind.evicted) addCounter(words, SHARD_EVICTIONS, 1);
  else if (why === ChangeKind.expired) addCounter(words, SHARD_EXPIRATIONS, 1);
}

/** Removes the item in the bucket at word `bucket`, and tells nobody who watches. */
export function dropLocked(
  memory: ShardMemory,
  bucket: number,
  why: number = ChangeKind.deleted,
): void {
  const words = memory.words;
  if (words[SHARD_READERS] !== 0) beginChangeLocked(memory);
  const address = words[bucket]! & ADDRESS_MASK;
  const database = databaseOf(memory, address);
  const deadlineMs = deadlineOf(memory, address);
  const { log } = memory.region;
  if (log !== null) recordRemoval(log.buffer, memory, address, why === ChangeKind.evicted);
  leaveBucketLocked(memory, bucket);
  if (deadlineMs !== 0) countDeadlineLocked(memory, database, deadlineMs, 0);
  countItemLocked(memory, database, -1);
  const ring = ringOf(memory, address);
  leaveRingLocked(memory, address);
  if (isIndirect(memory, address)) {
    words[ringEighthsWord(ring)]! -= itemEighths(memory, address);
    buryLocked(memory, address);
  } else words[ringEighthsWord(ring)]! -= freeChainLocked(memory, address);
  advanceVersionLocked(memory);
}
