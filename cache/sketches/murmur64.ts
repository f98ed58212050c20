// MurmurHash64A on two halves of 32 bits: a BigInt would be allocated for every step. HyperLogLog and
// Bloom filters hash their items with it. Knows only bytes.
// Austin Appleby's MurmurHash2, 64-bit version (public domain).

/** The multiplier 0xc6a4a7935bd1e995, in halves, and its lower half in quarters. */
const FACTOR_HIGH = 0xc6a4a793 | 0;
const FACTOR_LOW = 0x5bd1e995;
const FACTOR_1 = 0x5bd1;
const FACTOR_0 = 0xe995;

/** One hash at a time. An object, so that both halves come back without an allocation. */
export class Murmur64 {
  /** Bits 32 to 63 of the last hash, as a signed number. */
  high = 0;
  /** Bits 0 to 31. */
  low = 0;

  /** Hashes `length` bytes from `start`. The halves of the seed may be signed or not. */
  hash(
    bytes: Uint8Array,
    start: number,
    length: number,
    seedHigh: number,
    seedLow: number,
  ): void {
    let low = seedLow ^ Math.imul(length, FACTOR_LOW);
    let high = seedHigh ^ productHigh(0, length);
    const end = start + length;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      let kLow = fourBytes(bytes, at);
      let kHigh = productHigh(fourBytes(bytes, at + 4), kLow);
      kLow = Math.imul(kLow, FACTOR_LOW) ^ (kHigh >>> 15);
      kHigh = productHigh(kHigh, kLow);
      low ^= Math.imul(kLow, FACTOR_LOW);
      high = productHigh(high ^ kHigh, low);
      low = Math.imul(low, FACTOR_LOW);
    }
    if (at < end) {
      for (let i = end - 1; i >= at; i--) {
        const shift = (i - at) << 3;
        if (shift < 32) low ^= bytes[i]! << shift;
        else high ^= bytes[i]! << (shift - 32);
      }
      high = productHigh(high, low);
      low = Math.imul(low, FACTOR_LOW);
    }
    low ^= high >>> 15;
    high = productHigh(high, low);
    low = Math.imul(low, FACTOR_LOW);
    this.low = low ^ (high >>> 15);
    this.high = high;
  }
}

function fourBytes(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The upper half of a product with the multiplier; the lower one is that of the lower halves. */
function productHigh(high: number, low: number): number {
  const low0 = low & 0xffff;
  const low1 = low >>> 16;
  const product01 = Math.imul(low0, FACTOR_1);
  const product10 = Math.imul(low1, FACTOR_0);
  const middle = (Math.imul(low0, FACTOR_0) >>> 16) + (product01 & 0xffff) + (product10 & 0xffff);
  return (Math.imul(low1, FACTOR_1) + (product01 >>> 16) + (product10 >>> 16) + (middle >>> 16) +
    Math.imul(high, FACTOR_LOW) + Math.imul(low, FACTOR_HIGH)) | 0;
}
