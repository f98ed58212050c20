// Values of bytes, wherever they lie: in their item, or in slots that it owns. Who reads a string asks here, and need
// not know which.

import { blocksLength, readBlocksOf } from "./bytes/blocks.ts";
import { readValue, readValuePart } from "./item.ts";
import { valueBytesOf } from "./item_header.ts";
import { isIndirect } from "./item_types.ts";
import type { ShardMemory } from "./shard_memory.ts";

/** Length of the string at `address` in bytes. */
export function stringBytes(memory: ShardMemory, address: number): number {
  return isIndirect(memory, address)
    ? blocksLength(memory, address)
    : valueBytesOf(memory, address);
}

/** Copies the string at `address` to `to`, from `at`; there must be space for all of it. */
export function readString(
  memory: ShardMemory,
  address: number,
  to: Uint8Array,
  at: number,
): void {
  if (isIndirect(memory, address)) {
    readBlocksOf(memory, address, 0, blocksLength(memory, address), to, at);
  } else readValue(memory, address, to, at);
}

/** Copies `length` bytes of the string at `address`, from its byte `from` on. It must have so many. */
export function readStringPart(
  memory: ShardMemory,
  address: number,
  from: number,
  length: number,
  to: Uint8Array,
  at: number,
): void {
  if (isIndirect(memory, address)) readBlocksOf(memory, address, from, length, to, at);
  else readValuePart(memory, address, from, length, to, at);
}
