// What the items of a cache take, by type, and which are the largest: for who walks over all of them, a few hundred buckets
// under each lock. Reads headers only, so that even a large item costs little: of one in many pieces it does not count
// them, but knows how many are enough.

import { idealEighths } from "./allocation.ts";
import { databaseOf } from "./databases.ts";
import { readKey, readValueWord } from "./item.ts";
import {
  chainEighths,
  deadlineOf,
  headerBytes,
  isChained,
  keyBytesOf,
  valueBytesOf,
} from "./item_header.ts";
import { contentBytes } from "./item_size.ts";
import { isIndirect, ItemType, typeOf } from "./item_types.ts";
import * as layout from "./layout.ts";
import { isExpired } from "./member_deadlines.ts";
import { ANY_DATABASE, type ScanBatch, scanLocked, sparseBuckets } from "./scan.ts";
import type { ShardMemory } from "./shard_memory.ts";

const { EIGHTH_BYTES, EIGHTH_WORD_SHIFT, ITEM_NEWER } = layout;

/** Of so many items more is known than their number. */
export const MAX_LARGEST = 100;
/** Buckets that one step looks at. With an item in each that takes some tens of microseconds. */
const STRIDE = 512;
const TYPES: number = 1 + Math.max(...Object.values(ItemType));

/** A large item. */
export interface LargeItem {
  /** What its value is. */
  readonly type: ItemType;
  /** The stored database. */
  readonly database: number;
  /** The whole key. */
  readonly key: Uint8Array;
  /** What it takes of the slab. */
  readonly slabBytes: number;
  /** Of a string or sketch its bytes, else those of its members and what keeps them together. */
  readonly valueBytes: number;
  /** In milliseconds since 1970; 0 for none. */
  readonly deadlineMs: number;
}

/** What a walk has found so far. */
export class Survey implements ScanBatch {
  /** For the walk over a sparse shard. */
  readonly buckets: Int32Array = sparseBuckets();
  /** Items by type. */
  readonly items: Float64Array = new Float64Array(TYPES);
  /** Bytes of the slab by type. */
  readonly slabBytes: Float64Array = new Float64Array(TYPES);
  /** The largest, as a binary heap with the least of them at its top. */
  readonly #heap: LargeItem[] = [];

  /** Looks at the next buckets of a shard, from `from` on. Returns the first that it has not looked at. */
  stepLocked(memory: ShardMemory, from: number): number {
    return scanLocked(memory, from, STRIDE, this, Infinity, ANY_DATABASE);
  }

  /** Counts an item; see {@linkcode ScanBatch}. */
  addLocked(memory: ShardMemory, address: number): true {
    if (isExpired(memory, address)) return true;
    const type = typeOf(memory, address);
    const slabBytes = leastEighths(memory, address) * EIGHTH_BYTES;
    this.items[type]!++;
    this.slabBytes[type]! += slabBytes;
    const heap = this.#heap;
    if (heap.length === MAX_LARGEST && slabBytes <= heap[0]!.slabBytes) return true;
    const item = largeItem(memory, address, type, slabBytes);
    if (heap.length < MAX_LARGEST) this.#rise(item);
    else this.#sink(item);
    return true;
  }

  #rise(item: LargeItem): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.slabBytes <= item.slabBytes) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  /** Puts one in place of the least. */
  #sink(item: LargeItem): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.slabBytes < heap[child]!.slabBytes) child++;
      if (heap[child]!.slabBytes >= item.slabBytes) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }

  /** The largest items, the largest first. */
  largest(): readonly LargeItem[] {
    return this.#heap.toSorted((a, b) => b.slabBytes - a.slabBytes);
  }
}

/** Eighths of an item; of one in several pieces so many as it needs at least, since to walk over them may take long. */
export function leastEighths(memory: ShardMemory, address: number): number {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const own = isChained(memory, address)
    ? idealEighths(headerBytes(first) + keyBytesOf(memory, address) + valueBytesOf(memory, address))
    : chainEighths(memory, address);
  return isIndirect(memory, address) ? own + readValueWord(memory, address, 0) : own;
}

function largeItem(
  memory: ShardMemory,
  address: number,
  type: ItemType,
  slabBytes: number,
): LargeItem {
  const key = new Uint8Array(keyBytesOf(memory, address));
  readKey(memory, address, key, 0);
  return {
    type,
    database: databaseOf(memory, address),
    key,
    slabBytes,
    valueBytes: contentBytes(memory, address),
    deadlineMs: deadlineOf(memory, address),
  };
}
