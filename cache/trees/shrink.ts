// Frees the trees of an item that is gone, a few slots at a time, from their ends. Long members go whole, with the leaf
// that they are in.

import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { freePieceLocked } from "../slab.ts";
import { type Descriptor } from "./descriptor.ts";
import { entrySize, memberAt, Shape, spanSize } from "./entries.ts";
import { childNode, childWord, leafStart, MAX_DEPTH, Order, setUsed, usedOf } from "./node.ts";
import { freeSpanLocked } from "./spans.ts";
import { ItemType } from "../item_types.ts";

const { SLOT_EIGHTHS } = layout;

/** The shape of the entries of a collection. */
export function shapeOf(type: ItemType): Shape {
  if (type === ItemType.hash) return Shape.field;
  return isScored(type) ? Shape.scored : Shape.member;
}

/** The order of its first tree. */
export function orderOf(type: ItemType): Order {
  if (type === ItemType.list) return Order.position;
  return isScored(type) ? Order.score : Order.hash;
}

/** Whether it has a second tree, in which members are found by their hash. */
export function hasFinder(type: ItemType): boolean {
  return type === ItemType.sortedSet;
}

function isScored(type: ItemType): boolean {
  return type === ItemType.sortedSet || type === ItemType.stream;
}

/** Frees up to about `slots` slots of the trees that `descriptor` names, which is changed. Returns whether all are free. */
export function shrinkTreesLocked(
  memory: ShardMemory,
  type: ItemType,
  descriptor: Descriptor,
  slots: number,
): boolean {
  let left = slots;
  const path = new Int32Array(MAX_DEPTH);
  for (let which = 0; which < 2; which++) {
    const order = which === 0 ? orderOf(type) : Order.hash;
    for (; descriptor.root(which) !== 0; left--) {
      if (left <= 0) return false;
      const root = descriptor.root(which);
      // Both trees of a sorted set have the same chains.
      const shape = which === 0 ? shapeOf(type) : null;
      if (!freeLastLeaf(memory, order, root, descriptor.depth(which), shape, path)) continue;
      descriptor.setRoot(which, 0, 0);
    }
  }
  return true;
}

/** Frees the last leaf of a tree, and the inner nodes that have no child then. Returns whether nothing is left. */
function freeLastLeaf(
  memory: ShardMemory,
  order: Order,
  root: number,
  depth: number,
  shape: Shape | null,
  path: Int32Array,
): boolean {
  let node = root;
  for (let level = 0; level < depth; level++) {
    path[level] = node;
    node = childNode(memory, childWord(order, node, usedOf(memory, node) - 1));
  }
  if (shape !== null) freeLongMembers(memory, node, shape);
  freePieceLocked(memory, node, SLOT_EIGHTHS);
  for (let level = depth - 1; level >= 0; level--) {
    const used = usedOf(memory, path[level]!) - 1;
    setUsed(memory, path[level]!, used);
    if (used > 0) return false;
    freePieceLocked(memory, path[level]!, SLOT_EIGHTHS);
  }
  return true;
}

function freeLongMembers(memory: ShardMemory, leaf: number, shape: Shape): void {
  const { bytes } = memory;
  const end = leafStart(leaf) + usedOf(memory, leaf);
  for (let at = leafStart(leaf); at < end; at += entrySize(shape, bytes, at)) {
    const place = memberAt(shape, at);
    freeSpanLocked(memory, bytes, place);
    if (shape === Shape.field) freeSpanLocked(memory, bytes, place + spanSize(bytes, place));
  }
}
