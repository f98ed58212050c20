// Short values that grow by a few bytes, where they lie: an item has up to an eighth to spare. Takes no space; a value that
// needs more is stored anew.

import { writeValuePart } from "../item.ts";
import { setValueBytes, spareBytes, valueBytesOf } from "../item_header.ts";
import { kindOf } from "../item_types.ts";
import { EIGHTH_BYTES } from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";

/** As many as an item ever has to spare. */
const ZEROS: Uint8Array = Uint8Array.of(...Array(EIGHTH_BYTES).fill(0));

/**
 * Makes the item's value `length` bytes long, by zero bytes, if its pieces have space for that. Two of three APPENDs of 10
 * bytes find it there, and take half as long for it.
 */
export function growValueLocked(memory: ShardMemory, address: number, length: number): boolean {
  const before = valueBytesOf(memory, address);
  if (length - before > ZEROS.length || length - before > spareBytes(memory, address)) return false;
  setValueBytes(memory, address, length, kindOf(memory, address));
  writeValuePart(memory, address, before, ZEROS, 0, length - before);
  return true;
}
