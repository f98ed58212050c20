// The nodes of a tree, each a whole slot. A leaf has entries one behind the other, an inner node its children with
// the number of entries below each. How children are told apart depends on the order of the tree: by those numbers
// alone, by the hash of the first member, or by its score. Touches no memory but that of one node.
//
//   any      word 0   bytes of entries in a leaf, children of an inner node
//   leaf     entries from byte 4 on
//   inner    for each child: address 20 and whether its hash may be in the child before too | entries
//            | hash, or a score of two words; that of the first child means nothing

import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";

const { ADDRESS_BITS, ADDRESS_MASK, EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, SLOT_BYTES, WORD_BYTES } =
  layout;

/** What the entries of a tree are ordered by. */
export const Order = {
  /** Nothing but their position. */
  position: 0,
  /** The hash of the member, then its bytes. Within a leaf they are in no order. */
  hash: 1,
  /** The score, then the bytes of the member. */
  score: 2,
} as const;
/** One of the values of the constant of the same name. */
export type Order = typeof Order[keyof typeof Order];

export const NODE_HEAD_WORDS = 1;
export const NODE_HEAD_BYTES = NODE_HEAD_WORDS * WORD_BYTES;
/** Bytes of entries that a leaf can have. */
export const LEAF_BYTES = SLOT_BYTES - NODE_HEAD_BYTES;
/** The largest entry. With it a leaf that is too full by one entry can always be cut in two that are not. */
export const MAX_ENTRY_BYTES = LEAF_BYTES - LEAF_BYTES / 2 - 4;
/** A node less full than this may be joined with its neighbour. */
export const SPARSE_SHARE = 0.4;
/** Deeper than any tree of a shard can be. */
export const MAX_DEPTH = 20;

/** In a child's words. */
export const CHILD_NODE = 0;
export const CHILD_COUNT = 1;
export const CHILD_KEY = 2;
/** The child before may have members with the hash that this one begins with. */
export const CHILD_SHARES_HASH = 1 << ADDRESS_BITS;

/** Words of a child in a tree of this order. */
export function childWords(order: Order): number {
  return CHILD_KEY + order;
}

/** Most children of an inner node in a tree of this order. */
export function maxChildren(order: Order): number {
  return Math.floor((SLOT_BYTES / WORD_BYTES - NODE_HEAD_WORDS) / childWords(order));
}

/** Bytes of entries in a leaf, or children of an inner node. */
export function usedOf(memory: ShardMemory, node: number): number {
  return memory.words[node << EIGHTH_WORD_SHIFT]!;
}

/** Sets that. */
export function setUsed(memory: ShardMemory, node: number, used: number): void {
  memory.words[node << EIGHTH_WORD_SHIFT] = used;
}

/** First word of child `place` of an inner node. */
export function childWord(order: Order, node: number, place: number): number {
  return (node << EIGHTH_WORD_SHIFT) + NODE_HEAD_WORDS + place * childWords(order);
}

/** The node that the words of a child name. */
export function childNode(memory: ShardMemory, word: number): number {
  return memory.words[word + CHILD_NODE]! & ADDRESS_MASK;
}

/** First byte of a leaf's entries. */
export function leafStart(node: number): number {
  return (node << EIGHTH_BYTE_SHIFT) + NODE_HEAD_BYTES;
}
