// A sorted set, opened: members with a score each, in the order of (score, member).
// Knows entries and their order only; opened_item.ts has where they lie.

import { hashKey } from "../hash.ts";
import { ItemType } from "../item_types.ts";
import { Operation } from "./change_log.ts";
import { entrySize, SCORE_BYTES, Shape, sizeForSpan, writeSpan } from "../trees/entries.ts";
import { KeyedCollection } from "./keyed.ts";
import { Bound } from "../trees/ordered_walk.ts";

const NO_BYTES = new Uint8Array();

/** A sorted set. */
export class SortedSetView extends KeyedCollection {
  /** A sorted set, to be opened. */
  constructor() {
    super(ItemType.sortedSet, Shape.scored);
  }

  /** The score at the cursor. */
  get score(): number {
    return this.#scoreAt(this.at);
  }

  #scoreAt(at: number): number {
    return this.view.getFloat64(at, true);
  }

  /** Gives a member a score, which is a number. Returns whether the member is new. */
  put(member: Uint8Array, start: number, length: number, score: number): boolean {
    const isKnown = this.find(member, start, length);
    if (isKnown && Object.is(this.score, score)) return false;
    this.reserveEntry(SCORE_BYTES + sizeForSpan(length));
    this.entryView.setFloat64(0, score, true);
    const size = writeSpan(this.entry, SCORE_BYTES, member, start, length);
    if (isKnown) this.#rescore(size);
    else this.addEntry(size);
    return !isKnown;
  }

  /** Gives the member at the cursor the score of {@linkcode entry}. */
  #rescore(size: number): void {
    this.beginChange(0);
    this.note(Operation.put, 0, 0, this.entry, 0, size);
    if (this.isTree) return this.form.rescore(this.at, this.entry);
    this.moveEntry(this.at, size, this.#placeInOrder());
  }

  /** Adds the plain entry of `size` bytes in {@linkcode entry}, whose member was just not found. */
  protected override addEntry(size: number): void {
    const isSought = this.isTree;
    this.beginChange(size);
    this.note(Operation.put, 0, 0, this.entry, 0, size);
    if (this.isTree) this.form.add(this.entry, 0, isSought);
    else this.splice(this.#placeInOrder(), 0, size, 1);
  }

  /** Before which of the packed entries {@linkcode entry} comes. */
  #placeInOrder(): number {
    const { packedSpans: spans, shard: { memory } } = this;
    const length = spans.contiguous(memory, this.entry, SCORE_BYTES);
    const { bytes: member, start } = spans;
    const score = this.entryView.getFloat64(0, true);
    const { bytes, view, from, end } = this;
    return spans.lowerBound(memory, bytes, view, from, end, score, member, start, length);
  }

  /** Compares the member of the entry at byte `at` with these bytes. */
  #compare(at: number, member: Uint8Array, start: number, length: number): number {
    const { spans, shard, bytes } = this;
    return spans.compare(shard.memory, bytes, at + SCORE_BYTES, member, start, length);
  }

  /** How many members are before this one, or -1 where it is not there. */
  rank(member: Uint8Array, start: number, length: number): number {
    if (!this.isTree) {
      return this.find(member, start, length) ? this.entriesBefore(this.at) : -1;
    }
    const { form, form: { tree } } = this;
    const found = form.find(hashKey(member, start, length), member, start, length);
    if (found < 0) return -1;
    const score = this.#scoreAt(found);
    tree.seekScore(score, Bound.member, member, start, length);
    return this.#rankOf(form.lowerBound(score, member, start, length));
  }

  /** The number of the entry at byte `at` of the leaf that the walk is at. */
  #rankOf(at: number): number {
    this.enterLeaf();
    return this.form.tree.entriesBefore() + this.entriesBefore(at);
  }

  /** How many members have a smaller score, or with `isAfter` the same or a smaller one. */
  rankOfScore(score: number, isAfter: boolean): number {
    if (this.isTree) {
      const bound = isAfter ? Bound.after : Bound.before;
      this.form.tree.seekScore(score, bound, NO_BYTES, 0, 0);
      this.enterLeaf();
    }
    let at = this.from;
    for (; at < this.end; at += entrySize(this.shape, this.bytes, at)) {
      const other = this.#scoreAt(at);
      if (isAfter ? other > score : other >= score) break;
    }
    return this.isTree ? this.#rankOf(at) : this.entriesBefore(at);
  }

  /** The same by the bytes of the member, for a set whose scores are all the same. */
  rankOfLex(member: Uint8Array, start: number, length: number, isAfter: boolean): number {
    if (this.isTree) {
      this.form.tree.seekMember(member, start, length, isAfter);
      this.enterLeaf();
    }
    let at = this.from;
    for (; at < this.end; at += entrySize(this.shape, this.bytes, at)) {
      const difference = this.#compare(at, member, start, length);
      if (isAfter ? difference > 0 : difference >= 0) break;
    }
    return this.isTree ? this.#rankOf(at) : this.entriesBefore(at);
  }
}
