// Databases: which one an item is in, how its hash follows from that, how many items each has, and which
// stored database clients mean by a number. An exchange of two databases only changes that table. It is
// made under the locks of all shards, so whoever holds one lock sees a table that does not change.

import * as databaseLayout from "./database_layout.ts";
import * as layout from "./layout.ts";
import { recordSwap } from "./log/record_shards.ts";
import { publishOverflow } from "./event_ring.ts";
import type { Region } from "./region.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  ITEM_SIZES,
  EIGHTH_WORD_SHIFT,
  SHARD_DEADLINE_ITEMS,
  SHARD_ITEMS,
  SHARD_VERSION_HIGH,
  SHARD_VERSION_LOW,
  WORD_RANGE,
} = layout;
const {
  DATABASE_MASK,
  DATABASE_SHIFT,
  REGION_DATABASE_SWAPS,
  REGION_DATABASES,
  REGION_SWAPS,
  SHARD_DATABASE_DEADLINE_ITEMS,
  SHARD_DATABASE_ITEMS,
  SHARD_DATABASE_SUM_FLOATS,
  SHARD_SWAP_HIGH,
  SHARD_SWAP_LOW,
  SUM_FLOATS,
} = databaseLayout;

/** The stored database of the item at `address`. */
export function databaseOf(memory: ShardMemory, address: number): number {
  const word = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_SIZES]!;
  return (word >>> DATABASE_SHIFT) & DATABASE_MASK;
}

/** Counts an item that has come (`by` is 1) or gone (-1). */
export function countItemLocked(memory: ShardMemory, database: number, by: number): void {
  const words = memory.words;
  words[SHARD_ITEMS]! += by;
  words[SHARD_DATABASE_ITEMS + database]! += by;
}

/** The high word of a deadline. */
function highOf(deadlineMs: number): number {
  return Math.floor(deadlineMs * (1 / WORD_RANGE));
}

/** Counts that an item's deadline is `newMs` now and was `oldMs`; 0 for none. */
export function countDeadlineLocked(
  memory: ShardMemory,
  database: number,
  oldMs: number,
  newMs: number,
): void {
  const { words, floats } = memory;
  const by = (newMs === 0 ? 0 : 1) - (oldMs === 0 ? 0 : 1);
  if (by !== 0) {
    words[SHARD_DEADLINE_ITEMS]! += by;
    words[SHARD_DATABASE_DEADLINE_ITEMS + database]! += by;
  }
  const at = SHARD_DATABASE_SUM_FLOATS + SUM_FLOATS * database;
  const high = highOf(newMs) - highOf(oldMs);
  floats[at]! += newMs - oldMs - high * WORD_RANGE;
  floats[at + 1]! += high;
}

/** What one database holds. */
export interface DatabaseStats {
  /** Its items. */
  items: number;
  /** Those of them that have a deadline. */
  itemsWithDeadline: number;
  /** The sum of their deadlines, in milliseconds since 1970. */
  deadlineSumMs: number;
}

/** Adds to `stats` what the shard holds of stored database `database`. */
export function addDatabaseLocked(
  { words, floats }: ShardMemory,
  database: number,
  stats: DatabaseStats,
): void {
  const at = SHARD_DATABASE_SUM_FLOATS + SUM_FLOATS * database;
  stats.items += words[SHARD_DATABASE_ITEMS + database]!;
  stats.itemsWithDeadline += words[SHARD_DATABASE_DEADLINE_ITEMS + database]!;
  stats.deadlineSumMs += floats[at]! + floats[at + 1]! * WORD_RANGE;
}

/** How many items the shard holds of stored database `database`. Exact also without the lock. */
export function databaseItems({ words }: ShardMemory, database: number): number {
  return Atomics.load(words, SHARD_DATABASE_ITEMS + database);
}

/**
 * How often any databases were exchanged. Who has looked up several stored databases compares this under a
 * shard's lock with what it was before. Where it differs, those may be others now.
 */
export function swapCount({ words }: Region): number {
  return Atomics.load(words, REGION_SWAPS);
}

/**
 * The stored database that clients call `number` now. Under a shard's lock it stays so; who has asked before
 * asks again there.
 */
export function storedDatabase({ words }: Region, number: number): number {
  return words[REGION_DATABASES + number]!;
}

/** How often the database that clients call `number` was exchanged for another one. */
export function swapCountOf({ words }: Region, number: number): number {
  return words[REGION_DATABASE_SWAPS + number]!;
}

/** The shards of a region, as a cache has them. */
export interface AllShards {
  /** The region. */
  readonly region: Region;
  /** Its shards. */
  readonly shards: readonly { readonly memory: ShardMemory }[];
}

/**
 * Exchanges what clients call `a` and `b`, and tells who watches that anything may have changed. The
 * caller holds the locks of all shards.
 */
export function swapDatabasesLocked({ region, shards }: AllShards, a: number, b: number): void {
  if (a === b) return;
  const { words } = region;
  const stored = words[REGION_DATABASES + a]!;
  words[REGION_DATABASES + a] = words[REGION_DATABASES + b]!;
  words[REGION_DATABASES + b] = stored;
  words[REGION_DATABASE_SWAPS + a]!++;
  words[REGION_DATABASE_SWAPS + b]!++;
  for (const { memory } of shards) {
    memory.words[SHARD_SWAP_LOW] = memory.words[SHARD_VERSION_LOW]!;
    memory.words[SHARD_SWAP_HIGH] = memory.words[SHARD_VERSION_HIGH]!;
  }
  Atomics.add(words, REGION_SWAPS, 1);
  if (region.log !== null) recordSwap(region.log.buffer, words);
  publishOverflow(region);
}

/** Whether nothing in the shard has changed since any databases were last exchanged. */
export function isAsSwappedLocked({ words }: ShardMemory): boolean {
  return words[SHARD_SWAP_LOW] === words[SHARD_VERSION_LOW] &&
    words[SHARD_SWAP_HIGH] === words[SHARD_VERSION_HIGH];
}
