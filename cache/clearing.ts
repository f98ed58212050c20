// Empties a whole shard at once, whatever it holds and whatever state it is in: after a flush, and where it may
// be half changed. Tells nobody.

import { beginChangeLocked } from "./change_mark.ts";
import * as databaseLayout from "./database_layout.ts";
import * as layout from "./layout.ts";
import { recordClearing, recordSwap } from "./log/record_shards.ts";
import { advanceVersionLocked, sequenceOf } from "./removal.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { raiseStripesLocked } from "./stripes.ts";
import { publishOverflow } from "./event_ring.ts";
import { emptyIndexLocked } from "./stale_buckets.ts";

const {
  SHARD_BUMP,
  SHARD_DATABASES,
  SHARD_END,
  SHARD_FREE_EIGHTHS,
  SHARD_GRAVES,
  SHARD_SEGMENTS,
  SHARD_SWEEP_BUCKET,
  SHARD_SWEEP_EARLIEST_S,
  SHARD_VERSION_LOW,
  SLOT_EIGHTHS,
} = layout;
const { SHARD_DATABASES_END } = databaseLayout;

/**
 * Writes the shard's header and nothing else, so this takes no time to speak of. Keeps the version sequence,
 * the stripes, the ghosts and the counters.
 */
export function emptyShardLocked(memory: ShardMemory): void {
  const { words, geometry } = memory;
  beginChangeLocked(memory);
  words.fill(0, SHARD_BUMP, SHARD_VERSION_LOW);
  words.fill(0, SHARD_SWEEP_BUCKET, SHARD_SWEEP_EARLIEST_S + 1);
  words.fill(0, SHARD_DATABASES, SHARD_DATABASES_END);
  words[SHARD_SEGMENTS] = 0;
  words[SHARD_GRAVES] = 0;
  words[SHARD_END] = geometry.endAddress;
  words[SHARD_BUMP] = geometry.slabAddress;
  words[SHARD_FREE_EIGHTHS] = geometry.slotCount * SLOT_EIGHTHS;
  emptyIndexLocked(memory);
  advanceVersionLocked(memory);
  const { log } = memory.region;
  if (log !== null) recordClearing(log.buffer, memory, sequenceOf(memory));
}

/** Empties a shard that may be half changed. Keys may have come and gone in it uncounted. */
export function repairShardLocked(memory: ShardMemory): void {
  raiseStripesLocked(memory);
  emptyShardLocked(memory);
  const { region } = memory;
  // Who has left it so may have exchanged databases before, without a word of it in the log.
  if (region.log !== null) recordSwap(region.log.buffer, region.words);
  publishOverflow(region);
}
