// A set of shards, which hands its members out in ascending order. What that costs depends on how many
// members there are, not on how many shards: a bit for each shard, and above them a bit for each word
// of bits that are not all zero. Takes no locks.

import * as layout from "./layout.ts";

const { WORD_BITS } = layout;
const SHIFT = Math.log2(WORD_BITS);
const LAST_BIT = WORD_BITS - 1;

/** Place of the lowest bit that is set in `bits`, which is not 0. */
function lowestPlace(bits: number): number {
  return LAST_BIT - Math.clz32(bits & -bits);
}

/** Shards by their numbers. */
export class ShardSet {
  /** The members that {@linkcode take} has found, lowest first. */
  readonly list: Int32Array;
  readonly #bits: Int32Array;
  /** A bit for each word of `#bits` that is not 0. */
  readonly #filled: Int32Array;

  /** An empty set of shards with numbers below `shardCount`. */
  constructor(shardCount: number) {
    this.list = new Int32Array(shardCount);
    this.#bits = new Int32Array(Math.ceil(shardCount / WORD_BITS));
    this.#filled = new Int32Array(Math.ceil(this.#bits.length / WORD_BITS));
  }

  /** Adds the shard with this number; once or often makes no difference. */
  add(index: number): void {
    // A shift by more than a word's bits is one by the rest.
    const word = index >>> SHIFT;
    const bits = this.#bits[word]!;
    if ((bits & (1 << index)) !== 0) return;
    this.#bits[word] = bits | (1 << index);
    this.#filled[word >>> SHIFT]! |= 1 << word;
  }

  /** Empties the set into {@linkcode list}. Returns how many members it had. */
  take(): number {
    const { list } = this;
    const allBits = this.#bits;
    const allFilled = this.#filled;
    let count = 0;
    for (let at = 0; at < allFilled.length; at++) {
      for (let filled = allFilled[at]!; filled !== 0; filled &= filled - 1) {
        const word = (at << SHIFT) + lowestPlace(filled);
        for (let bits = allBits[word]!; bits !== 0; bits &= bits - 1) {
          list[count++] = (word << SHIFT) + lowestPlace(bits);
        }
        allBits[word] = 0;
      }
      allFilled[at] = 0;
    }
    return count;
  }
}
