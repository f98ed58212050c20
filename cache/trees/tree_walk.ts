// Finds its way in a tree: to an entry by its number, to the leaf of a hash or of a score, and on to the next leaf. A
// walk knows its path from the root down. It is valid until the tree changes. Changes nothing.

import { hashKey } from "../hash.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { entrySize, memberAt, type Shape } from "./entries.ts";
import {
  CHILD_COUNT,
  CHILD_KEY,
  CHILD_NODE,
  CHILD_SHARES_HASH,
  childNode,
  childWord,
  leafStart,
  MAX_DEPTH,
  Order,
  usedOf,
} from "./node.ts";
import type { SpanReader } from "./spans.ts";

/** A tree, and a walk in it. */
export class TreeWalk {
  /** Number of the root's slot; 0 where there is no tree. */
  root = 0;
  /** Inner nodes from the root to a leaf. */
  depth = 0;
  /** Entries in all. */
  count = 0;
  /** The leaf that the walk is at. */
  leaf = 0;
  /** First byte of its entries. */
  from = 0;
  /** Just past the last. */
  end = 0;
  /** The shard's memory. */
  memory!: ShardMemory;
  readonly shape: Shape;
  readonly order: Order;
  /** The inner nodes on the way, and which child of each is next. */
  protected readonly nodes: Int32Array = new Int32Array(MAX_DEPTH);
  protected readonly places: Int32Array = new Int32Array(MAX_DEPTH);
  /** Reads members. */
  readonly spans: SpanReader;

  /** A tree of this order, with entries of this shape. `spans` reads what is too long to be in them. */
  constructor(shape: Shape, order: Order, spans: SpanReader) {
    this.shape = shape;
    this.order = order;
    this.spans = spans;
  }

  protected enter(leaf: number): void {
    this.leaf = leaf;
    this.from = leafStart(leaf);
    this.end = this.from + usedOf(this.memory, leaf);
  }

  /** Notes that the path goes on to child `place` of `node`, on this level. Returns that child. */
  protected down(level: number, node: number, place: number): number {
    this.nodes[level] = node;
    this.places[level] = place;
    return childNode(this.memory, childWord(this.order, node, place));
  }

  /** Goes to the leaf of entry `index`, or to the last. Returns how many entries are before that leaf. */
  seekIndex(index: number): number {
    const { memory, order } = this;
    let node = this.root;
    let before = 0;
    for (let level = 0; level < this.depth; level++) {
      const last = usedOf(memory, node) - 1;
      let place = 0;
      let word = childWord(order, node, 0);
      for (; place < last; place++) {
        const count = memory.words[word + CHILD_COUNT]!;
        if (before + count > index) break;
        before += count;
        word = childWord(order, node, place + 1);
      }
      node = this.down(level, node, place);
    }
    this.enter(node);
    return before;
  }

  /** Goes to the last leaf, without a look at how many entries are before it. */
  seekEnd(): void {
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      node = this.down(level, node, usedOf(this.memory, node) - 1);
    }
    this.enter(node);
  }

  /** Goes to the leaf in which a member with this hash is, or would be. */
  seekHash(hash: number, member: Uint8Array, start: number, length: number): void {
    const { memory, order } = this;
    const { words } = memory;
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      let low = 0;
      let high = usedOf(memory, node) - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        const word = childWord(order, node, middle);
        const key = words[word + CHILD_KEY]!;
        const isRight = key === hash
          ? (words[word + CHILD_NODE]! & CHILD_SHARES_HASH) === 0 ||
            this.#isFromLeast(word, level, hash, member, start, length)
          : key >>> 0 < hash >>> 0;
        if (isRight) low = middle;
        else high = middle - 1;
      }
      node = this.down(level, node, low);
    }
    this.enter(node);
  }

  /** Whether (hash, member) is not before the least below the child at `word`. */
  #isFromLeast(
    word: number,
    level: number,
    hash: number,
    member: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    const { memory } = this;
    const leaf = this.firstLeaf(word, level);
    const end = leafStart(leaf) + usedOf(memory, leaf);
    for (let at = leafStart(leaf); at < end; at += entrySize(this.shape, memory.bytes, at)) {
      const other = this.hashAt(at);
      if (other >>> 0 < hash >>> 0) return true;
      if (other === hash && this.compareMember(at, member, start, length) <= 0) return true;
    }
    return false;
  }

  /** The first leaf below the child at `word` of a node on this level. */
  protected firstLeaf(word: number, level: number): number {
    let node = childNode(this.memory, word);
    for (let i = level + 1; i < this.depth; i++) {
      node = childNode(this.memory, childWord(this.order, node, 0));
    }
    return node;
  }

  /** How many entries are before the leaf that the walk is at. */
  entriesBefore(): number {
    const { words } = this.memory;
    let before = 0;
    for (let level = 0; level < this.depth; level++) {
      const node = this.nodes[level]!;
      for (let i = this.places[level]! - 1; i >= 0; i--) {
        before += words[childWord(this.order, node, i) + CHILD_COUNT]!;
      }
    }
    return before;
  }

  /** Goes to the next leaf. Returns false, and stays, if there is none. */
  nextLeaf(): boolean {
    let level = this.depth - 1;
    while (level >= 0 && this.places[level] === usedOf(this.memory, this.nodes[level]!) - 1) {
      level--;
    }
    if (level < 0) return false;
    this.places[level]!++;
    this.#descend(level, false);
    return true;
  }

  /** Goes to the leaf before. Returns false, and stays, if there is none. */
  previousLeaf(): boolean {
    let level = this.depth - 1;
    while (level >= 0 && this.places[level] === 0) level--;
    if (level < 0) return false;
    this.places[level]!--;
    this.#descend(level, true);
    return true;
  }

  /** Goes to the first or last leaf below the child of the node on this level. */
  #descend(from: number, toLast: boolean): void {
    const { memory, order } = this;
    for (let level = from; level < this.depth; level++) {
      const node = childNode(
        memory,
        childWord(order, this.nodes[level]!, this.places[level]!),
      );
      if (level + 1 === this.depth) this.enter(node);
      else {
        this.nodes[level + 1] = node;
        this.places[level + 1] = toLast ? usedOf(memory, node) - 1 : 0;
      }
    }
  }

  /** The least hash that may be in a leaf behind this one, or 0 if this is the last. */
  nextHash(): number {
    let level = this.depth - 1;
    while (level >= 0 && this.places[level] === usedOf(this.memory, this.nodes[level]!) - 1) {
      level--;
    }
    if (level < 0) return 0;
    const word = childWord(this.order, this.nodes[level]!, this.places[level]! + 1);
    return this.memory.words[word + CHILD_KEY]! >>> 0;
  }

  /** The hash that orders the entry at `at` of `bytes`. */
  hashIn(bytes: Uint8Array, at: number): number {
    const length = this.spans.contiguous(this.memory, bytes, memberAt(this.shape, at));
    return hashKey(this.spans.bytes, this.spans.start, length);
  }

  /** The hash that orders the entry at byte `at` of the shard. */
  hashAt(at: number): number {
    return this.hashIn(this.memory.bytes, at);
  }

  /** Compares the member of the entry at byte `at` with these bytes. */
  compareMember(at: number, member: Uint8Array, start: number, length: number): number {
    const { memory, shape } = this;
    return this.spans.compare(memory, memory.bytes, memberAt(shape, at), member, start, length);
  }
}
