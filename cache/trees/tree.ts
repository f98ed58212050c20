// A counted B+ tree: the one structure of lists, sets, hashes and sorted sets. Its nodes are slots. Each change is
// made at the leaf to which the walk has gone; a leaf or inner node that is too full is cut in two, one that is nearly
// empty is joined with its neighbour. After a change the walk has to go there anew.

import { takeSlotLocked } from "../healing.ts";
import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { freePieceLocked } from "../slab.ts";
import { moveBytes } from "./entries.ts";
import { LeafCut } from "./leaf_cut.ts";
import {
  CHILD_COUNT,
  CHILD_KEY,
  CHILD_NODE,
  CHILD_SHARES_HASH,
  childNode,
  childWord,
  childWords,
  LEAF_BYTES,
  leafStart,
  maxChildren,
  Order,
  setUsed,
  SPARSE_SHARE,
  usedOf,
} from "./node.ts";
import { OrderedWalk } from "./ordered_walk.ts";

const { SLOT_EIGHTHS } = layout;

/** A tree that can be changed. */
export class Tree extends OrderedWalk {
  /** Eighths of its nodes that came, less those that went, since this was set to 0. */
  grown = 0;
  /** Whether runs of entries grow within it, each at its end, as those of a stream's groups do: full leaves are kept so. */
  hasRuns = false;
  readonly #cut = new LeafCut();
  /** The key of a child that is being placed: whether it shares its hash, then the hash or the score. */
  readonly #key = new Int32Array(CHILD_KEY + Order.score - 1);

  /** Begins a tree without entries. */
  begin(memory: ShardMemory): void {
    this.memory = memory;
    this.depth = 0;
    this.count = 0;
    this.root = this.#take();
    setUsed(memory, this.root, 0);
    this.enter(this.root);
  }

