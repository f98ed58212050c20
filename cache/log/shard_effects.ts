// What effects on a whole shard do when they are restored, and what stands for the region as a whole. restore.ts
// decides which shards they are about.

import type { Cache } from "../cache.ts";
import { DATABASE_COUNT, REGION_DATABASES } from "../database_layout.ts";
import { bucketTotal, bucketWord } from "../index_growth.ts";
import { versionOf } from "../item_header.ts";
import { hashOfItem } from "../item_hash.ts";
import * as shardLayout from "../layout.ts";
import type { Region } from "../region.ts";
import { dropLocked, sequenceOf, setSequenceLocked } from "../removal.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { freshenLocked } from "../stale_buckets.ts";
import { numberAt } from "./effects.ts";
import * as layout from "./effect_layout.ts";

const {
  ADDRESS_MASK,
  SHARD_GHOST_AGE,
  SHARD_GHOST_COUNT,
  SHARD_GHOST_SHIFT,
  SHARD_PROBATION,
} = shardLayout;

/** How far versions are raised after a start, above all that any client may have seen. */
const VERSION_GAP = 2 ** 20;

/** The shard's version sequence has come to `version`, or is further. */
export function markLocked(memory: ShardMemory, version: number): void {
  if (version > sequenceOf(memory)) setSequenceLocked(memory, version);
}

/** Removes all that an emptied shard held, of which a shard of another size may have but some. */
export function clearAgainLocked(memory: ShardMemory, words: Int32Array, at: number): void {
  const version = numberAt(words, at + layout.SHARD_EFFECT_VERSION);
  const count = words[at + layout.EFFECT_SHARD_COUNT]!;
  const index = words[at + layout.EFFECT_SHARD]!;
  const total = bucketTotal(memory);
  freshenLocked(memory, 0, total);
  for (let bucket = 0; bucket < total; bucket++) {
    const from = bucketWord(memory, bucket);
    const address = memory.words[from]! & ADDRESS_MASK;
    if (address === 0 || versionOf(memory, address) > version) continue;
    if ((hashOfItem(memory, address) & (count - 1)) === index) dropLocked(memory, from);
  }
  markLocked(memory, version);
}

/** Sets what eviction goes by, if the shard has the size of the one that it is from. */
export function setPolicyLocked(memory: ShardMemory, words: Int32Array, at: number): void {
  const ghosts = words[at + layout.POLICY_GHOST_WORDS]!;
  const { ghostWord, geometry, region } = memory;
  if (ghosts !== geometry.ghostCount) return;
  if (words[at + layout.EFFECT_SHARD_COUNT] !== region.geometry.shardCount) return;
  memory.words[SHARD_PROBATION] = words[at + layout.POLICY_PROBATION]!;
  memory.words[SHARD_GHOST_AGE] = words[at + layout.POLICY_GHOSTS]!;
  memory.words[SHARD_GHOST_COUNT] = words[at + layout.POLICY_GHOSTS + 1]!;
  memory.words[SHARD_GHOST_SHIFT] = words[at + layout.POLICY_GHOSTS + 2]!;
  const from = at + layout.POLICY_WORDS;
  memory.words.set(words.subarray(from, from + ghosts), ghostWord);
}

/** Sets what clients' numbers of databases mean: a table of the region, so whoever restores shard 0 does it. */
export function setDatabases(region: Region, words: Int32Array, at: number): void {
  for (let i = 0; i < DATABASE_COUNT; i++) {
    region.words[REGION_DATABASES + i] = words[at + layout.SWAP_TABLE + i]!;
  }
}

/**
 * After all threads have restored theirs: raises the versions of all shards, so that none is given out again which a
 * client may have seen before a crash that lost it. Returns false where a shard's lock could not be had.
 */
export function raiseVersions(cache: Cache): boolean {
  return cache.withAllShards({
    runLocked() {
      for (const { memory } of cache.shards) {
        setSequenceLocked(memory, sequenceOf(memory) + VERSION_GAP);
      }
    },
  });
}
