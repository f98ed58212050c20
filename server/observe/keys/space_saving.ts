// The most frequent keys of a stream, in fixed memory: Space-Saving (A. Metwally, D. Agrawal, A. El Abbadi: "Efficient
// computation of frequent and top-k elements in data streams", ICDT 2005). A key without a counter takes over that of
// the rarest one, with its count: so much may be too much. All counts may be scaled down, so that the latest keys count
// most. Knows neither who asks for keys nor how often one looks.

import type { CountedKey } from "../../contract/keys/hot_answer.ts";

/** How many keys are counted. */
export const COUNTERS = 512;
/** Of a key so many bytes are kept. Keys of one length that begin with the same ones differ by their hashes. */
const KEPT_KEY_BYTES = 128;

/** Places of the table by hash: a power of two, at least twice the counters. */
const PLACES = 2048;
const PLACE_MASK = PLACES - 1;

/** Counters of keys. */
export class SpaceSaving {
  readonly #hashes = new Int32Array(COUNTERS);
  readonly #databases = new Uint8Array(COUNTERS);
  readonly #keyBytes = new Int32Array(COUNTERS);
  readonly #bytes = new Uint8Array(COUNTERS * KEPT_KEY_BYTES);
  readonly #counts = new Float64Array(COUNTERS);
  /** What each had from the key before. */
  readonly #errors = new Float64Array(COUNTERS);
  readonly #writes = new Float64Array(COUNTERS);
  /** The counters, by count, as a binary heap with the least at its top; and the place of each in it. */
  readonly #heap = new Uint16Array(COUNTERS);
  readonly #heapAt = new Uint16Array(COUNTERS);
  /** By hash: the number of a counter from 1 on, or 0. Who finds a place taken takes the next free one. */
  readonly #table = new Uint16Array(PLACES);
  #size = 0;

  /** Counts a key, `length` bytes of `bytes` from `start`, so many times. */
  add(
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    weight: number,
    isWrite: boolean,
  ): void {
    const found = this.#find(hash, database, bytes, start, length);
    if (found >= 0) return this.#count(found, weight, isWrite);
    const counter = this.#take();
    const table = this.#table;
    let place = hash & PLACE_MASK;
    while (table[place] !== 0) place = (place + 1) & PLACE_MASK;
    table[place] = counter + 1;
    this.#hashes[counter] = hash;
    this.#databases[counter] = database;
    this.#keyBytes[counter] = length;
    const at = counter * KEPT_KEY_BYTES;
    const kept = length < KEPT_KEY_BYTES ? length : KEPT_KEY_BYTES;
    for (let i = 0; i < kept; i++) this.#bytes[at + i] = bytes[start + i]!;
    this.#count(counter, weight, isWrite);
  }

  /** How often a key has come since it has its counter; 0 where it has none. */
  countOf(
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number {
    const counter = this.#find(hash, database, bytes, start, length);
    return counter < 0 ? 0 : this.#sure(counter);
  }

  /** The counter of a key, or -1. */
  #find(
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number {
    const table = this.#table;
    let place = hash & PLACE_MASK;
    for (let found = table[place]!; found !== 0; found = table[place]!) {
      if (this.#is(found - 1, hash, database, bytes, start, length)) return found - 1;
      place = (place + 1) & PLACE_MASK;
    }
    return -1;
  }

  #is(
    counter: number,
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    if (this.#hashes[counter] !== hash || this.#keyBytes[counter] !== length) return false;
    if (this.#databases[counter] !== database) return false;
    const at = counter * KEPT_KEY_BYTES;
    const kept = length < KEPT_KEY_BYTES ? length : KEPT_KEY_BYTES;
    for (let i = 0; i < kept; i++) {
      if (this.#bytes[at + i] !== bytes[start + i]) return false;
    }
    return true;
  }

  /** A counter for another key: a new one, or that with the least count, which it keeps. */
  #take(): number {
    if (this.#size < COUNTERS) {
      const counter = this.#size++;
      this.#counts[counter] = 0;
      this.#errors[counter] = 0;
      this.#writes[counter] = 0;
      this.#rise(counter);
      return counter;
    }
    const counter = this.#heap[0]!;
    this.#forget(counter);
    this.#errors[counter] = this.#counts[counter]!;
    this.#writes[counter] = 0;
    return counter;
  }

  /** Enters a counter with the least of all counts, 0, in the heap. */
  #rise(counter: number): void {
    const heap = this.#heap;
    let at = counter;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      this.#put(at, heap[parent]!);
      at = parent;
    }
    this.#put(0, counter);
  }

  #put(at: number, counter: number): void {
    this.#heap[at] = counter;
    this.#heapAt[counter] = at;
  }

