// Remembers which hashes the members of several sets have, and in which sets. Who knows the hash can make
// members whose hashes are the same, or lie in a row: neither makes it slow. Knows no members.

/** Hashes with the sets that have members of each: open addressing, and none is ever removed. */
export class SeenHashes {
  /** In turn a hash and the number of its set, and one more: 0 is an empty place. */
  readonly #entries: Int32Array;
  readonly #mask: number;
  readonly #shift: number;
  /** Odd and random: which hashes get in each other's way cannot be foreseen (multiply-shift hashing). */
  readonly #factor = Math.floor(Math.random() * 2 ** 32) | 1;

  /** For up to `most` hashes. */
  constructor(most: number) {
    const bits = Math.ceil(Math.log2(2 * most + 2));
    this.#entries = new Int32Array(2 ** (bits + 1));
    this.#mask = 2 ** bits - 1;
    this.#shift = 32 - bits;
  }

  /** The first place with this hash, or -1. Places with the same hash are those of different sets. */
  first(hash: number): number {
    return this.#from(this.#home(hash), hash);
  }

  /** The next one after place `at`, or -1. */
  next(at: number, hash: number): number {
    return this.#from((at + 1) & this.#mask, hash);
  }

  #home(hash: number): number {
    return Math.imul(hash, this.#factor) >>> this.#shift;
  }

  #from(start: number, hash: number): number {
    const entries = this.#entries;
    for (let at = start; entries[2 * at + 1] !== 0; at = (at + 1) & this.#mask) {
      if (entries[2 * at] === hash) return at;
    }
    return -1;
  }

  /** The set at this place. */
  setAt(at: number): number {
    return this.#entries[2 * at + 1]! - 1;
  }

  /** Adds the hash of a member of this set, if it is not there yet. */
  add(hash: number, set: number): void {
    const entries = this.#entries;
    let at = this.#home(hash);
    for (; entries[2 * at + 1] !== 0; at = (at + 1) & this.#mask) {
      if (entries[2 * at] === hash && entries[2 * at + 1] === set + 1) return;
    }
    entries[2 * at] = hash;
    entries[2 * at + 1] = set + 1;
  }
}
