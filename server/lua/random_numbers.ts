// The random numbers of scripts: the sequence of drand48, which Redis has in place of C's, so that what a
// script seeds by itself is the same on every machine. 48 bits are kept as two halves.

const HALF = 2 ** 24;
/** The factor 0x5DEECE66D and the summand of the sequence. */
const FACTOR_HIGH = 0x5de;
const FACTOR_LOW = 0xece66d;
const SUMMAND = 0xb;
/** The low 16 bits after a seed. */
const SEED_LOW = 0x330e;
/** Numbers are below this. */
export const RANDOM_BOUND = 0x7fffffff;

export class RandomNumbers {
  #high = 0;
  #low = 0;

  /** Begins the sequence of a seed of 32 bits. */
  seed(seed: number): void {
    const word = seed >>> 0;
    this.#high = word >>> 8;
    this.#low = ((word & 0xff) << 16) | SEED_LOW;
  }

  /** The next number, from 0 to 2^31 - 1. */
  next(): number {
    const low = this.#low * FACTOR_LOW + SUMMAND;
    const carry = Math.floor(low / HALF);
    const high = this.#high * FACTOR_LOW + this.#low * FACTOR_HIGH + carry;
    this.#low = low % HALF;
    this.#high = high % HALF;
    return this.#high * 2 ** 7 + (this.#low >>> 17);
  }
}
