// The tree form of a collection, or for a sorted set its two trees: one by score, one by the hash of the member. Adds
// entries in plain form and removes them, in all trees, and keeps long members in chains that the trees share.

import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { freePieceLocked } from "../slab.ts";
import type { Descriptor } from "./descriptor.ts";
import { entrySize, memberAt, SCORE_BYTES, Shape, spanSize } from "./entries.ts";
import { Order } from "./node.ts";
import { Bound } from "./ordered_walk.ts";
import { freeSpanLocked, SpanReader } from "./spans.ts";
import { StoredEntry } from "./stored_entry.ts";
import { overwriteSpan } from "./stored_span.ts";
import { Tree } from "./tree.ts";

const { SLOT_EIGHTHS } = layout;

/** The trees of one collection. */
export class TreeForm {
  /** The tree that gives the order. */
  readonly tree: Tree;
  /** The tree in which members are found by their hash: the same, but in a sorted set. */
  readonly finder: Tree;
  readonly spans: SpanReader = new SpanReader();
  readonly #stored = new StoredEntry(this.spans);
  /** The entry as it stands in a tree. */
  readonly entry: Uint8Array<ArrayBuffer> = this.#stored.entry;
  readonly #shape: Shape;
  #memory!: ShardMemory;
  /** Eighths that the item owns, besides what trees have grown since. */
  #eighths = 0;
  /** Eighths when it was opened. */
  #before = 0;

  /** Trees with entries of this shape: one in this order, and with `hasFinder` another by hash. */
  constructor(shape: Shape, order: Order, hasFinder: boolean) {
    this.#shape = shape;
    this.tree = new Tree(shape, order, this.spans);
    this.tree.hasRuns = order === Order.score && !hasFinder;
    this.finder = hasFinder ? new Tree(shape, Order.hash, this.spans) : this.tree;
  }

