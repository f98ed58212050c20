// Which bits of a Bloom filter belong to an item: those of RedisBloom, (a + i b) mod 2^64 mod bits, of two
// 64-bit hashes. The remainder follows each addition, so that no step needs a division or a BigInt.
// Knows the number of bits, but no bits.

import { murmur32 } from "./murmur32.ts";
import { Murmur64 } from "./murmur64.ts";

const SEED_HIGH = 0xc6a4a793;
const SEED_LOW = 0x5bd1e995;
/** Of filters from before RedisBloom hashed with 64 bits. */
const OLD_SEED = 0x9747b28c;

/** The places of one item, for one filter after the other. */
export class BloomPlaces {
  /** Of the two hashes, as numbers without a sign. */
  #aHigh = 0;
  #aLow = 0;
  #bHigh = 0;
  #bLow = 0;
  /** The sum so far, and what it and the summands leave when they are divided by the bits. */
  #high = 0;
  #low = 0;
  #rest = 0;
  #step = 0;
  #bits = 0;
  #inverse = 0;
  /** What 2^64 leaves: subtracted where the sum overflows. */
  #overflow = 0;
  /** Or, where the number of bits is a power of two: what of the sum is the place. */
  #mask = 0;
  readonly #hash = new Murmur64();

  /** Hashes an item: `length` bytes from `start`. */
  hash(bytes: Uint8Array, start: number, length: number, has64Bits: boolean): void {
    if (!has64Bits) {
      this.#aHigh = this.#bHigh = 0;
      this.#aLow = murmur32(bytes, start, length, OLD_SEED);
      this.#bLow = murmur32(bytes, start, length, this.#aLow);
      return;
    }
    const hash = this.#hash;
    hash.hash(bytes, start, length, SEED_HIGH, SEED_LOW);
    const { high, low } = hash;
    this.#aHigh = high >>> 0;
    this.#aLow = low >>> 0;
    hash.hash(bytes, start, length, high, low);
    this.#bHigh = hash.high >>> 0;
    this.#bLow = hash.low >>> 0;
  }

  /** Begins with a filter of `bits` bits, less than 2^31; of 2 to the power of `power`, unless that is 0. */
  begin(bits: number, power: number): void {
    this.#low = this.#aLow;
    this.#mask = power === 0 ? 0 : 2 ** power - 1;
    if (power !== 0) return;
    this.#high = this.#aHigh;
    if (bits !== this.#bits) this.#divideBy(bits);
    this.#rest = this.#remainder(this.#aHigh, this.#aLow);
    this.#step = this.#remainder(this.#bHigh, this.#bLow);
  }

  #divideBy(bits: number): void {
    this.#bits = bits;
    this.#inverse = 1 / bits;
    // 2^64 - 1 is all ones, and one more may be the divisor itself.
    this.#overflow = (this.#remainder(0xffffffff, 0xffffffff) + 1) % bits;
  }

  /** The next place of the item in this filter. */
  next(): number {
    const low = this.#low + this.#bLow;
    if (this.#mask !== 0) {
      const place = this.#low & this.#mask;
      this.#low = low >>> 0;
      return place;
    }
    const place = this.#rest;
    const high = this.#high + this.#bHigh + (low > 0xffffffff ? 1 : 0);
    this.#low = low >>> 0;
    this.#high = high >>> 0;
    let rest = place + this.#step;
    if (high > 0xffffffff) rest -= this.#overflow;
    if (rest >= this.#bits) rest -= this.#bits;
    else if (rest < 0) rest += this.#bits;
    this.#rest = rest;
    return place;
  }

  /** What a 64-bit number leaves, 16 bits at a time: each product is exact. */
  #remainder(high: number, low: number): number {
    const rest = this.#reduced(this.#reduced(high) * 0x10000 + (low >>> 16));
    return this.#reduced(rest * 0x10000 + (low & 0xffff));
  }

  /** The same of a number below 2^47. */
  #reduced(value: number): number {
    const bits = this.#bits;
    const rest = value - Math.floor(value * this.#inverse) * bits;
    return rest < 0 ? rest + bits : rest >= bits ? rest - bits : rest;
  }
}
