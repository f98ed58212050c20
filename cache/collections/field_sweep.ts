// The background sweep with the fields of hashes, whose deadlines pass too. expiry.ts finds items that have
// expired and hashes of which fields have; this opens such a hash and does a step.

import { databaseOf } from "../databases.ts";
import { readKey } from "../item.ts";
import { hashOfItem } from "../item_hash.ts";
import { keyBytesOf } from "../item_header.ts";
import type { Shard } from "../shard.ts";
import { HashView } from "./hash_view.ts";

/** One step of the sweep through a shard: see Shard.sweepLocked(). Returns whether the pass is complete. */
export function sweepLocked(shard: Shard, buckets: number): boolean {
  const isComplete = shard.sweepLocked(buckets);
  const { dueItem } = shard.memory;
  if (dueItem !== 0) sweepFieldsLocked(shard, dueItem);
  return isComplete;
}

/** Removes expired fields of the hash at `address`, or looks for them in a part of it where it is large. */
function sweepFieldsLocked(shard: Shard, address: number): void {
  const { memory } = shard;
  const key = new Uint8Array(keyBytesOf(memory, address));
  readKey(memory, address, key, 0);
  const hash = hashOfItem(memory, address);
  new HashView().sweep(shard, databaseOf(memory, address), hash, key, 0, key.length);
}
