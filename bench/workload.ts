/**
 * The workload that every benchmark shares: a seeded random source, a Zipf sampler, and makers of
 * keys and values. Same seed, same sequence, on every machine. It knows neither Deno nor slabkv.
 */

/** The seed that benchmarks use unless told otherwise. */
export const DEFAULT_SEED = 0x7171;

/** The exponent of the Zipf distribution that benchmarks use unless told otherwise. */
export const DEFAULT_THETA = 0.9;

/** Length in bytes (and characters: keys are ASCII) of every key of `keyOf`. */
export const KEY_BYTES = 16;

/** Where the eight digits of the version begin in a value of `valueOf`. */
export const VERSION_OFFSET: number = KEY_BYTES + 1;

/** How many digits a version has in a value of `valueOf`. */
export const VERSION_DIGITS = 8;

/** The shortest value that `valueOf` makes: key, dot, version, dot. */
export const MIN_VALUE_BYTES: number = VERSION_OFFSET + VERSION_DIGITS + 1;

/**
 * A seeded source of random numbers: sfc32 ("small fast counting", Chris Doty-Humphrey's
 * PractRand), 128 bits of state, period at least 2^32.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed Any 32-bit integer; each gives its own sequence. */
  constructor(seed: number = DEFAULT_SEED) {
    this.#a = seed | 0;
    this.#b = Math.imul(seed, 0x9e3779b1) | 0;
    this.#c = Math.imul(seed ^ 0x5bd1e995, 0x85ebca6b) | 0;
    for (let i = 0; i < 15; i++) this.nextU32();
  }

  /** The next integer, uniform in [0, 2^32). */
  nextU32(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** The next number, uniform in [0, 1), with 32 random bits. */
  nextFloat(): number {
    return this.nextU32() / 4294967296;
  }

  /** The next integer, uniform in [0, bound), for a bound of at most 2^32. */
  below(bound: number): number {
    return Math.floor(this.nextFloat() * bound);
  }
}

/**
 * Draws ranks from a Zipf distribution, P(rank) proportional to 1 / (rank + 1)^theta, in constant
 * time and memory for any count: W. Hörmann and G. Derflinger, "Rejection-inversion to generate
 * variates from monotone discrete distributions", ACM TOMACS 6(3), 1996.
 */
export class Zipf {
  readonly #random: Random;
  readonly #count: number;
  readonly #theta: number;
  readonly #integralFirst: number;
  readonly #integralLast: number;
  readonly #shortcut: number;

  /**
   * @param random Where randomness comes from.
   * @param count How many ranks there are, at least 1.
   * @param theta The exponent, greater than 0 (1 included).
   */
  constructor(random: Random, count: number, theta: number = DEFAULT_THETA) {
    if (!(count >= 1) || !(theta > 0)) {
      throw new RangeError(`Cannot draw from Zipf(${theta}) over ${count} ranks`);
    }
    this.#random = random;
    this.#count = count;
    this.#theta = theta;
    this.#integralFirst = this.#integral(1.5) - 1;
    this.#integralLast = this.#integral(count + 0.5);
    this.#shortcut = 2 - this.#inverse(this.#integral(2.5) - this.#density(2));
  }

  /** The next rank in [0, count); 0 is the most frequent. */
  next(): number {
    const span = this.#integralFirst - this.#integralLast;
    for (;;) {
      const u = this.#integralLast + this.#random.nextFloat() * span;
      const x = this.#inverse(u);
      const k = Math.min(this.#count, Math.max(1, Math.floor(x + 0.5)));
      if (k - x <= this.#shortcut || u >= this.#integral(k + 0.5) - this.#density(k)) return k - 1;
    }
  }

  #density(x: number): number {
    return Math.exp(-this.#theta * Math.log(x));
  }

  #integral(x: number): number {
    const log = Math.log(x);
    const t = (1 - this.#theta) * log;
    return log * (Math.abs(t) > 1e-8 ? Math.expm1(t) / t : 1 + t / 2);
  }

  #inverse(x: number): number {
    const t = Math.max(-1, x * (1 - this.#theta));
    return Math.exp(x * (Math.abs(t) > 1e-8 ? Math.log1p(t) / t : 1 - t / 2));
  }
}

/** The key with number `id` (0 to 10^12 - 1): 16 ASCII characters that need no escaping. */
export function keyOf(id: number): string {
  return "key-" + String(id).padStart(12, "0");
}

/**
 * A value that names its key and version, so that any answer can be checked:
 * `{key}.{version, 8 digits}.{filler}`, in which the filler follows from the key alone.
 *
 * @param id The number of the key.
 * @param version 0 to 99,999,999.
 * @param bytes The length, at least `minValueBytes`; ASCII, needs no escaping.
 */
export function valueOf(id: number, version: number, bytes: number): string {
  const digits = String(version).padStart(VERSION_DIGITS, "0");
  return `${keyOf(id)}.${digits}.${fillerOf(id, bytes - MIN_VALUE_BYTES)}`;
}

function fillerOf(id: number, length: number): string {
  const random = new Random(id + 1);
  let filler = "";
  while (filler.length < length) filler += random.nextU32().toString(36);
  return filler.slice(0, length);
}

/**
 * A sequence of key numbers drawn from Zipf(theta), with ranks scattered over the numbers, so that
 * neighbouring keys aren't of similar frequency.
 *
 * @param length How many to draw.
 * @param keyCount Numbers are in [0, keyCount).
 */
export function zipfKeySequence(
  length: number,
  keyCount: number,
  seed: number = DEFAULT_SEED,
  theta: number = DEFAULT_THETA,
): Uint32Array<ArrayBuffer> {
  const random = new Random(seed);
  const scattered = shuffledIds(keyCount, random);
  const zipf = new Zipf(random, keyCount, theta);
  const sequence = new Uint32Array(length);
  for (let i = 0; i < length; i++) sequence[i] = scattered[zipf.next()]!;
  return sequence;
}

/** The numbers 0 to count - 1 in random order (Fisher and Yates). */
export function shuffledIds(count: number, random: Random): Uint32Array<ArrayBuffer> {
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) ids[i] = i;
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const id = ids[i]!;
    ids[i] = ids[j]!;
    ids[j] = id;
  }
  return ids;
}
