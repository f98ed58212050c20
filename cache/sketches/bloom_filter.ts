// A scalable Bloom filter as RedisBloom has it: a chain of filters, each larger and stricter than the one
// before, in a value of bytes that is changed in place. Knows its own bytes, not the key, and no command.
//
//   chain    0 filters | 1 options | 2 growth | 3 where the last filter is
//   filter   0 items 64 | 2 capacity 64 | 4 error rate 64 | 6 bits per item 64 | 8 bits | 9 hashes | 10 power of
//            two, or 0 | 11 where the filter before is, or 0 | then its bits

import { ByteView } from "../bytes/byte_view.ts";
import { BloomPlaces } from "./bloom_places.ts";
import {
  BloomOption,
  type ChainFacts,
  type FilterFacts,
  MAX_FILTERS,
  sized,
} from "./bloom_facts.ts";
import { TIGHTENING } from "./bloom_size.ts";

/** Bytes of the chain's header, and of a filter's. */
const CHAIN_BYTES = 16;
const FILTER_BYTES = 48;
/** Words of the chain. */
const COUNT = 0;
const OPTIONS = 1;
const GROWTH = 2;
const LAST = 3;
/** Of the filter that is entered: 64-bit floats, then words. Its header is read behind the chain's. */
const ITEMS = 2;
const CAPACITY = 3;
const ERROR_RATE = 4;
const PER_ITEM = 5;
const BITS = 12;
const HASHES = 13;
const POWER = 14;
const BEFORE = 15;

/** What became of an item. */
export const AddResult = {
  added: 0,
  known: 1,
  /** The filter may not grow. */
  full: 2,
  /** There is no space for a further filter. */
  noSpace: 3,
  /** Its error rate cannot be any lower. */
  exhausted: 4,
} as const;
/** One of the values of the constant of the same name. */
export type AddResult = typeof AddResult[keyof typeof AddResult];

/** A chain of filters, in a value that is opened in {@linkcode view}. Objects are reused. */
export class BloomFilter {
  /** The value. Who uses this opens and closes it. */
  readonly view: ByteView = new ByteView();
  /** The chain's header, and that of the entered filter. */
  readonly #floats = new Float64Array((CHAIN_BYTES + FILTER_BYTES) / 8);
  readonly #words = new Uint32Array(this.#floats.buffer);
  readonly #bytes = new Uint8Array(this.#floats.buffer);
  readonly #places = new BloomPlaces();
  /** Where the header of the entered filter is. */
  #at = 0;
  /** How many bits of the item were set before one that was not, and which one that is. */
  #set = 0;
  #unset = 0;

  /** Reads the header of the value that was opened. */
  load(): void {
    this.view.read(0, CHAIN_BYTES + FILTER_BYTES, this.#bytes, 0);
    this.#at = CHAIN_BYTES;
  }

  /**
   * Makes a chain in a value that was found absent: with one filter, for so many items at such a rate of false positives
   * in all of the chain. Returns false, with nothing made, where there is no space.
   */
  create(capacity: number, errorRate: number, growth: number, options: number): boolean {
    this.#clear(growth, options);
    const facts = sized(capacity, this.isFixed ? errorRate : errorRate * TIGHTENING);
    return this.#mayHold([facts]) && this.#begin() && this.#append(facts);
  }

  /** The same with filters that are known. */
  createLike({ filters, growth, options }: ChainFacts): boolean {
    this.#clear(growth, options);
    return this.#mayHold(filters) && this.#begin() && filters.every((facts) => this.#append(facts));
  }

  #clear(growth: number, options: number): void {
    this.#words.fill(0);
    this.#words[OPTIONS] = options;
    this.#words[GROWTH] = growth;
    this.#at = 0;
  }

  #begin(): boolean {
    return this.view.write(0, this.#bytes, 0, CHAIN_BYTES);
  }

