// Whether watched keys are as they were: by their versions, by the count of new keys where they were absent, and by
// how often databases were exchanged. Knows neither clients nor commands.

import {
  type Cache,
  insertsLocked,
  isAsSwappedLocked,
  storedDatabase,
  swapCount,
  swapCountOf,
} from "../../../cache/mod.ts";
import type { Transaction, WatchedKey } from "../../contract/transaction.ts";

/** The version of a key, or 0 where it is absent; its shard is locked. */
export function versionOf(cache: Cache, hash: number, key: Uint8Array): number {
  const shard = cache.shardOf(hash);
  const address = shard.peekLocked(hash, key, 0, key.length);
  return address === 0 ? 0 : shard.versionLocked(address);
}

/** The hash of a watched key: another one than it was when its database was exchanged meanwhile. */
export function hashNow(cache: Cache, { key, database }: WatchedKey): number {
  return cache.hash(key, 0, key.length, storedDatabase(cache.region, database));
}

/** Whether a watched key is no longer as it was; for one that was absent, whether that is uncertain. */
export function hasChanged(cache: Cache, transaction: Transaction): boolean {
  for (const watched of transaction.watched()) {
    const { hash, key, version, inserts } = watched;
    if (wasExchanged(cache, watched)) return true;
    if (version === 0) {
      if (insertsLocked(cache.shardOf(hash).memory, hash) !== inserts) return true;
    } else if (versionOf(cache, hash, key) !== version) return true;
  }
  return false;
}

/**
 * Whether a watched key was there, before or behind, when its database was exchanged; or that is not
 * known, after further changes in its new shard.
 */
function wasExchanged(cache: Cache, watched: WatchedKey): boolean {
  const { database, swaps, allSwaps } = watched;
  if (swapCountOf(cache.region, database) === swaps) return false;
  const hash = hashNow(cache, watched);
  return swapCount(cache.region) !== ((allSwaps + 1) | 0) || watched.version !== 0 ||
    versionOf(cache, hash, watched.key) !== 0 ||
    !isAsSwappedLocked(cache.shardOf(hash).memory);
}
