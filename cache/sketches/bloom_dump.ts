// A Bloom filter as BF.SCANDUMP gives it and BF.LOADCHUNK takes it, byte for byte as RedisBloom does: first a
// header with the facts of all filters, then their bits in pieces, counted from 1 over all filters.

import {
  type ChainFacts,
  type FilterFacts,
  isPossible,
  MAX_FILTERS,
  mayHave,
} from "./bloom_facts.ts";
import type { BloomFilter } from "./bloom_filter.ts";

/** Bytes of the header, and of each filter in it. */
const HEADER_BYTES = 20;
const FILTER_BYTES = 53;

/** Bytes of the header of a chain of so many filters. */
export function dumpHeaderBytes(filters: number): number {
  return HEADER_BYTES + filters * FILTER_BYTES;
}

/** Writes the header at `at`, where there is space for it. */
export function dumpHeader(filter: BloomFilter, to: Uint8Array, at: number): void {
  const header = new DataView(to.buffer, to.byteOffset + at, dumpHeaderBytes(filter.count));
  let items = 0;
  let place = header.byteLength;
  filter.enterLast();
  do {
    place -= FILTER_BYTES;
    const facts = filter.facts;
    items += facts.items;
    setInteger(header, place, facts.bits / 8);
    setInteger(header, place + 8, facts.bits);
    setInteger(header, place + 16, facts.items);
    header.setFloat64(place + 24, facts.errorRate, true);
    header.setFloat64(place + 32, facts.perItem, true);
    header.setUint32(place + 40, facts.hashes, true);
    setInteger(header, place + 44, facts.capacity);
    header.setUint8(place + 52, facts.power);
  } while (filter.enterBefore());
  setInteger(header, 0, items);
  header.setUint32(8, filter.count, true);
  header.setUint32(12, filter.options, true);
  header.setUint32(16, filter.growth, true);
}

function setInteger(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

/** Reads a header of `length` bytes from `start`. Undefined if it is damaged, or of no filter that could be. */
export function readDumpHeader(
  bytes: Uint8Array,
  start: number,
  length: number,
): ChainFacts | undefined {
  if (length < HEADER_BYTES) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  const count = header.getUint32(8, true);
  const options = header.getUint32(12, true);
  if (count > MAX_FILTERS || length !== dumpHeaderBytes(count)) return undefined;
  if (!mayHave(options, count)) return undefined;
  const filters = Array.from(
    { length: count },
    (_, i) => readFilter(header, HEADER_BYTES + i * FILTER_BYTES),
  );
  const items = filters.reduce((sum, facts) => sum + (facts?.items ?? NaN), 0);
  if (items !== integerAt(header, 0)) return undefined;
  return { options, growth: header.getUint32(16, true), filters: filters as FilterFacts[] };
}

function readFilter(header: DataView, at: number): FilterFacts | undefined {
  const facts = {
    bits: integerAt(header, at + 8),
    items: integerAt(header, at + 16),
    errorRate: header.getFloat64(at + 24, true),
    perItem: header.getFloat64(at + 32, true),
    hashes: header.getUint32(at + 40, true),
    capacity: integerAt(header, at + 44),
    power: header.getUint8(at + 52),
  };
  return facts.bits === integerAt(header, at) * 8 && isPossible(facts) ? facts : undefined;
}

function integerAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** A part of the bits of one filter: where it is in the value, and how much of the filter is from there on. */
export interface BitsPlace {
  /** Where it is in the value. */
  readonly at: number;
  /** Bytes of its filter from there on. */
  readonly bytesLeft: number;
}

/** Where byte number `number`, counted from 1 over all filters, is. Undefined: behind the end, or before. */
export function bitsPlace(filter: BloomFilter, number: number): BitsPlace | undefined {
  const filters: [at: number, bytes: number][] = [];
  filter.enterLast();
  do filters.unshift([filter.bitsAt, filter.facts.bits / 8]); while (filter.enterBefore());
  let offset = number - 1;
  if (offset < 0) return undefined;
  for (const [at, bytes] of filters) {
    if (offset < bytes) return { at: at + offset, bytesLeft: bytes - offset };
    offset -= bytes;
  }
  return undefined;
}
