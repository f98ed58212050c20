// Checks the invariants of a byte object by reading all of it: every slot is owned once and is counted, and nothing
// lies behind the end of the value. Slow; for tests and for debugging.

import * as itemLayout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import {
  BLOCK_MASK,
  FANOUT,
  FANOUT_SHIFT,
  LEVELS_MASK,
  LEVELS_SHIFT,
  MAX_LEVELS,
} from "./block_layout.ts";
import { blocksLength, blocksRoot, blocksSlots } from "./blocks.ts";

const { ADDRESS_MASK, EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, SLOT_BYTES, SLOT_MASK } = itemLayout;

function must(holds: boolean, address: number, what: string): asserts holds {
  if (!holds) throw new Error(`Byte object ${address} is inconsistent: ${what}`);
}

/** Checks the byte object at `address`. Calls `claim` with each slot that it owns. Throws Error on what is wrong. */
export function checkBlocks(
  memory: ShardMemory,
  address: number,
  claim: (slot: number) => void,
): void {
  const { words, bytes } = memory;
  const length = blocksLength(memory, address);
  const root = blocksRoot(memory, address);
  const levels = (root >>> LEVELS_SHIFT) & LEVELS_MASK;
  must(levels >= 1 && levels <= MAX_LEVELS, address, `it has ${levels} levels`);
  const reach = SLOT_BYTES << (FANOUT_SHIFT * levels);
  must(length <= reach, address, `its ${length} bytes are more than ${levels} levels reach`);
  let slots = 0;
  const visit = (slot: number, level: number, first: number): void => {
    must((slot & SLOT_MASK) === 0, address, `slot ${slot} is none`);
    claim(slot);
    slots++;
    must(first < length, address, `slot ${slot} is behind its end`);
    if (level === 0) {
      for (let i = length - first; i < SLOT_BYTES; i++) {
        const byte = bytes[(slot << EIGHTH_BYTE_SHIFT) + i];
        must(byte === 0, address, `byte ${first + i} is behind its end, and not zero`);
      }
      return;
    }
    for (let place = 0; place < FANOUT; place++) {
      const child = words[(slot << EIGHTH_WORD_SHIFT) + place]!;
      if (child === 0) continue;
      visit(child, level - 1, first + (place << (FANOUT_SHIFT * (level - 1))) * (BLOCK_MASK + 1));
    }
  };
  if ((root & ADDRESS_MASK) !== 0) visit(root & ADDRESS_MASK, levels, 0);
  const counted = blocksSlots(memory, address);
  must(slots === counted, address, `it has ${slots} slots, ${counted} are counted`);
}
