// Checks the trees of a collection by reading all of them: order, counts, sizes, and that each slot and piece has one
// owner. Slow; for tests and for debugging.

import * as layout from "../layout.ts";
import { typeOf } from "../item_types.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { pieceEighths } from "../slab.ts";
import { Descriptor } from "./descriptor.ts";
import { entrySize, memberAt, read24, Shape, spanLength, spanSize } from "./entries.ts";
import {
  CHILD_COUNT,
  CHILD_KEY,
  CHILD_NODE,
  CHILD_SHARES_HASH,
  childNode,
  childWord,
  leafStart,
  maxChildren,
  Order,
  usedOf,
} from "./node.ts";
import { OrderedWalk } from "./ordered_walk.ts";
import { orderOf, shapeOf } from "./shrink.ts";
import { chainAt, SpanReader } from "./spans.ts";

const { ADDRESS_MASK, EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, LINK_BYTES, PIECE_LAST, SLOT_EIGHTHS } =
  layout;

/** Is given each piece that a collection owns: its address and eighths. */
export type Claim = (address: number, eighths: number) => void;

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`Shard is inconsistent: ${what}`);
}

/** One entry, as far as its place in the order is concerned. */
interface Key {
  readonly number: number;
  readonly member: string;
}

/** Checks one tree. */
class TreeCheck {
  entries = 0;
  readonly #walk: OrderedWalk;
  readonly #claim: Claim;
  readonly #takesChains: boolean;
  readonly #item: number;

  /** A check of a tree of the item at address `item`; 0: of what is left of one that is being freed. */
  constructor(walk: OrderedWalk, claim: Claim, takesChains: boolean, item: number) {
    this.#walk = walk;
    this.#claim = claim;
    this.#takesChains = takesChains;
    this.#item = item;
  }

  /** Checks the nodes below and with `node`. All keys are from `low` on and below `high`. Returns how many entries. */
  node(node: number, depth: number, low: Key | null): { count: number; last: Key | null } {
    const { memory, order } = this.#walk;
    this.#claim(node, SLOT_EIGHTHS);
    if (depth === 0) return this.#leaf(node, low);
    const used = usedOf(memory, node);
    must(used >= 1 && used <= maxChildren(order), `node ${node} of item ${this.#item} has ${used}`);
    let count = 0;
    let last = low;
    for (let place = 0; place < used; place++) {
      const word = childWord(order, node, place);
      const before = last;
      const below = this.node(childNode(memory, word), depth - 1, last);
      must(
        memory.words[word + CHILD_COUNT] === below.count && below.count > 0,
        `child ${place} of node ${node} counts wrongly`,
      );
      if (place > 0) this.#checkKey(word, before, node);
      count += below.count;
      last = below.last;
    }
    return { count, last };
  }

  /** The key of a child is behind all that is before it. */
  #checkKey(word: number, before: Key | null, node: number): void {
    const { memory, order } = this.#walk;
    if (order !== Order.hash || before === null) return;
    const key = memory.words[word + CHILD_KEY]! >>> 0;
    const shares = (memory.words[word + CHILD_NODE]! & CHILD_SHARES_HASH) !== 0;
    must(shares ? before.number <= key : before.number < key, `node ${node} has a wrong key`);
  }

  #leaf(leaf: number, low: Key | null): { count: number; last: Key | null } {
    const { memory, order, shape } = this.#walk;
    const start = leafStart(leaf);
    const end = start + usedOf(memory, leaf);
    const keys: Key[] = [];
    let at = start;
    let count = 0;
    for (; at < end; count++) {
      // Of what is being freed, the long members of one tree may have gone with the other.
      if (order !== Order.position && this.#item !== 0) keys.push(this.#keyAt(at));
      this.#chains(at);
      at += entrySize(shape, memory.bytes, at);
    }
    must(at === end, `leaf ${leaf} of item ${this.#item} ends within an entry`);
    if (order === Order.hash) keys.sort(compareKeys);
    let last = low;
    for (const key of keys) {
      must(last === null || compareKeys(last, key) < 0, `leaf ${leaf} is out of order`);
      last = key;
    }
    this.entries += count;
    return { count, last };
  }

  #keyAt(at: number): Key {
    const walk = this.#walk;
    const { spans, memory } = walk;
    const number = walk.order === Order.hash ? walk.hashAt(at) >>> 0 : walk.scoreAt(at);
    const length = spans.contiguous(memory, memory.bytes, memberAt(walk.shape, at));
    const bytes = spans.bytes.subarray(spans.start, spans.start + length);
    return { number, member: Array.from(bytes, (byte) => String.fromCharCode(byte)).join("") };
  }

  #chains(at: number): void {
    if (!this.#takesChains) return;
    const { memory: { bytes }, shape } = this.#walk;
    const place = memberAt(shape, at);
    this.#chain(place);
    if (shape === Shape.field) this.#chain(place + spanSize(bytes, place));
  }

  #chain(place: number): void {
    const { memory } = this.#walk;
    const chain = chainAt(memory.bytes, place);
    if (chain < 0) return;
    let left = spanLength(memory.bytes, place);
    for (let address = read24(memory.bytes, chain); left > 0;) {
      const word = memory.words[address << EIGHTH_WORD_SHIFT]!;
      this.#claim(address, pieceEighths(word));
      left -= (pieceEighths(word) << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
      must((word & PIECE_LAST) !== 0 === left <= 0, `a chain of item ${this.#item} ends wrongly`);
      address = word & ADDRESS_MASK;
      must(left > 0 || address === 0, `a chain of item ${this.#item} names an item`);
    }
  }
}

function compareKeys(a: Key, b: Key): number {
  if (a.number !== b.number) return a.number - b.number;
  return a.member < b.member ? -1 : a.member === b.member ? 0 : 1;
}

/**
 * Checks the trees of the collection at `address`. `isGone`: of one that is being freed, whose counts and order mean
 * nothing any more. Calls `claim` for what it owns. Throws Error on what is wrong.
 */
export function checkTreesLocked(
  memory: ShardMemory,
  address: number,
  claim: Claim,
  isGone: boolean,
): void {
  const descriptor = new Descriptor();
  descriptor.read(memory, address);
  const type = typeOf(memory, address);
  let eighths = 0;
  const owned: Claim = (piece, length) => {
    eighths += length;
    claim(piece, length);
  };
  for (let which = 0; which < 2; which++) {
    const root = descriptor.root(which);
    if (root === 0) continue;
    const order = which === 0 ? orderOf(type) : Order.hash;
    const walk = new OrderedWalk(shapeOf(type), order, new SpanReader());
    walk.memory = memory;
    if (isGone) claimRest(walk, root, descriptor.depth(which), owned, which === 0);
    else {
      const check = new TreeCheck(walk, owned, which === 0, address);
      check.node(root, descriptor.depth(which), null);
      must(
        check.entries === descriptor.count,
        `item ${address} counts ${descriptor.count} wrongly`,
      );
    }
  }
  must(isGone || eighths === descriptor.eighths, `item ${address} owns ${eighths} eighths`);
}

/** Claims what is left of a tree that is being freed. */
function claimRest(
  walk: OrderedWalk,
  node: number,
  depth: number,
  claim: Claim,
  takesChains: boolean,
): void {
  const { memory, order } = walk;
  if (depth === 0) return void new TreeCheck(walk, claim, takesChains, 0).node(node, 0, null);
  claim(node, SLOT_EIGHTHS);
  for (let place = 0; place < usedOf(memory, node); place++) {
    claimRest(
      walk,
      childNode(memory, childWord(order, node, place)),
      depth - 1,
      claim,
      takesChains,
    );
  }
}
