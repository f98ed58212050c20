// Which puts only bring back what a read has missed. A larger cache would have had the key, and nobody would have put
// it; a smaller one would have missed more often, and been filled more often. This file remembers which sampled keys
// were missed last, and learns how many of those that were there once are filled again at all.

/** Keys whose last use was a miss; one place for each few hashes, so that it is bounded. */
const PLACES = 8192;
/** A put that comes later is none. */
const FILL_MS = 5000;
const NEVER = -Infinity;
/** As many fills count from the start: a cache is mostly filled after a miss. */
const TRUST = 20;
/** Above this nearly all are filled, and some fills are only late. */
const ALL_SHARE = 0.8;
const FACTOR = 0x85ebca6b | 0;
const HASH_RANGE = 2 ** 32;

/** Misses that wait for their fill. */
export class Fills {
  /** Bytes that it holds. */
  static readonly BYTES = PLACES * 13;
  readonly #hashes = new Int32Array(PLACES);
  /** When they were missed, or NEVER. */
  readonly #times = new Float64Array(PLACES).fill(NEVER);
  readonly #wereKnown = new Uint8Array(PLACES);
  #missed = TRUST;
  #filled = TRUST;

  /** Share of the misses of keys that were there once which are filled. */
  get share(): number {
    return this.#filled / this.#missed;
  }

  /** A read has missed. `wasKnown`: a larger cache would have had it. */
  missed(hash: number, wasKnown: boolean, nowMs: number): void {
    const at = placeOf(hash);
    this.#hashes[at] = hash;
    this.#times[at] = nowMs;
    this.#wereKnown[at] = wasKnown ? 1 : 0;
    if (wasKnown) this.#missed++;
  }

  /** A key was used otherwise. Returns whether its last use was a miss a moment ago. */
  take(hash: number, isPut: boolean, nowMs: number): boolean {
    const at = placeOf(hash);
    const atMs = this.#times[at]!;
    if (atMs === NEVER || this.#hashes[at] !== hash) return false;
    this.#times[at] = NEVER;
    if (nowMs - atMs > FILL_MS) return false;
    if (isPut && this.#wereKnown[at] === 1) this.#filled++;
    return true;
  }

  /** Whether who misses this key puts it again, as far as is known: always the same for the same share. */
  isFilled(hash: number): boolean {
    const { share } = this;
    return share > ALL_SHARE || (Math.imul(hash, FACTOR) >>> 0) < share * HASH_RANGE;
  }

  /** Lets what was learnt count for less from now on. */
  fade(factor: number): void {
    this.#missed = TRUST + (this.#missed - TRUST) * factor;
    this.#filled = TRUST + (this.#filled - TRUST) * factor;
  }

  clear(): void {
    this.#times.fill(NEVER);
    this.#missed = this.#filled = TRUST;
  }
}

function placeOf(hash: number): number {
  return Math.imul(hash, FACTOR) >>> (32 - Math.log2(PLACES));
}