  get #isDouble(): boolean {
    return this.finder !== this.tree;
  }

  /** Opens what a descriptor says. */
  open(memory: ShardMemory, descriptor: Descriptor): void {
    this.#memory = memory;
    this.#eighths = descriptor.eighths;
    this.#before = this.#eighths;
    this.#openTree(this.tree, memory, descriptor, 0);
    if (this.#isDouble) this.#openTree(this.finder, memory, descriptor, 1);
  }

  #openTree(tree: Tree, memory: ShardMemory, descriptor: Descriptor, which: number): void {
    tree.memory = memory;
    tree.root = descriptor.root(which);
    tree.depth = descriptor.depth(which);
    tree.count = descriptor.count;
    tree.grown = 0;
  }

  /** Begins trees without entries. */
  begin(memory: ShardMemory): void {
    this.#memory = memory;
    this.#eighths = 0;
    this.#before = 0;
    this.tree.grown = 0;
    this.finder.grown = 0;
    this.tree.begin(memory);
    if (this.#isDouble) this.finder.begin(memory);
  }

  /** Eighths that the collection owns now. */
  get eighths(): number {
    return this.#eighths + this.tree.grown + (this.#isDouble ? this.finder.grown : 0);
  }

  /** By how many it has grown since it was opened. */
  get grownEighths(): number {
    return this.eighths - this.#before;
  }

  /** Writes what there is now to a descriptor. */
  describe(descriptor: Descriptor): void {
    const { tree, finder } = this;
    descriptor.eighths = this.eighths;
    descriptor.count = tree.count;
    descriptor.setRoot(0, tree.root, tree.depth);
    if (this.#isDouble) descriptor.setRoot(1, finder.root, finder.depth);
    else descriptor.setRoot(1, 0, 0);
  }

  /** Gives back trees without entries that no item has. */
  drop(): void {
    freePieceLocked(this.#memory, this.tree.root, SLOT_EIGHTHS);
    if (this.#isDouble) freePieceLocked(this.#memory, this.finder.root, SLOT_EIGHTHS);
  }

  #store(bytes: Uint8Array, at: number): number {
    const size = this.#stored.store(this.#memory, this.#shape, bytes, at);
    this.#eighths += this.#stored.eighths;
    return size;
  }

  /** Adds the plain entry at `at` behind all others. */
  append(bytes: Uint8Array, at: number): void {
    const { tree, finder } = this;
    const size = this.#store(bytes, at);
    if (tree.order === Order.hash) return this.#addToFinder(size);
    this.#spliceEnd(size);
    if (finder !== tree) this.#addToFinder(size);
  }

  #spliceEnd(size: number): void {
    const { tree } = this;
    tree.seekEnd();
    tree.splice(tree.end, 0, this.entry, size, 1);
  }

  /** Adds the plain entry at `at` before number `index`, in a tree by position. */
  insert(index: number, bytes: Uint8Array, at: number): void {
    const size = this.#store(bytes, at);
    const { tree } = this;
    if (index === tree.count) return this.#spliceEnd(size);
    const before = tree.seekIndex(index);
    tree.splice(this.entryAt(index - before), 0, this.entry, size, 1);
  }

  /** Where entry `index` of the leaf begins that the tree's walk is at. */
  entryAt(index: number): number {
    const { tree } = this;
    let at = tree.from;
    for (let i = 0; i < index; i++) at += entrySize(this.#shape, tree.memory.bytes, at);
    return at;
  }

  /** Adds an entry whose member is not there to the tree by hash. */
  #addToFinder(size: number): void {
    const { finder, spans, entry } = this;
    const hash = finder.hashIn(entry, 0);
    const length = spans.contiguous(this.#memory, entry, memberAt(this.#shape, 0));
    finder.seekHash(hash, spans.bytes, spans.start, length);
    finder.splice(finder.end, 0, entry, size, 1);
  }

  /** Adds the plain entry at `at`, whose member is not there. `isSought`: {@linkcode find} has just looked for it. */
  add(bytes: Uint8Array, at: number, isSought: boolean): void {
    const { finder, entry } = this;
    const size = this.#store(bytes, at);
    if (this.#isDouble) this.#addByScore(size);
    // The walk is where the member would be: another way down would cost as much as the first.
    if (isSought) finder.splice(finder.end, 0, entry, size, 1);
    else this.#addToFinder(size);
  }

  /** Adds the plain entry at `at` to the only tree, which is by score. */
  addInOrder(bytes: Uint8Array, at: number): void {
    this.#addByScore(this.#store(bytes, at));
  }

  /** Removes the entry at byte `at` of the leaf that the walk of the only tree is at. */
  removeAt(at: number): void {
    const size = entrySize(this.#shape, this.#memory.bytes, at);
    this.freeSpans(at);
    this.tree.splice(at, size, this.entry, 0, -1);
  }

  /** Overwrites bytes of the span at `place` of a leaf, from byte `offset` of what it holds on. */
  overwrite(
    place: number,
    offset: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    overwriteSpan(this.#memory, place, offset, bytes, start, length);
  }

  /** Adds {@linkcode entry} to the tree by score. */
  #addByScore(size: number): void {
    const { tree, spans, entry } = this;
    const memory = this.#memory;
    const length = spans.contiguous(memory, entry, SCORE_BYTES);
    // Comparing reads other long members with the same buffer.
    spans.hold();
    const { held: member, heldStart: start } = spans;
    const score = this.#stored.view.getFloat64(0, true);
    tree.seekScore(score, Bound.member, member, start, length);
    tree.splice(this.lowerBound(score, member, start, length), 0, entry, size, 1);
  }

  /** Where (score, member) is or would be in the leaf that the walk of the tree by score is at. */
  lowerBound(score: number, member: Uint8Array, start: number, length: number): number {
    const { spans, tree: { from, end } } = this;
    const memory = this.#memory;
    const { bytes, view } = memory;
    return spans.lowerBound(memory, bytes, view, from, end, score, member, start, length);
  }

  /** Gives the entry at byte `at` of the finder's leaf, in a sorted set, another score: that of the plain entry. */
  rescore(at: number, plain: Uint8Array): void {
    const { finder, entry } = this;
    const { bytes } = this.#memory;
    const size = entrySize(Shape.scored, bytes, at);
    for (let i = 0; i < size; i++) entry[i] = bytes[at + i]!;
    this.#removeByScore(finder.scoreAt(at));
    for (let i = 0; i < SCORE_BYTES; i++) {
      bytes[at + i] = plain[i]!;
      entry[i] = plain[i]!;
    }
    this.#addByScore(size);
  }

  /** Removes {@linkcode entry}, which has this score, from the tree by score. */
  #removeByScore(score: number): void {
    const { tree, spans, entry } = this;
    const length = spans.contiguous(this.#memory, entry, SCORE_BYTES);
    spans.hold();
    const { held: member, heldStart: start } = spans;
    tree.seekScore(score, Bound.member, member, start, length);
    const at = this.lowerBound(score, member, start, length);
    tree.splice(at, entrySize(Shape.scored, this.#memory.bytes, at), entry, 0, -1);
  }

  /** Removes the entry at byte `at` of the finder's leaf from all trees. */
  removeFound(at: number): void {
    const { finder, entry } = this;
    const { bytes } = this.#memory;
    const size = entrySize(this.#shape, bytes, at);
    if (this.#isDouble) {
      for (let i = 0; i < size; i++) entry[i] = bytes[at + i]!;
      this.#removeByScore(finder.scoreAt(at));
    }
    this.freeSpans(at);
    finder.splice(at, size, entry, 0, -1);
  }

  /** Replaces the entry at byte `at` of the leaf of the only tree by the plain one at `place`. */
  replace(at: number, bytes: Uint8Array, place: number): void {
    const { tree } = this;
    const size = this.#store(bytes, place);
    this.freeSpans(at);
    tree.splice(at, entrySize(this.#shape, this.#memory.bytes, at), this.entry, size, 0);
  }

  /** Frees the chains of the entry at byte `at`. */
  freeSpans(at: number): void {
    const { bytes } = this.#memory;
    const member = memberAt(this.#shape, at);
    this.#eighths -= freeSpanLocked(this.#memory, bytes, member);
    if (this.#shape !== Shape.field) return;
    this.#eighths -= freeSpanLocked(this.#memory, bytes, member + spanSize(bytes, member));
  }

  /** Removes up to `count` entries from number `index` on that are in one leaf. Returns how many. */
  removeSome(index: number, count: number): number {
    const { tree, finder } = this;
    const { bytes } = this.#memory;
    const from = this.entryAt(index - tree.seekIndex(index));
    let at = from;
    let removed = 0;
    for (; removed < count && at < tree.end; removed++) {
      if (finder !== tree) this.#removeFromFinder(at);
      this.freeSpans(at);
      at += entrySize(this.#shape, bytes, at);
    }
    tree.splice(from, at - from, this.entry, 0, -removed);
    return removed;
  }

  /** Removes the member of the entry at byte `at` of the tree by score from that by hash. */
  #removeFromFinder(at: number): void {
    const { tree, finder, spans } = this;
    const { bytes } = this.#memory;
    const hash = tree.hashAt(at);
    const length = spans.contiguous(this.#memory, bytes, at + SCORE_BYTES);
    spans.hold();
    const { held: member, heldStart: start } = spans;
    const found = this.find(hash, member, start, length);
    finder.splice(found, entrySize(this.#shape, bytes, found), this.entry, 0, -1);
  }

  /** Goes to the leaf in which a member is or would be. Returns the byte of its entry, or -1. */
  find(hash: number, member: Uint8Array, start: number, length: number): number {
    const { finder } = this;
    finder.seekHash(hash, member, start, length);
    const memory = this.#memory;
    const { from, end } = finder;
    return this.spans.findIn(memory, memory.bytes, this.#shape, from, end, member, start, length);
  }
}
