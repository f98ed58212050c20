// What a chain of Bloom filters and each filter of it is like, as dumps of RedisBloom say it too. Holds no
// bits.

import { bitsPerItem, bloomBits, hashCount } from "./bloom_size.ts";

/** Options of a chain, as RedisBloom's dumps have them. */
export const BloomOption = { unrounded: 1, countsBits: 2, has64Bits: 4, isFixed: 8 } as const;
/** More filters than this no chain has: an item has to be looked for in all of them. */
export const MAX_FILTERS = 1024;

/** What a filter of a chain is like. */
export interface FilterFacts {
  /** Items that were added. */
  readonly items: number;
  /** Items that it is made for. */
  readonly capacity: number;
  /** The rate of false positives with so many. */
  readonly errorRate: number;
  /** Bits for an item. */
  readonly perItem: number;
  /** Bits in all. */
  readonly bits: number;
  /** How many of them are set for an item. */
  readonly hashes: number;
  /** Where bits are two to this power, as in old ones; else 0. */
  readonly power: number;
}

/** What a chain is like. */
export interface ChainFacts {
  /** Its options. */
  readonly options: number;
  /** Each further filter holds so many times the items of the one before. */
  readonly growth: number;
  /** Its filters, the first one first. */
  readonly filters: readonly FilterFacts[];
}

/** A filter for so many items. */
export function sized(capacity: number, errorRate: number): FilterFacts {
  const perItem = bitsPerItem(errorRate);
  const bits = bloomBits(capacity, errorRate);
  const hashes = hashCount(perItem);
  return { items: 0, capacity, errorRate, perItem, bits, hashes, power: 0 };
}

const KNOWN_OPTIONS = BloomOption.unrounded | BloomOption.countsBits | BloomOption.has64Bits |
  BloomOption.isFixed;
/** More hashes no error rate needs: each costs time. */
const MAX_HASHES = 1100;
const MAX_POWER = 31;

/** Whether a chain that comes from outside may have these options and so many filters. */
export function mayHave(options: number, filters: number): boolean {
  return (options & ~KNOWN_OPTIONS) === 0 && filters > 0 && filters <= MAX_FILTERS;
}

/** Whether a filter that comes from outside is one that could have been made. */
export function isPossible(facts: FilterFacts): boolean {
  const { bits, items, errorRate, perItem, hashes, capacity, power } = facts;
  const isSized = bits > 0 && bits < 2 ** 31 && bits % 64 === 0 && power < MAX_POWER &&
    bits >= (power === 0 ? 1 : 2 ** power);
  const isRated = errorRate > 0 && errorRate < 1 && hashes === hashCount(perItem) &&
    hashes > 0 && hashes <= MAX_HASHES;
  return isSized && isRated && Number.isSafeInteger(items) && Number.isSafeInteger(capacity);
}
