// Copies the members of a collection in trees as operations that add them again, a few leaves at a time. Between two
// steps the collection may change: members of sets, hashes and sorted sets are walked by their hash, records of streams in
// their order, so that one that is there all the while is copied. Of a list that has changed the copy has to begin anew.

import { typeOf } from "../item_types.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { type ChangeLog, Operation } from "./change_log.ts";
import { Descriptor } from "../trees/descriptor.ts";
import {
  entrySize,
  memberAt,
  SCORE_BYTES,
  Shape,
  sizeForSpan,
  spanLength,
  spanSize,
} from "../trees/entries.ts";
import { Order } from "../trees/node.ts";
import { Bound, OrderedWalk } from "../trees/ordered_walk.ts";
import { hasFinder, orderOf, shapeOf } from "../trees/shrink.ts";
import { headBytesOf, SpanReader } from "../trees/spans.ts";

const NO_BYTES = new Uint8Array();

/** A copy of the members of one collection. */
export class MembersCopy {
  /** Whether all are copied. */
  isDone = false;
  readonly #spans = new SpanReader();
  readonly #descriptor = new Descriptor();
  /** The hash to go on from, or the number of the element in a list. */
  #next = 0;
  /** Entries copied so far. */
  #copied = 0;
  /** Of a stream the record that was copied last. */
  #lastScore = 0;
  #lastMember: Uint8Array | null = null;

  /** Begins with the first member. */
  begin(): void {
    this.isDone = false;
    this.#next = 0;
    this.#copied = 0;
    this.#lastMember = null;
  }

  /** Appends operations of about `most` bytes on the collection at `address` to `changes`. */
  step(memory: ShardMemory, address: number, changes: ChangeLog, most: number): void {
    const walk = this.#walk(memory, address);
    if (walk.order === Order.score) return this.#stepInOrder(walk, changes, most);
    if (walk.order === Order.position) walk.seekIndex(this.#next);
    else walk.seekHash(this.#next | 0, NO_BYTES, 0, 0);
    for (;;) {
      this.#copyLeaf(walk, walk.from, changes);
      const next = walk.order === Order.position ? this.#copied : walk.nextHash();
      const more = walk.nextLeaf();
      // Members of one hash may be in several leaves, and the copy goes on from a hash.
      if (more && (changes.used < most || next === this.#next)) continue;
      this.#next = next;
      this.isDone = !more;
      return;
    }
  }

  /** The same of a stream, whose only tree is by score: goes on behind the record that was the last. */
  #stepInOrder(walk: OrderedWalk, changes: ChangeLog, most: number): void {
    const { memory } = walk;
    const from = this.#seekBehindLast(walk);
    this.#copyLeaf(walk, from, changes);
    for (;;) {
      const lastLeaf = walk.from;
      const lastEnd = walk.end;
      this.isDone = !walk.nextLeaf();
      if (!this.isDone && changes.used < most) this.#copyLeaf(walk, walk.from, changes);
      else if (this.isDone) return;
      else return this.#noteLast(memory, lastLeaf, lastEnd);
    }
  }

  /** Goes to the leaf with the first record behind the last one. Returns where that record begins. */
  #seekBehindLast(walk: OrderedWalk): number {
    const { memory, memory: { bytes, view } } = walk;
    const last = this.#lastMember;
    if (last === null) {
      walk.seekIndex(0);
      return walk.from;
    }
    const score = this.#lastScore;
    walk.seekScore(score, Bound.member, last, 0, last.length);
    const spans = this.#spans;
    const { from, end } = walk;
    const at = spans.lowerBound(memory, bytes, view, from, end, score, last, 0, last.length);
    if (at === end || view.getFloat64(at, true) !== score) return at;
    const isLast = spans.compare(memory, bytes, at + SCORE_BYTES, last, 0, last.length) === 0;
    return isLast ? at + entrySize(Shape.scored, bytes, at) : at;
  }

  /** Notes the last record between these bytes. */
  #noteLast(memory: ShardMemory, from: number, end: number): void {
    const { bytes } = memory;
    let at = from;
    for (let next = at; next < end; next += entrySize(Shape.scored, bytes, at)) at = next;
    this.#lastScore = memory.view.getFloat64(at, true);
    const length = this.#spans.contiguous(memory, bytes, at + SCORE_BYTES);
    this.#lastMember = this.#spans.bytes.slice(this.#spans.start, this.#spans.start + length);
  }

  /** A walk in the tree by position, by hash, or of a stream by score. */
  #walk(memory: ShardMemory, address: number): OrderedWalk {
    const descriptor = this.#descriptor;
    descriptor.read(memory, address);
    const type = typeOf(memory, address);
    const which = hasFinder(type) ? 1 : 0;
    const order = which === 1 ? Order.hash : orderOf(type);
    const walk = new OrderedWalk(shapeOf(type), order, this.#spans);
    walk.memory = memory;
    walk.root = descriptor.root(which);
    walk.depth = descriptor.depth(which);
    return walk;
  }

  /** Copies the entries of the leaf that the walk is at, from byte `from` on. */
  #copyLeaf(walk: OrderedWalk, from: number, changes: ChangeLog): void {
    const { memory, memory: { bytes }, shape } = walk;
    let total = 0;
    let count = 0;
    for (let at = from; at < walk.end; count++) {
      const place = memberAt(shape, at);
      let size = plainSpanSize(bytes, place);
      at = place + spanSize(bytes, place);
      if (shape === Shape.field) {
        size += plainSpanSize(bytes, at);
        at += spanSize(bytes, at);
      } else if (shape === Shape.scored) size += SCORE_BYTES;
      total += size;
    }
    let to = changes.begin(Operation.addAll, this.#copied, total);
    const spans = this.#spans;
    for (let at = from; at < walk.end;) {
      const place = memberAt(shape, at);
      while (at < place) changes.bytes[to++] = bytes[at++]!;
      to = spans.writePlain(memory, bytes, place, changes.bytes, to);
      at = place + spanSize(bytes, place);
      if (shape !== Shape.field) continue;
      to = spans.writePlain(memory, bytes, at, changes.bytes, to);
      at += spanSize(bytes, at);
    }
    this.#copied += count;
  }
}

function plainSpanSize(bytes: Uint8Array, place: number): number {
  return headBytesOf(bytes, place) + sizeForSpan(spanLength(bytes, place));
}