  /** Adds to a counter, which moves down in the heap. */
  #count(counter: number, weight: number, isWrite: boolean): void {
    const [heap, counts, size] = [this.#heap, this.#counts, this.#size];
    const count = counts[counter]! + weight;
    counts[counter] = count;
    if (isWrite) this.#writes[counter]! += weight;
    let at = this.#heapAt[counter]!;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && counts[heap[child + 1]!]! < counts[heap[child]!]!) child++;
      const other = heap[child]!;
      if (counts[other]! >= count) break;
      this.#put(at, other);
      at = child;
    }
    this.#put(at, counter);
  }

  /** Takes a counter out of the table. Who is behind it, and could be at its place, moves up. */
  #forget(counter: number): void {
    const table = this.#table;
    let hole = this.#hashes[counter]! & PLACE_MASK;
    while (table[hole] !== counter + 1) hole = (hole + 1) & PLACE_MASK;
    for (let at = (hole + 1) & PLACE_MASK; table[at] !== 0; at = (at + 1) & PLACE_MASK) {
      const home = this.#hashes[table[at]! - 1]! & PLACE_MASK;
      if (((at - home) & PLACE_MASK) < ((at - hole) & PLACE_MASK)) continue;
      table[hole] = table[at]!;
      hole = at;
    }
    table[hole] = 0;
  }

  /** Makes all counts smaller: from 0 to 1 times what they are. */
  scale(factor: number): void {
    for (let counter = 0; counter < this.#size; counter++) {
      this.#counts[counter]! *= factor;
      this.#errors[counter]! *= factor;
      this.#writes[counter]! *= factor;
    }
  }

  /** How often the key of a counter has come for certain. */
  #sure(counter: number): number {
    return this.#counts[counter]! - this.#errors[counter]!;
  }

  /** The counters of keys that came at least `least` times, the most frequent first. */
  #ordered(least: number): number[] {
    const counters: number[] = [];
    for (let i = 0; i < this.#size; i++) if (this.#sure(i) >= least) counters.push(i);
    return counters.sort((a, b) => this.#sure(b) - this.#sure(a));
  }

  /** Calls `visit` with hash and count of keys that came at least `least` times, the most frequent first, until it returns false. */
  visitTop(least: number, visit: (hash: number, count: number) => boolean): void {
    for (const counter of this.#ordered(least)) {
      if (!visit(this.#hashes[counter]!, this.#sure(counter))) return;
    }
  }

  /** Those of the `most` most frequent keys that came at least `least` times, the most frequent first. */
  top(most: number, least: number): CountedKey[] {
    return this.#ordered(least).slice(0, most).map((counter) => {
      const at = counter * KEPT_KEY_BYTES;
      const keyBytes = this.#keyBytes[counter]!;
      return {
        hash: this.#hashes[counter]!,
        database: this.#databases[counter]!,
        bytes: this.#bytes.slice(at, at + Math.min(keyBytes, KEPT_KEY_BYTES)),
        keyBytes,
        count: this.#sure(counter),
        writes: this.#writes[counter]!,
      };
    });
  }
}
