// Removes all items of one database from a shard, a few buckets at a time. Where the shard has no others,
// all at once, without a look at them. Who watches is told by the caller, once, at the end.

import * as layout from "./layout.ts";
import { databaseItems, databaseOf } from "./databases.ts";
import { dropLocked } from "./removal.ts";
import type { Shard } from "./shard.ts";
import { bucketTotal, bucketWord } from "./index_growth.ts";
import { freshenLocked } from "./stale_buckets.ts";

const { ADDRESS_MASK, SHARD_ITEMS } = layout;

/** An item whose database is looked up waits for memory. One that is removed does so several times. */
const LOOK_COST = 50;
const REMOVAL_COST = 500;

/** Whether the shard has no items. */
export function isEmptyLocked({ memory }: Shard): boolean {
  return memory.words[SHARD_ITEMS] === 0;
}

/**
 * What it takes to remove the items of stored database `database`, in looks at empty buckets: 1 to 2 ns each.
 * Nothing to speak of, where the shard has no others; else it looks at each item to find its own.
 */
export function flushCostLocked({ memory }: Shard, database: number): number {
  const items = memory.words[SHARD_ITEMS]!;
  const count = databaseItems(memory, database);
  if (count === 0 || count === items) return 0;
  return bucketTotal(memory) + LOOK_COST * items + REMOVAL_COST * count;
}

/**
 * Removes the items of stored database `database` from buckets `from` to `to` (not included), or from all
 * where that is one step. Returns the first bucket that was not looked at.
 */
export function flushBucketsLocked(
  shard: Shard,
  database: number,
  from: number,
  to: number,
): number {
  const { memory } = shard;
  const { words } = memory;
  const total = bucketTotal(memory);
  const count = databaseItems(memory, database);
  if (count === 0) return total;
  if (count === words[SHARD_ITEMS]) {
    shard.clearLocked();
    return total;
  }
  const end = Math.min(to, total);
  freshenLocked(memory, from, end);
  for (let bucket = from; bucket < end; bucket++) {
    const at = bucketWord(memory, bucket);
    const address = words[at]! & ADDRESS_MASK;
    if (address !== 0 && databaseOf(memory, address) === database) dropLocked(memory, at);
  }
  return databaseItems(memory, database) === 0 ? total : end;
}
