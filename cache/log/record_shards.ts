// Writes down what concerns whole shards and the region, as effects. Those who empty shards, exchange databases or
// copy a shard call it.

import { DATABASE_COUNT, REGION_DATABASES } from "../database_layout.ts";
import {
  SHARD_GHOST_AGE,
  SHARD_GHOST_COUNT,
  SHARD_GHOST_SHIFT,
  SHARD_PROBATION,
} from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { EffectBuffer } from "./effect_buffer.ts";
import {
  CLEAR_WORDS,
  EFFECT_SHARD,
  EFFECT_SHARD_COUNT,
  EffectKind,
  POLICY_GHOST_WORDS,
  POLICY_GHOSTS,
  POLICY_PROBATION,
  POLICY_WORDS,
  SHARD_EFFECT_VERSION,
  SWAP_TABLE,
  SWAP_WORDS,
} from "./effect_layout.ts";

/** Adds an effect of `words` words on a shard. Returns where it begins. */
function addShard(
  into: EffectBuffer,
  kind: number,
  { index, region }: ShardMemory,
  words: number,
): number {
  const at = into.add(words);
  into.words[at] = kind;
  into.words[at + EFFECT_SHARD] = index;
  into.words[at + EFFECT_SHARD_COUNT] = region.geometry.shardCount;
  return at;
}

/** The shard was emptied: nothing is left whose version is `version` or an earlier one. */
export function recordClearing(into: EffectBuffer, memory: ShardMemory, version: number): void {
  const at = addShard(into, EffectKind.clear, memory, CLEAR_WORDS);
  into.number(at + SHARD_EFFECT_VERSION, version);
}

/** The shard's version sequence has come to `version`. */
export function recordMark(into: EffectBuffer, memory: ShardMemory, version: number): void {
  const at = addShard(into, EffectKind.mark, memory, CLEAR_WORDS);
  into.number(at + SHARD_EFFECT_VERSION, version);
}

/** What the shard's eviction goes by now: probation's share, and the ghosts. */
export function recordPolicy(into: EffectBuffer, memory: ShardMemory): void {
  const { geometry: { ghostCount }, ghostWord, words: from } = memory;
  const at = addShard(into, EffectKind.policy, memory, POLICY_WORDS + ghostCount);
  const { words } = into;
  words[at + POLICY_PROBATION] = from[SHARD_PROBATION]!;
  words[at + POLICY_GHOSTS] = from[SHARD_GHOST_AGE]!;
  words[at + POLICY_GHOSTS + 1] = from[SHARD_GHOST_COUNT]!;
  words[at + POLICY_GHOSTS + 2] = from[SHARD_GHOST_SHIFT]!;
  words[at + POLICY_GHOST_WORDS] = ghostCount;
  words.set(from.subarray(ghostWord, ghostWord + ghostCount), at + POLICY_WORDS);
}

/** Databases were exchanged: `regionWords` has the table as it is now. */
export function recordSwap(into: EffectBuffer, regionWords: Int32Array): void {
  const at = into.add(SWAP_WORDS);
  into.words[at] = EffectKind.swap;
  for (let i = 0; i < DATABASE_COUNT; i++) {
    into.words[at + SWAP_TABLE + i] = regionWords[REGION_DATABASES + i]!;
  }
}
