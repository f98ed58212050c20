// A sorted set, opened: members with a score each, in the order of (score, member).
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import {
  compareBytes,
  entrySize,
  SCORE_BYTES,
  Shape,
  sizeForSpan,
  spanLength,
  spanStart,
  writeSpan,
} from "./entries.ts";
import { KeyedCollection } from "./keyed.ts";

/** A sorted set. */
export class SortedSetView extends KeyedCollection {
  readonly #float = new Float64Array(1);
  readonly #floatBytes = new Uint8Array(this.#float.buffer);

  constructor() {
    super(ItemType.sortedSet, Shape.scored);
  }

  /** The score at the cursor. */
  get score(): number {
    return this.#scoreAt(this.at);
  }

  #scoreAt(at: number): number {
    const { bytes } = this;
    for (let i = 0; i < SCORE_BYTES; i++) this.#floatBytes[i] = bytes[at + i]!;
    return this.#float[0]!;
  }

  /** Gives a member a score, which is a number. Returns whether the member is new. */
  put(member: Uint8Array, start: number, length: number, score: number): boolean {
    const isKnown = this.find(member, start, length);
    if (isKnown) {
      if (Object.is(this.score, score)) return false;
      this.splice(this.at, entrySize(this.shape, this.bytes, this.at), 0, -1);
    }
    this.reserveEntry(SCORE_BYTES + sizeForSpan(length));
    this.#float[0] = score;
    for (let i = 0; i < SCORE_BYTES; i++) this.entry[i] = this.#floatBytes[i]!;
    const size = writeSpan(this.entry, SCORE_BYTES, member, start, length);
    this.#lowerBound(score, member, start, length);
    this.splice(this.at, 0, size, 1);
    return !isKnown;
  }

  /** Puts the cursor on the first entry that is not before (score, member), or behind the last. */
  #lowerBound(score: number, member: Uint8Array, start: number, length: number): void {
    const { bytes } = this;
    let index = 0;
    let at = this.from;
    for (; at < this.end; index++) {
      const other = this.#scoreAt(at);
      if (other > score || other === score && this.#compareMember(at, member, start, length) >= 0) {
        break;
      }
      at += entrySize(this.shape, bytes, at);
    }
    this.at = at;
    this.index = index;
  }

  #compareMember(at: number, member: Uint8Array, start: number, length: number): number {
    const { bytes } = this;
    const place = at + SCORE_BYTES;
    return compareBytes(
      bytes,
      spanStart(bytes, place),
      spanLength(bytes, place),
      member,
      start,
      length,
    );
  }

  /** How many members are before this one, or -1 where it is not there. */
  rank(member: Uint8Array, start: number, length: number): number {
    return this.find(member, start, length) ? this.index : -1;
  }

  /** How many members have a smaller score, or with `isAfter` the same or a smaller one. */
  rankOfScore(score: number, isAfter: boolean): number {
    const { bytes } = this;
    let index = 0;
    for (let at = this.from; at < this.end; index++) {
      const other = this.#scoreAt(at);
      if (isAfter ? other > score : other >= score) break;
      at += entrySize(this.shape, bytes, at);
    }
    return index;
  }

  /** The same by the bytes of the member, for a set whose scores are all the same. */
  rankOfLex(member: Uint8Array, start: number, length: number, isAfter: boolean): number {
    const { bytes } = this;
    let index = 0;
    for (let at = this.from; at < this.end; index++) {
      const difference = this.#compareMember(at, member, start, length);
      if (isAfter ? difference > 0 : difference >= 0) break;
      at += entrySize(this.shape, bytes, at);
    }
    return index;
  }
}