  #take(): number {
    const slot = takeSlotLocked(this.memory);
    if (slot === 0) throw new Error("Cannot grow a tree: its shard has nothing but it");
    this.grown += SLOT_EIGHTHS;
    return slot;
  }

  #free(node: number): void {
    freePieceLocked(this.memory, node, SLOT_EIGHTHS);
    this.grown -= SLOT_EIGHTHS;
  }

  /**
   * At the leaf of the walk, replaces `removed` bytes from `at` on by the first `added` of `entry`, at most one entry.
   * There are `delta` entries more then.
   */
  splice(at: number, removed: number, entry: Uint8Array, added: number, delta: number): void {
    const { memory, leaf, from, end } = this;
    const used = end - from + added - removed;
    this.count += delta;
    this.#addCounts(this.depth - 1, delta);
    if (used > LEAF_BYTES) return this.#cutLeaf(at, removed, entry, added);
    const { bytes } = memory;
    if (added !== removed) moveBytes(bytes, at + removed, end, added - removed);
    for (let i = 0; i < added; i++) bytes[at + i] = entry[i]!;
    setUsed(memory, leaf, used);
    if (used < SPARSE_SHARE * LEAF_BYTES && added < removed && this.depth > 0) {
      this.#joinLeaf(used);
    }
  }

  /** Adds `delta` to the counts of the path, from this level up. */
  #addCounts(from: number, delta: number): void {
    if (delta === 0) return;
    const { words } = this.memory;
    for (let level = from; level >= 0; level--) {
      const word = childWord(this.order, this.nodes[level]!, this.places[level]!);
      words[word + CHILD_COUNT]! += delta;
    }
  }

  /** Replaces bytes of a leaf that is too small for it: a new one behind it takes a part. */
  #cutLeaf(at: number, removed: number, entry: Uint8Array, added: number): void {
    const { memory, leaf, from, end } = this;
    const isLastLeaf = this.#isAtEdge(true);
    // What grows at its end keeps full leaves.
    const isGrowing = this.order !== Order.hash && (isLastLeaf || this.hasRuns);
    if (at === end && isGrowing) return this.#addLeaf(entry, added);
    const cut = this.#cut;
    cut.fill(memory.bytes, from, at, at + removed, end, entry, added);
    const isAtStart = at === from && removed === 0 && this.#isAtEdge(false);
    if (this.order === Order.hash) {
      cut.cutByHash(this, isLastLeaf && removed === 0 ? at - from : -1);
    } else {
      const wanted = this.hasRuns && removed === 0 ? at - from + added : -1;
      cut.cutInOrder(this.shape, isAtStart ? added : wanted);
    }
    const right = this.#take();
    cut.writeLeft(memory, leaf);
    cut.writeRight(memory, right);
    this.#keyOfLeaf(right);
    this.#insertChild(this.depth - 1, right, cut.rightCount);
  }

  /** Makes a last leaf with one entry, of `size` bytes. */
  #addLeaf(entry: Uint8Array, size: number): void {
    const { memory } = this;
    const leaf = this.#take();
    const start = leafStart(leaf);
    for (let i = 0; i < size; i++) memory.bytes[start + i] = entry[i]!;
    setUsed(memory, leaf, size);
    this.#keyOfLeaf(leaf);
    this.#insertChild(this.depth - 1, leaf, 1);
  }

  /** Notes the key of a leaf that the cut has made. */
  #keyOfLeaf(leaf: number): void {
    const key = this.#key;
    key[0] = 0;
    if (this.order === Order.hash) {
      key[0] = this.#cut.isShared ? CHILD_SHARES_HASH : 0;
      key[1] = this.#cut.key;
    } else if (this.order === Order.score) this.scoreWords(leafStart(leaf), key, 1);
  }

  /** Whether the walk is at the first or the last leaf. */
  #isAtEdge(last: boolean): boolean {
    for (let level = 0; level < this.depth; level++) {
      const edge = last ? usedOf(this.memory, this.nodes[level]!) - 1 : 0;
      if (this.places[level] !== edge) return false;
    }
    return true;
  }

  /**
   * Makes `node`, with `count` entries and the noted key, the next child behind that of the path on this level, which
   * had them before.
   */
  #insertChild(level: number, node: number, count: number): void {
    const { memory, order } = this;
    const { words } = memory;
    if (level < 0) return this.#growRoot(node, count);
    const parent = this.nodes[level]!;
    const place = this.places[level]! + 1;
    words[childWord(order, parent, place - 1) + CHILD_COUNT]! -= count;
    const used = usedOf(memory, parent);
    if (used < maxChildren(order)) return this.#placeChild(parent, place, node, count);
    const right = this.#take();
    // What grows at its end keeps full nodes.
    const left = place === used ? used : (used + 1) >> 1;
    const from = childWord(order, parent, left);
    words.copyWithin(childWord(order, right, 0), from, childWord(order, parent, used));
    setUsed(memory, parent, left);
    setUsed(memory, right, used - left);
    if (place > left || left === used) this.#placeChild(right, place - left, node, count);
    else this.#placeChild(parent, place, node, count);
    let moved = 0;
    for (let i = usedOf(memory, right) - 1; i >= 0; i--) {
      moved += words[childWord(order, right, i) + CHILD_COUNT]!;
    }
    this.#noteKey(childWord(order, right, 0));
    this.#insertChild(level - 1, right, moved);
  }

  #growRoot(node: number, count: number): void {
    const { memory } = this;
    const root = this.#take();
    setUsed(memory, root, 0);
    this.#placeChild(root, 0, this.root, this.count - count);
    this.#placeChild(root, 1, node, count);
    this.root = root;
    this.depth++;
  }

  /** Makes a node, with the noted key, child `place` of an inner node that has space. */
  #placeChild(parent: number, place: number, node: number, count: number): void {
    const { memory, order } = this;
    const { words } = memory;
    const used = usedOf(memory, parent);
    const word = childWord(order, parent, place);
    words.copyWithin(word + childWords(order), word, childWord(order, parent, used));
    words[word + CHILD_NODE] = node | this.#key[0]!;
    words[word + CHILD_COUNT] = count;
    for (let i = 0; i < order; i++) words[word + CHILD_KEY + i] = this.#key[1 + i]!;
    setUsed(memory, parent, used + 1);
  }

  /** Notes the key of the child at `word`. */
  #noteKey(word: number): void {
    const { words } = this.memory;
    this.#key[0] = words[word + CHILD_NODE]! & CHILD_SHARES_HASH;
    for (let i = 0; i < this.order; i++) this.#key[1 + i] = words[word + CHILD_KEY + i]!;
  }

  /** Gives the child at `word` the noted key. */
  #setKey(word: number): void {
    const { words } = this.memory;
    words[word + CHILD_NODE] = (words[word + CHILD_NODE]! & ~CHILD_SHARES_HASH) | this.#key[0]!;
    for (let i = 0; i < this.order; i++) words[word + CHILD_KEY + i] = this.#key[1 + i]!;
  }

  /** Joins the leaf of the walk, which has few entries or none, with a neighbour, if both fit in one. */
  #joinLeaf(used: number): void {
    const { memory, order, leaf } = this;
    const level = this.depth - 1;
    const parent = this.nodes[level]!;
    const place = this.places[level]!;
    if (used === 0) {
      if (this.count === 0) return this.#becomeLeaf();
      this.#free(leaf);
      return this.#removeChild(level, place);
    }
    const last = usedOf(memory, parent) - 1;
    for (let left = place; left >= place - 1; left--) {
      if (left < 0 || left === last) continue;
      const leftWord = childWord(order, parent, left);
      const rightWord = childWord(order, parent, left + 1);
      const [to, from] = [childNode(memory, leftWord), childNode(memory, rightWord)];
      const [has, comes] = [usedOf(memory, to), usedOf(memory, from)];
      if (has + comes > LEAF_BYTES) continue;
      const start = leafStart(from);
      memory.bytes.copyWithin(leafStart(to) + has, start, start + comes);
      setUsed(memory, to, has + comes);
      memory.words[leftWord + CHILD_COUNT]! += memory.words[rightWord + CHILD_COUNT]!;
      this.#free(from);
      return this.#removeChild(level, left + 1);
    }
  }

  /** Nothing is left but the leaf of the walk: it is the root. */
  #becomeLeaf(): void {
    for (let level = 0; level < this.depth; level++) this.#free(this.nodes[level]!);
    this.root = this.leaf;
    this.depth = 0;
  }

  /** Removes child `place` of the node of the path on this level. Its counts are up to date. */
  #removeChild(level: number, place: number): void {
    const { memory, order } = this;
    const node = this.nodes[level]!;
    const used = usedOf(memory, node) - 1;
    const word = childWord(order, node, place);
    const end = childWord(order, node, used + 1);
    memory.words.copyWithin(word, word + childWords(order), end);
    setUsed(memory, node, used);
    if (level === 0) return this.#lowerRoot();
    if (used === 0) {
      this.#free(node);
      this.#removeChild(level - 1, this.places[level - 1]!);
    } else if (used < SPARSE_SHARE * maxChildren(order)) this.#joinInner(level);
  }

  /** Joins the node of the path on this level with a neighbour, if both fit in one. */
  #joinInner(level: number): void {
    const { memory, order } = this;
    const parent = this.nodes[level - 1]!;
    const place = this.places[level - 1]!;
    const last = usedOf(memory, parent) - 1;
    for (let left = place; left >= place - 1; left--) {
      if (left < 0 || left === last) continue;
      const leftWord = childWord(order, parent, left);
      const rightWord = childWord(order, parent, left + 1);
      const [to, from] = [childNode(memory, leftWord), childNode(memory, rightWord)];
      const [has, comes] = [usedOf(memory, to), usedOf(memory, from)];
      if (has + comes > maxChildren(order)) continue;
      // The key of its first child stood in the parent only.
      this.#noteKey(rightWord);
      this.#setKey(childWord(order, from, 0));
      memory.words.copyWithin(
        childWord(order, to, has),
        childWord(order, from, 0),
        childWord(order, from, comes),
      );
      setUsed(memory, to, has + comes);
      memory.words[leftWord + CHILD_COUNT]! += memory.words[rightWord + CHILD_COUNT]!;
      this.#free(from);
      return this.#removeChild(level - 1, left + 1);
    }
  }

  /** A root with one child is none. */
  #lowerRoot(): void {
    while (this.depth > 0 && usedOf(this.memory, this.root) === 1) {
      const child = childNode(this.memory, childWord(this.order, this.root, 0));
      this.#free(this.root);
      this.root = child;
      this.depth--;
    }
  }
}
