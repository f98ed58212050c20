// The bytes of a chain of Bloom filters as a whole, apart from any shard: taken to pieces for a dump, or made of
// the pieces of one. The layout is that of bloom_filter.ts, which changes them in place.

import type { ChainFacts, FilterFacts } from "./bloom_facts.ts";

const CHAIN_BYTES = 16;
const FILTER_BYTES = 48;

/** A chain, and where the bits of each filter are in its bytes. */
export interface TakenChain extends ChainFacts {
  /** For each filter. */
  readonly bitsAt: readonly number[];
}

/** Reads `length` bytes from `start`, which a chain has. */
export function takeChain(bytes: Uint8Array, start: number, length: number): TakenChain {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  const count = view.getUint32(0, true);
  const filters: FilterFacts[] = [];
  const bitsAt: number[] = [];
  for (let i = 0, at = CHAIN_BYTES; i < count; i++) {
    const float = (index: number) => view.getFloat64(at + 8 * index, true);
    const word = (index: number) => view.getUint32(at + 32 + 4 * index, true);
    const [items, capacity, errorRate, perItem] = [float(0), float(1), float(2), float(3)];
    const [bits, hashes, power] = [word(0), word(1), word(2)];
    filters.push({ items, capacity, errorRate, perItem, bits, hashes, power });
    bitsAt.push(start + at + FILTER_BYTES);
    at += FILTER_BYTES + bits / 8;
  }
  return {
    options: view.getUint32(4, true),
    growth: view.getUint32(8, true),
    filters,
    bitsAt,
  };
}

/** How many bytes a chain of such filters has. */
export function chainBytes(filters: readonly FilterFacts[]): number {
  return filters.reduce((sum, { bits }) => sum + FILTER_BYTES + bits / 8, CHAIN_BYTES);
}

/** Makes the bytes of a chain. `bits` has those of each filter, one behind the other. */
export function makeChain(chain: ChainFacts, bits: Uint8Array): Uint8Array<ArrayBuffer> {
  const { filters } = chain;
  const bytes = new Uint8Array(chainBytes(filters));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, filters.length, true);
  view.setUint32(4, chain.options, true);
  view.setUint32(8, chain.growth, true);
  let [at, before, taken] = [CHAIN_BYTES, 0, 0];
  for (const { items, capacity, errorRate, perItem, bits: count, hashes, power } of filters) {
    const floats = [items, capacity, errorRate, perItem];
    const words = [count, hashes, power, before];
    floats.forEach((float, i) => view.setFloat64(at + 8 * i, float, true));
    words.forEach((word, i) => view.setUint32(at + 32 + 4 * i, word, true));
    bytes.set(bits.subarray(taken, taken + count / 8), at + FILTER_BYTES);
    before = at;
    taken += count / 8;
    at += FILTER_BYTES + count / 8;
  }
  view.setUint32(12, before, true);
  return bytes;
}
