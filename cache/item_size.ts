// How much of a shard an item takes: its pieces, and the slots that it owns besides. What is in those it need not
// know: every descriptor begins with how many eighths they are.

import { readValueWord } from "./item.ts";
import { chainEighths } from "./item_header.ts";
import { hasMembers, isIndirect, typeOf } from "./item_types.ts";
import { EIGHTH_BYTES } from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { stringBytes } from "./values.ts";

/** Eighths of the item at `address`. The first word of a descriptor says how many of them are outside its pieces. */
export function itemEighths(memory: ShardMemory, address: number): number {
  const own = chainEighths(memory, address);
  return isIndirect(memory, address) ? own + readValueWord(memory, address, 0) : own;
}

/** Bytes of the value of the item at `address`: of one with members those of all of them, with what keeps them together. */
export function contentBytes(memory: ShardMemory, address: number): number {
  return isIndirect(memory, address) && hasMembers(typeOf(memory, address))
    ? readValueWord(memory, address, 0) * EIGHTH_BYTES
    : stringBytes(memory, address);
}
