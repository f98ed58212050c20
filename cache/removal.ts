// Removes an item from its shard, whatever the reason: bucket, ring, pieces and counts, all in one
// place. Also keeps the shard's version sequence, which gives each change its version.

import { addCounter } from "./counters.ts";
import { countDeadlineLocked, countItemLocked, databaseOf } from "./databases.ts";
import * as layout from "./layout.ts";
import { freeChainLocked } from "./chain.ts";
import { ChangeKind, hasWatchers, publishChange } from "./event_ring.ts";
import { deadlineOf, keyBytesOf, readKey } from "./item.ts";
import { leaveRingLocked, ringEighthsWord, ringOf } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ADDRESS_MASK,
  ITEM_HASH,
  EIGHTH_WORD_SHIFT,
  SHARD_EVICTIONS,
  SHARD_EXPIRATIONS,
  SHARD_VERSION_HIGH,
  SHARD_VERSION_LOW,
} = layout;

/** Raises the shard's version sequence by one. The new version is then in its two words. */
export function advanceVersionLocked(memory: ShardMemory): void {
  const low = (memory.words[SHARD_VERSION_LOW]! + 1) | 0;
  memory.words[SHARD_VERSION_LOW] = low;
  if (low === 0) memory.words[SHARD_VERSION_HIGH]!++;
}

/** If anybody watches, copies an item's key to `region.eventKey`. Returns its length, or 0. */
export function readEventKeyLocked(memory: ShardMemory, address: number): number {
  if (!hasWatchers(memory.region)) return 0;
  readKey(memory, address, memory.region.eventKey, 0);
  return keyBytesOf(memory, address);
}

/** Removes the item in the bucket at word `bucket`, and publishes the change with its reason. */
export function removeLocked(memory: ShardMemory, bucket: number, why: ChangeKind): void {
  const words = memory.words;
  const address = words[bucket]! & ADDRESS_MASK;
  const hash = words[(address << EIGHTH_WORD_SHIFT) + ITEM_HASH]!;
  const database = databaseOf(memory, address);
  const keyBytes = readEventKeyLocked(memory, address);
  dropLocked(memory, bucket);
  if (why === ChangeKind.evicted) addCounter(words, SHARD_EVICTIONS, 1);
  else if (why === ChangeKind.expired) addCounter(words, SHARD_EXPIRATIONS, 1);
  publishChange(memory.region, hash, why, memory.region.eventKey, 0, keyBytes, database);
}

/** Removes the item in the bucket at word `bucket`, and tells nobody. */
export function dropLocked(memory: ShardMemory, bucket: number): void {
  const words = memory.words;
  const address = words[bucket]! & ADDRESS_MASK;
  const database = databaseOf(memory, address);
  const deadlineMs = deadlineOf(memory, address);
  words[bucket] = 0;
  if (deadlineMs !== 0) countDeadlineLocked(memory, database, deadlineMs, 0);
  countItemLocked(memory, database, -1);
  const ring = ringOf(memory, address);
  leaveRingLocked(memory, address);
  words[ringEighthsWord(ring)]! -= freeChainLocked(memory, address);
  advanceVersionLocked(memory);
}
