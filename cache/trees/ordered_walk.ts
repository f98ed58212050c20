// Finds its way in a tree by score: to the leaf of a member with its score, or before or behind all with that score.
// Where all scores are the same also by the bytes of the member. Changes nothing.

import { WORD_BYTES } from "../layout.ts";
import { CHILD_KEY, childWord, leafStart, usedOf } from "./node.ts";
import { TreeWalk } from "./tree_walk.ts";

/** Which of the members with a score is looked for. */
export const Bound = {
  /** Before all of them. */
  before: 0,
  /** The one that is given. */
  member: 1,
  /** Behind all of them. */
  after: 2,
} as const;
/** One of the values of the constant of the same name. */
export type Bound = typeof Bound[keyof typeof Bound];

/** A tree, and a walk in it by score. */
export class OrderedWalk extends TreeWalk {
  /** Goes to the leaf in which a member with this score is, or would be, or the first or last of that score. */
  seekScore(
    score: number,
    bound: Bound,
    member: Uint8Array,
    start: number,
    length: number,
  ): void {
    const { memory, order } = this;
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      let low = 0;
      let high = usedOf(memory, node) - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        const word = childWord(order, node, middle);
        const key = this.keyScore(word);
        const isRight = key === score
          ? bound === Bound.after ||
            bound === Bound.member && this.#isFromFirst(word, level, score, member, start, length)
          : key < score;
        if (isRight) low = middle;
        else high = middle - 1;
      }
      node = this.down(level, node, low);
    }
    this.enter(node);
  }

  /** Whether (score, member) is not before the first below the child at `word`. */
  #isFromFirst(
    word: number,
    level: number,
    score: number,
    member: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    const at = leafStart(this.firstLeaf(word, level));
    const first = this.scoreAt(at);
    if (first !== score) return first < score;
    return this.compareMember(at, member, start, length) <= 0;
  }

  /**
   * Goes to the leaf in which these bytes are, or would be, in a tree whose scores are all the same. With `isAfter`
   * members that are the same are before it.
   */
  seekMember(member: Uint8Array, start: number, length: number, isAfter: boolean): void {
    const { memory, order } = this;
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      let low = 0;
      let high = usedOf(memory, node) - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        const at = leafStart(this.firstLeaf(childWord(order, node, middle), level));
        const difference = this.compareMember(at, member, start, length);
        if (difference < 0 || isAfter && difference === 0) low = middle;
        else high = middle - 1;
      }
      node = this.down(level, node, low);
    }
    this.enter(node);
  }

  /** The score of the entry at byte `at` of the shard. */
  scoreAt(at: number): number {
    return this.memory.view.getFloat64(at, true);
  }

  /** The score from which on the child at `word` has entries. */
  private keyScore(word: number): number {
    return this.memory.view.getFloat64((word + CHILD_KEY) * WORD_BYTES, true);
  }

  /** Copies the score of the entry at byte `at` to two words from `place` on. */
  protected scoreWords(at: number, to: Int32Array, place: number): void {
    const { view } = this.memory;
    to[place] = view.getInt32(at, true);
    to[place + 1] = view.getInt32(at + WORD_BYTES, true);
  }
}
