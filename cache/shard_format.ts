// Writes a new shard: the few words of its header that are not zero. What empties a shard that was in use is in
// clearing.ts.

import type { ShardGeometry } from "./geometry.ts";
import { SHARD_BUMP, SHARD_END, SHARD_FREE_EIGHTHS, SLOT_EIGHTHS, WORD_BYTES } from "./layout.ts";

/** Makes zeroes from `byte` of `buffer` on an empty shard. */
export function formatShard(
  buffer: SharedArrayBuffer,
  byte: number,
  geometry: ShardGeometry,
): void {
  const words = new Int32Array(buffer, byte, geometry.mapByte / WORD_BYTES);
  words[SHARD_BUMP] = geometry.slabAddress;
  words[SHARD_END] = geometry.endAddress;
  words[SHARD_FREE_EIGHTHS] = geometry.slotCount * SLOT_EIGHTHS;
}
