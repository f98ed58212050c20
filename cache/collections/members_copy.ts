// Copies the members of a collection in trees as operations that add them again, a few leaves at a time. Between two
// steps the collection may change: members of sets, hashes and sorted sets are walked by their hash, so that one that
// is there all the while is copied. Of a list that has changed the copy has to begin anew.

import { typeOf } from "../item_types.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { type ChangeLog, Operation } from "./change_log.ts";
import { Descriptor } from "../trees/descriptor.ts";
import {
  memberAt,
  SCORE_BYTES,
  Shape,
  sizeForSpan,
  spanLength,
  spanSize,
} from "../trees/entries.ts";
import { Order } from "../trees/node.ts";
import { orderOf, shapeOf } from "../trees/shrink.ts";
import { headBytesOf, SpanReader } from "../trees/spans.ts";
import { TreeWalk } from "../trees/tree_walk.ts";

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

  /** Begins with the first member. */
  begin(): void {
    this.isDone = false;
    this.#next = 0;
    this.#copied = 0;
  }

  /** Appends operations of about `most` bytes on the collection at `address` to `changes`. */
  step(memory: ShardMemory, address: number, changes: ChangeLog, most: number): void {
    const walk = this.#walk(memory, address);
    if (walk.order === Order.position) walk.seekIndex(this.#next);
    else walk.seekHash(this.#next | 0, NO_BYTES, 0, 0);
    for (;;) {
      this.#copyLeaf(walk, changes);
      const next = walk.order === Order.position ? this.#copied : walk.nextHash();
      const more = walk.nextLeaf();
      // Members of one hash may be in several leaves, and the copy goes on from a hash.
      if (more && (changes.used < most || next === this.#next)) continue;
      this.#next = next;
      this.isDone = !more;
      return;
    }
  }

  /** A walk in the tree by position, or by hash. */
  #walk(memory: ShardMemory, address: number): TreeWalk {
    const descriptor = this.#descriptor;
    descriptor.read(memory, address);
    const type = typeOf(memory, address);
    const which = orderOf(type) === Order.score ? 1 : 0;
    const order = which === 1 ? Order.hash : orderOf(type);
    const walk = new TreeWalk(shapeOf(type), order, this.#spans);
    walk.memory = memory;
    walk.root = descriptor.root(which);
    walk.depth = descriptor.depth(which);
    return walk;
  }

  #copyLeaf(walk: TreeWalk, changes: ChangeLog): void {
    const { memory, memory: { bytes }, shape } = walk;
    let total = 0;
    let count = 0;
    for (let at = walk.from; at < walk.end; count++) {
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
    for (let at = walk.from; at < walk.end;) {
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
