// Writes down an item that was changed where it lies: as a whole where it is short, else what has changed of it. record.ts
// and record_bytes.ts have both.

import type { ByteRanges } from "../bytes/byte_ranges.ts";
import { keyBytesOf, valueBytesOf } from "../item_header.ts";
import { isIndirect } from "../item_types.ts";
import { SHARD_COPYING } from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { EffectBuffer } from "./effect_buffer.ts";
import { recordItem } from "./record.ts";
import { recordBytes } from "./record_bytes.ts";

/** The log has the whole of an item with up to so many bytes of key and value. */
const SHORT_BYTES = 256;

/** See {@linkcode recordBytes}. */
export function recordChanged(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  before: number,
  shortest: number,
  ranges: ByteRanges,
): void {
  const bytes = keyBytesOf(memory, address) + valueBytesOf(memory, address);
  // A snapshot leaves out items that change while it is made, but for those with slots.
  const isWhole = bytes <= SHORT_BYTES || memory.words[SHARD_COPYING] !== 0;
  if (isWhole && !isIndirect(memory, address)) recordItem(into, memory, address, hash);
  else recordBytes(into, memory, address, hash, before, shortest, ranges);
}
