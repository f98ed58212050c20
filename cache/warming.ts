// Brings what lookups will read into the processor's caches, for many keys at once: a lookup waits for
// memory two or three times, and in rows of independent reads the waits overlap. Needs no lock: it only
// reads, and what it finds means nothing.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { bucketOfTag, windowWord } from "./table.ts";

const { ADDRESS_MASK, EIGHTH_WORD_SHIFT, ITEM_NEWER, WINDOW_BUCKETS, WORD_BYTES } = layout;

/** So many keys are looked at in a row: what was read for them has to stay in the fastest cache. */
const ROW_KEYS = 64;
/** Words of what the processor reads at a time. */
const LINE_WORDS = 64 / WORD_BYTES;

/** Warms for one thread. */
export class Warming {
  readonly #shards: readonly { readonly memory: ShardMemory }[];
  /** Words of the buckets of a row, or 0. */
  readonly #buckets = new Int32Array(ROW_KEYS);

  /** The shards of a region, by number: as many as a power of two. */
  constructor(shards: readonly { readonly memory: ShardMemory }[]) {
    this.#shards = shards;
  }

  /**
   * Reads what lookups of the first `count` hashes will read. The caller must keep the returned number
   * somewhere, or the reads would be optimised away. In which bucket each is likely to be found, 0 for none,
   * goes to `buckets`, where a row of them is wanted.
   */
  warm(hashes: Int32Array, count: number, buckets: Int32Array = this.#buckets): number {
    let seen = 0;
    for (let from = 0; from < count; from += ROW_KEYS) {
      const to = count - from < ROW_KEYS ? count : from + ROW_KEYS;
      seen ^= this.#warmRow(hashes, from, to, buckets);
    }
    return seen;
  }

  /**
   * Windows, then in which bucket each is, then the items: each loop is as short as can be, for the processor
   * looks ahead over so many instructions only. Finding and reading the items in one loop took a third more.
   */
  #warmRow(hashes: Int32Array, from: number, to: number, buckets: Int32Array): number {
    const shards = this.#shards;
    const mask = shards.length - 1;
    let seen = 0;
    for (let i = from; i < to; i++) {
      const { memory } = shards[hashes[i]! & mask]!;
      const at = windowWord(memory, hashes[i]!);
      seen ^= memory.words[at]! ^ memory.words[at + WINDOW_BUCKETS - 1]!;
    }
    for (let i = from; i < to; i++) {
      const { memory } = shards[hashes[i]! & mask]!;
      buckets[i - from] = bucketOfTag(memory, hashes[i]!);
    }
    for (let i = from; i < to; i++) {
      const { words } = shards[hashes[i]! & mask]!.memory;
      const bucket = buckets[i - from]!;
      const at = bucket === 0 ? 0 : (words[bucket]! & ADDRESS_MASK) << EIGHTH_WORD_SHIFT;
      // Most values begin or end in the line after that of the header.
      const next = at + LINE_WORDS;
      seen ^= words[at + ITEM_NEWER]! ^ words[next < words.length ? next : at]!;
    }
    return seen;
  }
}
