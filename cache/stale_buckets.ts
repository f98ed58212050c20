// Empties the index of a shard at once, however large it is. Its buckets are divided into blocks, which are
// marked stale, with a bit each; whoever then looks into one clears it first. While no block is stale
// a lookup pays one load for that, from the cache line of the lock. What the index has grown by has no blocks:
// it goes back to the slab. Knows nothing of items.

import { beginChangeLocked } from "./change_mark.ts";
import * as layout from "./layout.ts";
import { baseTotal } from "./index_growth.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { secondWindowWord, windowWord } from "./table.ts";

const {
  MAX_BLOCKS,
  MIN_BLOCK_SHIFT,
  SHARD_STALE,
  SHARD_STALE_BLOCKS,
  WINDOW_BUCKETS,
  WORD_BITS,
} = layout;

const WORD_SHIFT = Math.log2(WORD_BITS);
const MAX_BLOCK_BITS = Math.log2(MAX_BLOCKS);

/** Right shift from the number of a bucket, of so many, to that of its block. */
function blockShift(total: number): number {
  return Math.max(MIN_BLOCK_SHIFT, WORD_BITS - Math.clz32(total - 1) - MAX_BLOCK_BITS);
}

/** Makes all buckets empty: marks their blocks as stale, whatever they hold. */
export function emptyIndexLocked(memory: ShardMemory): void {
  const { words } = memory;
  const total = baseTotal(memory);
  const blocks = ((total - 1) >>> blockShift(total)) + 1;
  for (let i = 0; i < MAX_BLOCKS / WORD_BITS; i++) {
    const left = blocks - i * WORD_BITS;
    words[SHARD_STALE_BLOCKS + i] = left >= WORD_BITS ? -1 : left <= 0 ? 0 : (1 << left) - 1;
  }
  words[SHARD_STALE] = blocks;
}

/** Whether bucket number `bucket` is empty, whatever it holds. */
export function isStaleLocked(memory: ShardMemory, bucket: number): boolean {
  const total = baseTotal(memory);
  if (bucket >= total) return false;
  const block = bucket >>> blockShift(total);
  return (memory.words[SHARD_STALE_BLOCKS + (block >>> WORD_SHIFT)]! & (1 << block)) !== 0;
}

/** Clears the stale blocks that buckets number `from` to `to` (not included) are in. */
export function freshenLocked(memory: ShardMemory, from: number, to: number): void {
  const { words, bucketsWord } = memory;
  if (words[SHARD_STALE] === 0) return;
  const total = baseTotal(memory);
  const shift = blockShift(total);
  const last = (Math.min(to, total) - 1) >>> shift;
  for (let block = from >>> shift; block <= last; block++) {
    const at = SHARD_STALE_BLOCKS + (block >>> WORD_SHIFT);
    if ((words[at]! & (1 << block)) === 0) continue;
    // Who reads without the lock must not find no block stale, and a bucket as it was before.
    beginChangeLocked(memory);
    const start = block << shift;
    words.fill(0, bucketsWord + start, bucketsWord + Math.min(start + (1 << shift), total));
    words[at]! &= ~(1 << block);
    words[SHARD_STALE]!--;
  }
}

/** The same for the buckets in which a key with this hash may be. */
export function freshenWindowsLocked(memory: ShardMemory, hash: number): void {
  const first = windowWord(memory, hash) - memory.bucketsWord;
  const second = secondWindowWord(memory, hash) - memory.bucketsWord;
  freshenLocked(memory, first, first + WINDOW_BUCKETS);
  freshenLocked(memory, second, second + WINDOW_BUCKETS);
}
