// Stripes: each counts how often a key was stored that was absent, of the keys whose hashes begin alike.
// WATCH of an absent key compares it. Values under keys that are there, deletes and evictions need no
// count: a key that was absent cannot go unless it has come.

import type { ShardMemory } from "./shard_memory.ts";

/** Counts a key with this hash that was absent and is stored now. */
export function countInsertLocked(memory: ShardMemory, hash: number): void {
  memory.words[memory.stripesWord + (hash >>> memory.stripeShift)]!++;
}

/**
 * The count of the stripe of `hash`, as 32 bits. As long as it stays the same, a key with this hash that
 * was absent still is, and was all the time.
 */
export function insertsLocked(memory: ShardMemory, hash: number): number {
  return memory.words[memory.stripesWord + (hash >>> memory.stripeShift)]!;
}

/** Counts for all keys of the shard: any of them may have come and gone. */
export function raiseStripesLocked({ words, geometry }: ShardMemory): void {
  const end = geometry.stripesWord + geometry.stripeCount;
  for (let at = geometry.stripesWord; at < end; at++) words[at]!++;
}
