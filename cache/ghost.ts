// The ghost table: fingerprints of keys whose items have left probation, and how long ago. An entry has 16
// bits. Four of them, of keys whose hashes begin alike, are a set: a queue, so that the oldest makes way.
// Time is counted in ages: a sixteenth of the shard's items leave probation in one. The table decides nothing.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  GHOST_AGE_BITS,
  GHOST_AGE_MASK,
  GHOST_AGES_PER_ITEMS,
  GHOST_BITS,
  GHOST_FINGERPRINT_MASK,
  GHOST_HASH_SHIFT,
  GHOST_MASK,
  GHOST_SET_ENTRIES,
  GHOST_SET_WORDS,
  GHOST_SPARE_ENTRIES,
  GHOST_WANTED_ENTRIES,
  SHARD_GHOST_AGE,
  SHARD_GHOST_COUNT,
  SHARD_GHOST_SHIFT,
  SHARD_ITEMS,
} = layout;

/** What {@linkcode takeGhostLocked} returns for a key that has none. */
export const NO_GHOST: number = -1;

/** Word of the first of the two words of a key's set. */
function setWord(memory: ShardMemory, hash: number): number {
  const set = (hash >>> 0) * memory.ghostScale | 0;
  return memory.ghostWord + (set >>> memory.words[SHARD_GHOST_SHIFT]!) * GHOST_SET_WORDS;
}

/** What an entry has of its key's hash. Never 0: an entry of 0 is an empty one. */
export function ghostFingerprint(hash: number): number {
  return (hash >>> GHOST_HASH_SHIFT) & GHOST_FINGERPRINT_MASK || GHOST_FINGERPRINT_MASK;
}

/** Remembers that an item with this hash has left probation. */
export function rememberGhostLocked(memory: ShardMemory, hash: number): void {
  const words = memory.words;
  const at = setWord(memory, hash);
  const younger = words[at]!;
  words[at + 1] = (words[at + 1]! << GHOST_BITS) | (younger >>> GHOST_BITS);
  words[at] = (younger << GHOST_BITS) | (ghostFingerprint(hash) << GHOST_AGE_BITS) |
    words[SHARD_GHOST_AGE]!;
  const count = words[SHARD_GHOST_COUNT]! + 1;
  words[SHARD_GHOST_COUNT] = count;
  if (count * GHOST_AGES_PER_ITEMS >= words[SHARD_ITEMS]!) beginAge(memory);
}

/**
 * Where items are large, most of the table would hold entries of long ago, whose ages no longer mean
 * anything. So neighbouring sets become one, or two again, until entries and items are about as many.
 */
function beginAge(memory: ShardMemory): void {
  const words = memory.words;
  words[SHARD_GHOST_COUNT] = 0;
  words[SHARD_GHOST_AGE] = (words[SHARD_GHOST_AGE]! + 1) & GHOST_AGE_MASK;
  const shift = words[SHARD_GHOST_SHIFT]!;
  const entries = (memory.geometry.ghostCount / GHOST_SET_WORDS * GHOST_SET_ENTRIES) >> shift;
  const items = words[SHARD_ITEMS]!;
  if (entries > GHOST_SPARE_ENTRIES * items) words[SHARD_GHOST_SHIFT] = shift + 1;
  else if (shift > 0 && entries < GHOST_WANTED_ENTRIES * items) {
    words[SHARD_GHOST_SHIFT] = shift - 1;
  }
}

/** Takes the ghost of a key out of the table. Returns how many ages ago it came, or NO_GHOST. */
export function takeGhostLocked(memory: ShardMemory, hash: number): number {
  const words = memory.words;
  const at = setWord(memory, hash);
  const fingerprint = ghostFingerprint(hash);
  for (let i = 0; i < GHOST_SET_ENTRIES; i++) {
    // An entry in the lower half of its word is younger than the one in the upper half.
    const word = at + (i >> 1);
    const shift = (i & 1) * GHOST_BITS;
    const entry = (words[word]! >>> shift) & GHOST_MASK;
    if (entry >>> GHOST_AGE_BITS !== fingerprint) continue;
    words[word]! &= ~(GHOST_MASK << shift);
    return (words[SHARD_GHOST_AGE]! - entry) & GHOST_AGE_MASK;
  }
  return NO_GHOST;
}
