// Cuts the entries of a leaf that is too full in two. In a tree by hash they are put in order for this, else they
// are in order. Works on a copy.

import type { ShardMemory } from "../shard_memory.ts";
import { compareBytes, entrySize, memberAt, type Shape } from "./entries.ts";
import { LEAF_BYTES, leafStart, setUsed } from "./node.ts";

/** Most entries of a leaf and one: each has a byte at least. */
const MAX_ENTRIES = LEAF_BYTES + 1;

/**
 * What the left part of a last leaf by hash gets where it seems to grow at its end, as members that an export had come:
 * in order but for those of a leaf, which therefore needs some space behind.
 */
const GROWING_SHARE = 0.8;

/** What gives the hash of an entry in the copy, and makes its member one run of bytes. */
export interface CutOrder {
  readonly shape: Shape;
  readonly memory: ShardMemory;
  readonly spans: {
    readonly bytes: Uint8Array;
    readonly start: number;
    contiguous(memory: ShardMemory, bytes: Uint8Array, place: number): number;
  };
}

/** The entries of one leaf, and where they are cut. */
export class LeafCut {
  /** Entries in the right part. */
  rightCount = 0;
  /** In a tree by hash: the hash from which on entries are in the right part, and whether it is in the left one too. */
  key = 0;
  isShared = false;
  readonly #bytes = new Uint8Array(2 * LEAF_BYTES);
  #length = 0;
  /** Where each entry begins, in the order in which they are written; and the hash of each. */
  readonly #starts = new Int32Array(MAX_ENTRIES);
  readonly #hashes = new Int32Array(MAX_ENTRIES);
  readonly #sizes = new Int32Array(MAX_ENTRIES);
  #count = 0;
  #leftCount = 0;

  /** Takes the entries from `from` to `end`, with `added` bytes of `entry` for those from `at` to `behind`. */
  fill(
    bytes: Uint8Array,
    from: number,
    at: number,
    behind: number,
    end: number,
    entry: Uint8Array,
    added: number,
  ): void {
    let length = 0;
    for (let i = from; i < at; i++) this.#bytes[length++] = bytes[i]!;
    for (let i = 0; i < added; i++) this.#bytes[length++] = entry[i]!;
    for (let i = behind; i < end; i++) this.#bytes[length++] = bytes[i]!;
    this.#length = length;
  }

  #list(shape: Shape): void {
    let count = 0;
    for (let at = 0; at < this.#length; count++) {
      const size = entrySize(shape, this.#bytes, at);
      this.#starts[count] = at;
      this.#sizes[count] = size;
      at += size;
    }
    this.#count = count;
  }

  /** Cuts at byte `wanted`, or where that is below 0 near the middle. */
  cutInOrder(shape: Shape, wanted: number): void {
    this.#list(shape);
    this.#cutNear(wanted < 0 ? this.#length / 2 : wanted);
  }

  /**
   * Puts the entries in the order of (hash, member), and cuts them near the middle; further up where the one at byte
   * `newest` (below 0: none) is in the upper half.
   */
  cutByHash(
    order: CutOrder & { hashIn(bytes: Uint8Array, at: number): number },
    newest: number,
  ): void {
    this.#list(order.shape);
    const hashes = this.#hashes;
    for (let i = 0; i < this.#count; i++) hashes[i] = order.hashIn(this.#bytes, this.#starts[i]!);
    for (let i = 1; i < this.#count; i++) this.#sink(order, i);
    const isUpper = this.#starts.lastIndexOf(newest, this.#count - 1) >= this.#count >> 1;
    this.#cutNear(this.#length * (isUpper ? GROWING_SHARE : 0.5));
    const least = hashes[this.#leftCount]! >>> 0;
    const most = hashes[this.#leftCount - 1]! >>> 0;
    this.isShared = least === most;
    this.key = (most + Math.ceil((least - most) / 2)) | 0;
  }

  /** Moves entry `from` down to its place among those before it. */
  #sink(order: CutOrder, from: number): void {
    const [starts, hashes, sizes] = [this.#starts, this.#hashes, this.#sizes];
    const [start, hash, size] = [starts[from]!, hashes[from]!, sizes[from]!];
    let to = from;
    for (; to > 0; to--) {
      const before = hashes[to - 1]! >>> 0;
      if (before < hash >>> 0) break;
      if (before === hash >>> 0 && this.#compare(order, starts[to - 1]!, start) < 0) break;
      starts[to] = starts[to - 1]!;
      hashes[to] = hashes[to - 1]!;
      sizes[to] = sizes[to - 1]!;
    }
    starts[to] = start;
    hashes[to] = hash;
    sizes[to] = size;
  }

  #compare({ shape, spans, memory }: CutOrder, a: number, b: number): number {
    const length = spans.contiguous(memory, this.#bytes, memberAt(shape, a));
    // The reader has one buffer, and members of one hash are hardly ever long.
    const copy = spans.bytes.slice(spans.start, spans.start + length);
    const other = spans.contiguous(memory, this.#bytes, memberAt(shape, b));
    return compareBytes(copy, 0, length, spans.bytes, spans.start, other);
  }

  /** Puts the cut between two entries so that both parts fit, as near to byte `wanted` as can be. */
  #cutNear(wanted: number): void {
    let best = 0;
    let distance = Infinity;
    let left = 0;
    for (let i = 0; i < this.#count - 1; i++) {
      left += this.#sizes[i]!;
      if (left > LEAF_BYTES || this.#length - left > LEAF_BYTES) continue;
      if (Math.abs(left - wanted) >= distance) continue;
      distance = Math.abs(left - wanted);
      best = i + 1;
    }
    if (best === 0) throw new Error("Cannot cut a leaf: its entries are too large");
    this.#leftCount = best;
    this.rightCount = this.#count - best;
  }

  /** Writes the left part to a leaf. */
  writeLeft(memory: ShardMemory, leaf: number): void {
    this.#write(memory, leaf, 0, this.#leftCount);
  }

  /** Writes the right part to a leaf. */
  writeRight(memory: ShardMemory, leaf: number): void {
    this.#write(memory, leaf, this.#leftCount, this.#count);
  }

  #write(memory: ShardMemory, leaf: number, from: number, to: number): void {
    const start = leafStart(leaf);
    let at = start;
    for (let i = from; i < to; i++) {
      const begin = this.#starts[i]!;
      const end = begin + this.#sizes[i]!;
      for (let j = begin; j < end; j++) memory.bytes[at++] = this.#bytes[j]!;
    }
    setUsed(memory, leaf, at - start);
  }
}
