// Whoever changes a shard marks it first, for those who read without its lock (hot_reads.ts). They look at the
// mark before they read and again when they have read: where it has moved, what they have is worth nothing.
//
// Only atomics are ordered in ECMAScript, so both sides do more than that. Who has read counts up a word of
// its own, then looks at the mark. Who changes moves the mark, then looks at the words of all readers. In the
// one order of all atomics either the reader finds the mark moved. Or it counted before the other looked at
// its count: then that has seen the count, so all that was read happened before the change.

import * as layout from "./layout.ts";
import * as regionLayout from "./region_layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const { SHARD_CHANGES, SHARD_READERS } = layout;
const { ACTOR_READS } = regionLayout;

/**
 * Must be called before anything of an item, a bucket or the slab is changed under a lock; reference counts and
 * places in rings do not matter. SHARD_READERS was written under the lock, so it is seen by whoever has it. Callers
 * on the path of every put look at that word themselves: a call cost a delete and insert 5 % (bench/engine/micro.ts).
 */
export function beginChangeLocked(memory: ShardMemory): void {
  const { region, words } = memory;
  const readers = words[SHARD_READERS]!;
  if (readers === 0 || memory.isMarked) return;
  memory.isMarked = true;
  Atomics.store(words, SHARD_CHANGES, (words[SHARD_CHANGES]! + 1) | 0);
  for (let actor = 0; actor < readers; actor++) {
    memory.readsSeen ^= Atomics.load(region.words, region.actorWord(actor) + ACTOR_READS);
  }
}
