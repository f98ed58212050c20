// Where the index and the rings have an item, for people who want to see it. Changes nothing: no hit is counted, and the
// clock stays as it is.

import * as layout from "./layout.ts";
import { hitCountLocked, ringOf } from "./ring.ts";
import { contentBytes, itemEighths } from "./item_size.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { findLocked, placeInWindows } from "./table.ts";

const { ADDRESS_MASK, EIGHTH_BYTES, RING_MAIN, SLOT_EIGHTHS } = layout;

/** The place of an item. */
export interface ItemPlace {
  /** Which window of its key has it, from 0. */
  readonly window: number;
  /** How many buckets into that it is. */
  readonly probe: number;
  /** Whether it is in the main ring, and not in probation. */
  readonly isInMain: boolean;
  /** The two bits of the clock: 0 to 3. */
  readonly count: number;
  /** What it takes of the slab. */
  readonly slabBytes: number;
  /** The same in whole slots. */
  readonly slots: number;
  /** Bytes of its value, or of its members and what keeps them together. */
  readonly valueBytes: number;
}

/** The place of the item with this hash and key, or null where there is none. */
export function itemPlaceLocked(
  memory: ShardMemory,
  hash: number,
  key: Uint8Array,
  start: number,
  length: number,
): ItemPlace | null {
  const bucket = findLocked(memory, hash, key, start, length);
  const place = bucket === 0 ? null : placeInWindows(memory, hash, bucket);
  if (place === null) return null;
  const address = memory.words[bucket]! & ADDRESS_MASK;
  const eighths = itemEighths(memory, address);
  return {
    ...place,
    isInMain: ringOf(memory, address) === RING_MAIN,
    count: hitCountLocked(memory, address),
    slabBytes: eighths * EIGHTH_BYTES,
    slots: Math.ceil(eighths / SLOT_EIGHTHS),
    valueBytes: contentBytes(memory, address),
  };
}
