// Copies the trees of a collection to another shard, or in its own: node by node, as they are, with new addresses. That
// takes a hundredth of adding the members one by one. Long members are copied, too; both trees of a sorted set share
// the copies.

import { takeSlotLocked } from "../healing.ts";
import { readPieces } from "../item.ts";
import type { ItemType } from "../item_types.ts";
import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { Descriptor } from "./descriptor.ts";
import { entrySize, memberAt, read24, Shape, spanLength, spanSize, write24 } from "./entries.ts";
import { CHILD_NODE, childNode, childWord, leafStart, Order, usedOf } from "./node.ts";
import { orderOf, shapeOf } from "./shrink.ts";
import { chainAt } from "./spans.ts";
import { storeChainLocked, type StoredChain } from "./stored_span.ts";

const { ADDRESS_MASK, EIGHTH_WORD_SHIFT, SLOT_BYTES, SLOT_EIGHTHS, WORD_BYTES } = layout;
const SLOT_WORDS = SLOT_BYTES / WORD_BYTES;

/** Copies trees from one shard to another. */
class TreeClone {
  eighths = 0;
  readonly #from: ShardMemory;
  readonly #to: ShardMemory;
  readonly #shape: Shape;
  /** The new address of each chain by the old one. */
  readonly #chains = new Map<number, number>();
  readonly #stored: StoredChain = { address: 0, eighths: 0 };

  constructor(from: ShardMemory, to: ShardMemory, shape: Shape) {
    this.#from = from;
    this.#to = to;
    this.#shape = shape;
  }

  /** Copies the node at `node`, which has `depth` levels below it. Returns where the copy is. */
  node(node: number, depth: number, order: Order): number {
    const to = this.#to;
    const copy = takeSlotLocked(to);
    if (copy === 0) throw new Error("Cannot copy a tree: its shard has nothing but it");
    this.eighths += SLOT_EIGHTHS;
    const from = this.#from.words;
    const [start, end] = [copy << EIGHTH_WORD_SHIFT, node << EIGHTH_WORD_SHIFT];
    for (let i = 0; i < SLOT_WORDS; i++) to.words[start + i] = from[end + i]!;
    if (depth === 0) this.#copyChains(copy);
    else {
      for (let place = usedOf(to, copy) - 1; place >= 0; place--) {
        const word = childWord(order, copy, place);
        const child = this.node(childNode(to, word), depth - 1, order);
        to.words[word + CHILD_NODE] = (to.words[word + CHILD_NODE]! & ~ADDRESS_MASK) | child;
      }
    }
    return copy;
  }

  /** Gives the entries of a copied leaf chains of their own. */
  #copyChains(leaf: number): void {
    const { bytes } = this.#to;
    const end = leafStart(leaf) + usedOf(this.#to, leaf);
    const shape = this.#shape;
    for (let at = leafStart(leaf); at < end; at += entrySize(shape, bytes, at)) {
      const place = memberAt(shape, at);
      this.#copyChain(place);
      if (shape === Shape.field) this.#copyChain(place + spanSize(bytes, place));
    }
  }

  #copyChain(place: number): void {
    const { bytes } = this.#to;
    const at = chainAt(bytes, place);
    if (at < 0) return;
    const old = read24(bytes, at);
    let address = this.#chains.get(old);
    if (address === undefined) {
      const member = new Uint8Array(spanLength(bytes, place));
      readPieces(this.#from, old, 0, member.length, member, 0);
      storeChainLocked(this.#to, member, 0, member.length, this.#stored);
      this.eighths += this.#stored.eighths;
      address = this.#stored.address;
      this.#chains.set(old, address);
    }
    write24(bytes, at, address);
  }
}

/**
 * Copies the trees that `descriptor` names from one shard to another, which may be the same, and has it name the copies. The
 * item that has them must be pinned. Evicts others where there is no space.
 */
export function cloneTreesLocked(
  from: ShardMemory,
  to: ShardMemory,
  type: ItemType,
  descriptor: Descriptor,
): void {
  const clone = new TreeClone(from, to, shapeOf(type));
  for (let which = 0; which < 2; which++) {
    const root = descriptor.root(which);
    if (root === 0) continue;
    const depth = descriptor.depth(which);
    const order = which === 0 ? orderOf(type) : Order.hash;
    descriptor.setRoot(which, clone.node(root, depth, order), depth);
  }
  descriptor.eighths = clone.eighths;
}
