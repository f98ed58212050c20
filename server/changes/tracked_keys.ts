// The keys of which one client wants to hear, each once: records in one growing buffer, found by their
// hash through chains, and known by age, so that the oldest can be forgotten. A key costs 12 bytes, a
// link of 4 to 8 and itself, where a Map of arrays took 400. Knows no client and no budget.

import { sameBytes } from "../contract/same_bytes.ts";

/** A record, in words: hash, length or DEAD, the next record of its chain; then the key's bytes. */
const LENGTH = 1;
const NEXT = 2;
const HEADER_WORDS = 3;
const WORD_BYTES = 4;
const WORD_SHIFT = 2;
/** In place of a length: the key was forgotten. Its length is then where its hash was. */
const DEAD = -1;
/** Word 0 is nobody's, so that 0 can mean "none". */
const FIRST_WORD = 1;
const MIN_WORDS = 256;
const MIN_CHAINS = 64;
/**
 * Most keys of one hash. The cache never has more, for which this is the window of a key. Keys of one hash
 * are easy to make by the thousand, and each of them would walk past all others.
 */
export const MAX_KEYS_OF_HASH = 16;
/** Nobody outside knows which hashes come into one chain. */
const [SEED, FACTOR] = crypto.getRandomValues(new Int32Array(2)) as unknown as [number, number];

/** Keys, in the order in which they came. */
export class TrackedKeys {
  /** How many there are. */
  count = 0;
  #words = new Int32Array(MIN_WORDS);
  #bytes = new Uint8Array(this.#words.buffer);
  #chains = new Int32Array(MIN_CHAINS);
  /** Where the records end, and where the oldest begins that may be alive. */
  #end = FIRST_WORD;
  #first = FIRST_WORD;
  #liveWords = 0;

  /** How many bytes its buffers take. */
  get heldBytes(): number {
    return this.#bytes.length + this.#chains.byteLength;
  }

  /** How many bytes its buffers would take with a key of `length` bytes more. */
  heldBytesWith(length: number): number {
    const words = this.#sizeFor(recordWords(length));
    return WORD_BYTES * (words + this.#chainsFor(this.count + 1));
  }

  /** How many keys of this hash there are. */
  countOf(hash: number): number {
    let count = 0;
    for (let at = this.#chainOf(hash); at !== 0; at = this.#words[at + NEXT]!) {
      if (this.#words[at] === hash) count++;
    }
    return count;
  }

  /** Whether `length` bytes of `bytes` from `start`, of this hash, are one of the keys. */
  has(hash: number, bytes: Uint8Array, start: number, length: number): boolean {
    for (let at = this.#chainOf(hash); at !== 0; at = this.#words[at + NEXT]!) {
      if (this.#words[at] !== hash || this.#words[at + LENGTH] !== length) continue;
      if (sameBytes(this.#bytes, keyByte(at), bytes, start, length)) return true;
    }
    return false;
  }

  /** Adds a key that is not there yet. */
  add(hash: number, bytes: Uint8Array, start: number, length: number): void {
    const size = recordWords(length);
    if (this.#end + size > this.#words.length) this.#rebuild(this.#sizeFor(size));
    const chains = this.#chainsFor(this.count + 1);
    if (chains !== this.#chains.length) this.#rechain(chains);
    const at = this.#end;
    this.#words[at] = hash;
    this.#words[at + LENGTH] = length;
    this.#bytes.set(bytes.subarray(start, start + length), keyByte(at));
    this.#link(at);
    this.#end = at + size;
    this.#liveWords += size;
    this.count++;
  }

  /** Forgets the keys of a hash. Returns them, as views that hold until a key is added. */
  take(hash: number): Uint8Array[] {
    const words = this.#words;
    const taken: Uint8Array[] = [];
    let before = 0;
    for (let at = this.#chainOf(hash); at !== 0;) {
      const next = words[at + NEXT]!;
      if (words[at] !== hash) before = at;
      else {
        if (before === 0) this.#chains[this.#chainNumber(hash)] = next;
        else words[before + NEXT] = next;
        const length = words[at + LENGTH]!;
        words[at + LENGTH] = DEAD;
        words[at] = length;
        this.#liveWords -= recordWords(length);
        this.count--;
        taken.push(this.#bytes.subarray(keyByte(at), keyByte(at) + length));
      }
      at = next;
    }
    return taken;
  }

  /** The hash of the key that came first. There must be one. */
  oldestHash(): number {
    const words = this.#words;
    while (words[this.#first + LENGTH] === DEAD) this.#first += recordWords(words[this.#first]!);
    return words[this.#first]!;
  }

  /** The hash of each key; one that several keys share comes as often. */
  *hashes(): Generator<number> {
    const words = this.#words;
    for (let at = FIRST_WORD; at < this.#end;) {
      const isDead = words[at + LENGTH] === DEAD;
      if (!isDead) yield words[at]!;
      at += recordWords(words[isDead ? at : at + LENGTH]!);
    }
  }

  #chainNumber(hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 16) ^ SEED, FACTOR | 1);
    return Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) >>> 8 & (this.#chains.length - 1);
  }

  #chainOf(hash: number): number {
    return this.#chains[this.#chainNumber(hash)]!;
  }

  #link(at: number): void {
    const chain = this.#chainNumber(this.#words[at]!);
    this.#words[at + NEXT] = this.#chains[chain]!;
    this.#chains[chain] = at;
  }

  /** How many words there have to be for `more`: as many as now where a quarter of those is free. */
  #sizeFor(more: number): number {
    const { length } = this.#words;
    if (this.#end + more <= length) return length;
    const needed = FIRST_WORD + this.#liveWords + more;
    return needed <= length * 3 / 4 ? length : Math.max(needed, length + (length >> 1));
  }

  #chainsFor(count: number): number {
    const { length } = this.#chains;
    return count > length ? 2 * length : length;
  }

  /** Moves what is alive to new buffers, in its order. */
  #rebuild(size: number): void {
    const [words, end] = [this.#words, this.#end];
    this.#words = new Int32Array(size);
    this.#bytes = new Uint8Array(this.#words.buffer);
    let to = FIRST_WORD;
    for (let at = FIRST_WORD; at < end;) {
      const isDead = words[at + LENGTH] === DEAD;
      const taken = recordWords(words[isDead ? at : at + LENGTH]!);
      if (!isDead) {
        this.#words.set(words.subarray(at, at + taken), to);
        to += taken;
      }
      at += taken;
    }
    this.#end = to;
    this.#first = FIRST_WORD;
    this.#rechain(this.#chains.length);
  }

  #rechain(count: number): void {
    const words = this.#words;
    this.#chains = new Int32Array(count);
    for (let at = FIRST_WORD; at < this.#end;) {
      const isDead = words[at + LENGTH] === DEAD;
      if (!isDead) this.#link(at);
      at += recordWords(words[isDead ? at : at + LENGTH]!);
    }
  }
}

function recordWords(length: number): number {
  return HEADER_WORDS + ((length + WORD_BYTES - 1) >> WORD_SHIFT);
}

function keyByte(at: number): number {
  return (at + HEADER_WORDS) * WORD_BYTES;
}
