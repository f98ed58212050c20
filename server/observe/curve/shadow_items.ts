// The items of a shadow cache: hashes, sizes, deadlines and counts in typed arrays of a fixed length, a table by
// hash, and the two rings, each with a hand that newcomers enter behind. Decides nothing: see shadow_cache.ts.

/** Bytes that an item takes in all arrays together. */
const ITEM_BYTES = 6 * 4 + 2 * 8 + 2 + 2 * 4;

/** Items by number, from 1; 0 is none. */
export class ShadowItems {
  readonly maxItems: number;
  readonly hashes: Int32Array;
  readonly eighths: Int32Array;
  readonly deadlines: Float64Array;
  /** How long it was to live when it was stored, in ms; 0: for ever. */
  readonly ttls: Float64Array;
  readonly rings: Uint8Array;
  readonly counts: Uint8Array;
  /** Item at each ring's hand, and the sum of its eighths. */
  readonly hands: [number, number] = [0, 0];
  readonly sums: [number, number] = [0, 0];
  count = 0;
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #chained: Int32Array;
  readonly #heads: Int32Array;
  readonly #mask: number;
  #free = 0;
  #fresh = 1;

  constructor(maxItems: number) {
    this.maxItems = maxItems;
    const length = maxItems + 1;
    this.hashes = new Int32Array(length);
    this.eighths = new Int32Array(length);
    this.deadlines = new Float64Array(length);
    this.ttls = new Float64Array(length);
    this.rings = new Uint8Array(length);
    this.counts = new Uint8Array(length);
    this.#newer = new Int32Array(length);
    this.#older = new Int32Array(length);
    this.#chained = new Int32Array(length);
    const heads = 2 ** Math.ceil(Math.log2(maxItems));
    this.#heads = new Int32Array(heads);
    this.#mask = heads - 1;
  }

  /** Bytes that all of it holds, however many items there are. */
  get bytes(): number {
    return this.maxItems * ITEM_BYTES;
  }

  /** Eighths of all items. */
  get used(): number {
    return this.sums[0] + this.sums[1];
  }

  /** Numbers of items are below this. */
  get end(): number {
    return this.#fresh;
  }

  /** Whether there is no place for another item. */
  get isFull(): boolean {
    return this.count >= this.maxItems;
  }

  /** The item with this hash, or 0. */
  find(hash: number): number {
    let item = this.#heads[this.#placeOf(hash)]!;
    while (item !== 0 && this.hashes[item] !== hash) item = this.#chained[item]!;
    return item;
  }

  /** A new item at the end of a ring. There must be a place, and none with this hash. */
  add(hash: number, eighths: number, ring: 0 | 1): number {
    let item = this.#free;
    if (item !== 0) this.#free = this.#chained[item]!;
    else item = this.#fresh++;
    const place = this.#placeOf(hash);
    this.hashes[item] = hash;
    this.eighths[item] = eighths;
    this.counts[item] = 0;
    this.#chained[item] = this.#heads[place]!;
    this.#heads[place] = item;
    this.count++;
    this.#enter(item, ring);
    return item;
  }

  remove(item: number): void {
    const place = this.#placeOf(this.hashes[item]!);
    let before = 0;
    for (let at = this.#heads[place]!; at !== item; at = this.#chained[at]!) before = at;
    if (before === 0) this.#heads[place] = this.#chained[item]!;
    else this.#chained[before] = this.#chained[item]!;
    this.#leave(item);
    this.eighths[item] = 0;
    this.#chained[item] = this.#free;
    this.#free = item;
    this.count--;
  }

  /** Moves an item to the end of a ring, with `count` hits. */
  change(item: number, ring: 0 | 1, count: number): void {
    this.#leave(item);
    this.counts[item] = count;
    this.#enter(item, ring);
  }

  /** Moves a ring's hand on. */
  advance(ring: 0 | 1): void {
    this.hands[ring] = this.#newer[this.hands[ring]]!;
  }

  /** The next item of its ring. */
  newerOf(item: number): number {
    return this.#newer[item]!;
  }

  resize(item: number, eighths: number): void {
    this.sums[this.rings[item]! as 0 | 1] += eighths - this.eighths[item]!;
    this.eighths[item] = eighths;
  }

  clear(): void {
    this.#heads.fill(0);
    this.eighths.fill(0);
    this.hands[0] = this.hands[1] = 0;
    this.sums[0] = this.sums[1] = 0;
    this.count = 0;
    this.#free = 0;
    this.#fresh = 1;
  }

  #placeOf(hash: number): number {
    return (Math.imul(hash, 0x9e3779b1) >>> 8) & this.#mask;
  }

  #enter(item: number, ring: 0 | 1): void {
    this.rings[item] = ring;
    this.sums[ring] += this.eighths[item]!;
    const hand = this.hands[ring];
    if (hand === 0) {
      this.hands[ring] = item;
      this.#newer[item] = this.#older[item] = item;
      return;
    }
    const before = this.#older[hand]!;
    this.#newer[before] = item;
    this.#older[item] = before;
    this.#newer[item] = hand;
    this.#older[hand] = item;
  }

  #leave(item: number): void {
    const ring = this.rings[item]! as 0 | 1;
    this.sums[ring] -= this.eighths[item]!;
    const newer = this.#newer[item]!;
    if (newer === item) {
      this.hands[ring] = 0;
      return;
    }
    const older = this.#older[item]!;
    if (this.hands[ring] === item) this.hands[ring] = newer;
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }
}