  /** Whether the value may have these filters besides what it has. */
  #mayHold(filters: readonly FilterFacts[]): boolean {
    const bytes = filters.reduce((sum, { bits }) => sum + FILTER_BYTES + bits / 8, CHAIN_BYTES);
    return this.view.mayWrite(this.view.length, bytes);
  }

  /** Adds a filter without any bits set. Returns false where there is no space. */
  #append(facts: FilterFacts): boolean {
    const { view } = this;
    const words = this.#words;
    const floats = this.#floats;
    const at = view.length;
    const end = at + FILTER_BYTES + facts.bits / 8;
    const before = words[LAST]!;
    floats[ITEMS] = facts.items;
    floats[CAPACITY] = facts.capacity;
    floats[ERROR_RATE] = facts.errorRate;
    floats[PER_ITEM] = facts.perItem;
    words[BITS] = facts.bits;
    words[HASHES] = facts.hashes;
    words[POWER] = facts.power;
    words[BEFORE] = before;
    words[COUNT]!++;
    words[LAST] = at;
    this.#at = at;
    return view.write(at, this.#bytes, CHAIN_BYTES, FILTER_BYTES) && view.setLength(end) &&
      view.write(0, this.#bytes, 0, CHAIN_BYTES);
  }

  /** How many filters there are. */
  get count(): number {
    return this.#words[COUNT]!;
  }

  /** Its options. */
  get options(): number {
    return this.#words[OPTIONS]!;
  }

  /** Each further filter holds so many times the items of the one before. */
  get growth(): number {
    return this.#words[GROWTH]!;
  }

  /** Whether there may be one filter only. */
  get isFixed(): boolean {
    return (this.#words[OPTIONS]! & BloomOption.isFixed) !== 0;
  }

  /** Goes to the last filter. */
  enterLast(): void {
    this.#enter(this.#words[LAST]!);
  }

  /** Goes to the filter before. Returns false if there is none. */
  enterBefore(): boolean {
    const before = this.#words[BEFORE]!;
    if (before !== 0) this.#enter(before);
    return before !== 0;
  }

  #enter(at: number): void {
    if (at === this.#at) return;
    this.view.read(at, FILTER_BYTES, this.#bytes, CHAIN_BYTES);
    this.#at = at;
  }

  /** What the entered filter is like. */
  get facts(): FilterFacts {
    const [floats, words] = [this.#floats, this.#words];
    return {
      items: floats[ITEMS]!,
      capacity: floats[CAPACITY]!,
      errorRate: floats[ERROR_RATE]!,
      perItem: floats[PER_ITEM]!,
      bits: words[BITS]!,
      hashes: words[HASHES]!,
      power: words[POWER]!,
    };
  }

  /** Where the bits of the entered filter are in the value. */
  get bitsAt(): number {
    return this.#at + FILTER_BYTES;
  }

  /** Bits of all filters that have to be looked at for one item, at most. */
  get probes(): number {
    // Of a filter without the item, two on average; the last one may be written to.
    this.enterLast();
    return 4 * this.count + this.#words[HASHES]!;
  }

  /** Whether an item, `length` bytes from `start`, was added, or seems to have been. */
  has(bytes: Uint8Array, start: number, length: number): boolean {
    this.enterLast();
    this.#hash(bytes, start, length);
    do if (this.#hasAll()) return true; while (this.enterBefore());
    return false;
  }

  #hash(bytes: Uint8Array, start: number, length: number): void {
    const has64Bits = (this.#words[OPTIONS]! & BloomOption.has64Bits) !== 0;
    this.#places.hash(bytes, start, length, has64Bits);
  }

  #hasAll(): boolean {
    const places = this.#places;
    const { view } = this;
    const from = this.#at + FILTER_BYTES;
    const hashes = this.#words[HASHES]!;
    places.begin(this.#words[BITS]!, this.#words[POWER]!);
    for (let i = 0; i < hashes; i++) {
      const place = places.next();
      if ((view.byteAt(from + (place >>> 3)) & (1 << (place & 7))) === 0) {
        this.#set = i;
        this.#unset = place;
        return false;
      }
    }
    return true;
  }

  /** Adds an item, `length` bytes from `start`. */
  add(bytes: Uint8Array, start: number, length: number): AddResult {
    this.enterLast();
    this.#hash(bytes, start, length);
    if (this.#hasAll()) return AddResult.known;
    const isOnly = this.#words[BEFORE] === 0;
    while (this.enterBefore()) if (this.#hasAll()) return AddResult.known;
    this.enterLast();
    if (this.#floats[ITEMS]! >= this.#floats[CAPACITY]!) {
      if (this.isFixed) return AddResult.full;
      const result = this.#grow();
      if (result !== AddResult.added) return result;
      this.#startOver();
    } else if (!isOnly) this.#startOver();
    if (!this.#setBits()) return AddResult.noSpace;
    this.#floats[ITEMS]!++;
    this.view.write(this.#at, this.#bytes, CHAIN_BYTES, 8);
    return AddResult.added;
  }

  #grow(): AddResult {
    const errorRate = this.#floats[ERROR_RATE]! * TIGHTENING;
    const capacity = this.#floats[CAPACITY]! * this.growth;
    if (errorRate === 0 || capacity < 1 || this.count >= MAX_FILTERS) return AddResult.exhausted;
    const facts = sized(capacity, errorRate);
    return this.#mayHold([facts]) && this.#append(facts) ? AddResult.added : AddResult.noSpace;
  }

  /** Begins with the bits of the item in the entered filter anew. */
  #startOver(): void {
    this.#places.begin(this.#words[BITS]!, this.#words[POWER]!);
    this.#set = 0;
    this.#unset = this.#places.next();
  }

  /** Sets the bits of the item, from the one that was found unset on. */
  #setBits(): boolean {
    const { view } = this;
    const from = this.#at + FILTER_BYTES;
    const hashes = this.#words[HASHES]!;
    let place = this.#unset;
    for (let i = this.#set; i < hashes; i++) {
      const at = from + (place >>> 3);
      const old = view.byteAt(at);
      const byte = old | (1 << (place & 7));
      if (byte !== old && !view.setByte(at, byte)) return false;
      place = this.#places.next();
    }
    return true;
  }
}
