// Makes an empty bucket in full windows without an eviction: an item goes to another of its windows (Pagh and
// Rodler, "Cuckoo hashing", 2001, one step of it). For restoring alone, when a shard has to hold all that it held
// and gets it in another order. Whoever walks over the buckets, as SCAN and copies do, could miss what moves.

import { beginChangeLocked } from "./change_mark.ts";
import { hashOfItem } from "./item_hash.ts";
import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";
import {
  emptyBucketLocked,
  enterBucketLocked,
  leaveBucketLocked,
  secondWindowWord,
  windowWord,
} from "./table.ts";

const { ADDRESS_MASK, EIGHTH_WORD_SHIFT, ITEM_NEWER, ITEM_STRAY, WINDOW_BUCKETS } = layout;

/** Word of a bucket of the two full windows of `hash` whose item now is in another window; 0 if none can go. */
export function relocateLocked(memory: ShardMemory, hash: number): number {
  return relocateFrom(memory, windowWord(memory, hash)) ||
    relocateFrom(memory, secondWindowWord(memory, hash));
}

function relocateFrom(memory: ShardMemory, start: number): number {
  const { words } = memory;
  for (let at = start; at < start + WINDOW_BUCKETS; at++) {
    const address = words[at]! & ADDRESS_MASK;
    if (address === 0) continue;
    const hash = hashOfItem(memory, address);
    const to = emptyBucketLocked(memory, hash);
    if (to === 0) continue;
    beginChangeLocked(memory);
    leaveBucketLocked(memory, at);
    words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! &= ~ITEM_STRAY;
    enterBucketLocked(memory, to, hash, address);
    return at;
  }
  return 0;
}
