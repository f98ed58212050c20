// What the model of other sizes needs to know of the real cache, read from the region. So the model itself knows no
// region.

import { type Cache, EVICTION, probationShare, readStats } from "../../../cache/mod.ts";
import type { RealCache } from "./curve_model.ts";

const { EIGHTH_BYTES, GHOST_BYTES, MAX_INDEX_LOAD, WORD_BYTES } = EVICTION;

/** The cache as it is now, with these counts of reads since its start. */
export function realCache(cache: Cache, hits: number, misses: number): RealCache {
  const { items, slabBytes, buckets } = readStats(cache);
  const { shardCount, shard: { ghostCount } } = cache.region.geometry;
  return {
    hits,
    misses,
    items,
    slabEighths: slabBytes / EIGHTH_BYTES,
    indexLimit: buckets * MAX_INDEX_LOAD,
    ghosts: shardCount * ghostCount * WORD_BYTES / GHOST_BYTES,
    probationShare: probationShare(cache),
  };
}
