// What tests read from an item's header: reference count and ring.

import { type Cache, hitCountLocked } from "../../cache/mod.ts";
import { ringOf } from "../../cache/ring.ts";
import { find } from "./fixture.ts";

/** The reference count of a key that is there. */
export function countOf(cache: Cache, key: string): number {
  const { shard, address } = find(cache, key);
  return hitCountLocked(shard.memory, address);
}

/** The ring of a key, or -1 when it is not there. */
export function ringOfKey(cache: Cache, key: string): number {
  const { shard, address } = find(cache, key);
  return address === 0 ? -1 : ringOf(shard.memory, address);
}
