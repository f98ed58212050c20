// Members with scores that a command has collected from sorted sets, or sets, before it answers or stores them: it
// may have to put them in order first, and what is stored may evict, or be, what they come from. Bounded in
// number and bytes by whoever adds some. Knows no key.

import { ascendingPlaces } from "./number_order.ts";
import { grownBytes } from "../../contract/growing_bytes.ts";

/** A set whose cursor is on a member. */
export interface MemberSource {
  readonly memberBytes: number;
  readMember(to: Uint8Array, at: number): void;
}

/** A list of members, each with its score. */
export class ScoredMembers {
  /** How many there are, with those that were removed. */
  count = 0;
  /** How many of them were not removed. */
  left = 0;
  /** The bytes of all members, one behind the other. */
  bytes: Uint8Array = new Uint8Array(1024);
  /** How many of these are used. */
  usedBytes = 0;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly scores: Float64Array;
  readonly #isRemoved: Uint8Array;

  /** For up to `most` members. */
  constructor(most: number) {
    this.starts = new Int32Array(most);
    this.lengths = new Int32Array(most);
    this.scores = new Float64Array(most);
    this.#isRemoved = new Uint8Array(most);
  }

  /** Copies the member at the cursor behind the last one. It counts only when {@linkcode keep} is called. */
  copy(source: MemberSource): void {
    const length = source.memberBytes;
    const { count, usedBytes } = this;
    const needed = usedBytes + length;
    if (needed > this.bytes.length) this.bytes = grownBytes(this.bytes, usedBytes, needed);
    source.readMember(this.bytes, usedBytes);
    this.starts[count] = usedBytes;
    this.lengths[count] = length;
  }

  /** Adds what was copied last. */
  keep(score: number): void {
    this.usedBytes += this.lengths[this.count]!;
    this.scores[this.count++] = score;
    this.left++;
  }

  /** Adds the member at the cursor. */
  add(source: MemberSource, score: number): void {
    this.copy(source);
    this.keep(score);
  }

  isRemoved(index: number): boolean {
    return this.#isRemoved[index] === 1;
  }

  /** Removes member number `index`, which was not. */
  remove(index: number): void {
    this.#isRemoved[index] = 1;
    this.left--;
  }

  /** Bytes of the members with these numbers. */
  bytesOf(numbers: Int32Array): number {
    let total = 0;
    for (const i of numbers) total += this.lengths[i]!;
    return total;
  }

  /** The numbers of the members that are left, in the order of a sorted set. */
  inOrder(): Int32Array {
    const left = new Int32Array(this.left);
    const scores = new Float64Array(this.left);
    let length = 0;
    let isSorted = true;
    for (let i = 0; i < this.count; i++) {
      if (this.isRemoved(i)) continue;
      if (length > 0 && this.#compare(left[length - 1]!, i) > 0) isSorted = false;
      // A zero below zero is the same as one above.
      scores[length] = this.scores[i]! + 0;
      left[length++] = i;
    }
    return isSorted ? left : this.#sorted(left, scores);
  }

  #sorted(numbers: Int32Array, scores: Float64Array): Int32Array {
    const places = ascendingPlaces(scores);
    const order = places.map((place) => numbers[place]!);
    // Those with the same score by their bytes.
    for (let from = 0, to = 1; to <= order.length; to++) {
      if (to < order.length && scores[places[to]!] === scores[places[from]!]) continue;
      if (to - from > 1) order.subarray(from, to).sort((a, b) => this.#compare(a, b));
      from = to;
    }
    return order;
  }

  #compare(a: number, b: number): number {
    const difference = this.scores[a]! - this.scores[b]!;
    // Of infinities that are the same it is no number.
    if (difference < 0 || difference > 0) return difference;
    const { bytes, starts, lengths } = this;
    const [aStart, bStart] = [starts[a]!, starts[b]!];
    const length = Math.min(lengths[a]!, lengths[b]!);
    for (let i = 0; i < length; i++) {
      const byte = bytes[aStart + i]! - bytes[bStart + i]!;
      if (byte !== 0) return byte;
    }
    return lengths[a]! - lengths[b]!;
  }
}

/** Finds members of such a list by their bytes: a hash table with open addressing. */
export class MemberIndex {
  /** How many places were looked at. Others choose the members, and could choose those that are all in one place. */
  probes = 0;
  readonly #members: ScoredMembers;
  readonly #hashes: Int32Array;
  /** The number of a member, and one more: 0 is an empty place. */
  readonly #places: Int32Array;
  readonly #mask: number;
  /** So that nobody knows which members come to the same place. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32) | 0;

  /** Knows none of the `most` members of the list yet. */
  constructor(members: ScoredMembers, most: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * most + 2));
    this.#members = members;
    this.#hashes = new Int32Array(size);
    this.#places = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** Knows all members of a list. */
  static of(members: ScoredMembers): MemberIndex {
    const index = new MemberIndex(members, members.count);
    for (let i = 0; i < members.count; i++) index.#enter(i);
    return index;
  }

  #enter(index: number): void {
    const { starts, lengths } = this.#members;
    const hash = this.#hash(starts[index]!, lengths[index]!);
    let at = hash & this.#mask;
    for (; this.#places[at] !== 0; at = (at + 1) & this.#mask) this.probes++;
    this.#hashes[at] = hash;
    this.#places[at] = index + 1;
  }

  /** The number of the member that was copied last, or -1 where the list has it not. `adds`: knows it then. */
  find(adds: boolean): number {
    const { count, starts, lengths } = this.#members;
    const hash = this.#hash(starts[count]!, lengths[count]!);
    let at = hash & this.#mask;
    for (; this.#places[at] !== 0; at = (at + 1) & this.#mask) {
      this.probes++;
      if (this.#hashes[at] === hash && this.#isSame(this.#places[at]! - 1, count)) {
        return this.#places[at]! - 1;
      }
    }
    if (adds) {
      this.#hashes[at] = hash;
      this.#places[at] = count + 1;
    }
    return -1;
  }

  /** FNV-1a by Fowler, Noll and Vo, from a start of its own, and the end of MurmurHash3 by A. Appleby. */
  #hash(start: number, length: number): number {
    const { bytes } = this.#members;
    let hash = this.#seed;
    for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #isSame(a: number, b: number): boolean {
    const { bytes, starts, lengths } = this.#members;
    const length = lengths[a]!;
    if (length !== lengths[b]) return false;
    const [aStart, bStart] = [starts[a]!, starts[b]!];
    for (let i = 0; i < length; i++) if (bytes[aStart + i] !== bytes[bStart + i]) return false;
    return true;
  }
}
