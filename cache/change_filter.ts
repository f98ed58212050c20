// The filter of one actor: bits in shared memory for the hashes of the keys and prefixes it watches.
// A thread that changes a key looks here first, and tells the actor only if the bits are set. Set bits
// mean "perhaps", others "certainly not" (Bloom, CACM 13(7), 1970, with two bits for each watch).

import * as layout from "./region_layout.ts";
import type { Region } from "./region.ts";

const {
  ACTOR_FILTER,
  ACTOR_PREFIX_LENGTHS,
  ACTOR_WATCHES_ALL,
  EVENT_KEY_BYTES,
  FILTER_BIT_MASK,
  FILTER_BITS,
  FILTER_MASK,
  FILTER_WORD_SHIFT,
  FILTER_WORDS,
} = layout;

/** A prefix is looked up by its first bytes. Their number is the longest of these that it has. */
const PREFIX_LENGTHS = [
  1,
  2,
  3,
  4,
  5,
  6,
  8,
  10,
  12,
  16,
  20,
  24,
  32,
  40,
  48,
  EVENT_KEY_BYTES,
] as const;
const FNV_START = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** Numbers of the two bits that stand for a hash. The hash is mixed well already. */
function firstBit(hash: number): number {
  return hash & FILTER_MASK;
}

function secondBit(hash: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 11) & FILTER_MASK;
}

/** FNV-1a of a prefix, mixed so that its low bits depend on all of it. */
function mixed(fnv: number): number {
  const hash = Math.imul(fnv ^ (fnv >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** Whether the filter of the actor whose block begins at word `base` has this hash. */
function hasHash(words: Int32Array, base: number, hash: number): boolean {
  const first = firstBit(hash);
  const word = words[base + ACTOR_FILTER + (first >>> FILTER_WORD_SHIFT)]!;
  if ((word & (1 << (first & FILTER_BIT_MASK))) === 0) return false;
  const second = secondBit(hash);
  const other = words[base + ACTOR_FILTER + (second >>> FILTER_WORD_SHIFT)]!;
  return (other & (1 << (second & FILTER_BIT_MASK))) !== 0;
}

/**
 * Hashes the beginnings of a key whose change is about to be told, and puts the hashes into
 * `region.prefixHashes`. Only beginnings of watched lengths are hashed: `lengths` has a bit for each of
 * PREFIX_LENGTHS. Returns the bits of those that the key has. Done once for all actors, since hashing
 * costs more than asking their filters.
 */
export function hashPrefixes(
  region: Region,
  lengths: number,
  key: Uint8Array,
  start: number,
  keyBytes: number,
): number {
  let fnv = FNV_START;
  let read = 0;
  let hashed = 0;
  for (let i = 0; lengths >>> i !== 0; i++) {
    const length = PREFIX_LENGTHS[i]!;
    if (length > keyBytes) break;
    if ((lengths & (1 << i)) === 0) continue;
    for (; read < length; read++) fnv = Math.imul(fnv ^ key[start + read]!, FNV_PRIME);
    region.prefixHashes[i] = mixed(fnv);
    hashed |= 1 << i;
  }
  return hashed;
}

/** The lengths of prefixes that any actor watches, a bit for each of PREFIX_LENGTHS. */
export function watchedLengths(region: Region): number {
  let lengths = 0;
  for (let actor = 0; actor < region.geometry.actorCount; actor++) {
    lengths |= region.words[region.actorWord(actor) + ACTOR_PREFIX_LENGTHS]!;
  }
  return lengths;
}

/**
 * Whether the actor whose block begins at word `base` may watch a key with this hash. `hashed` is the
 * result of {@linkcode hashPrefixes} for the key. -1: the caller knows only the hash.
 */
export function mayBeWatched(region: Region, base: number, hash: number, hashed: number): boolean {
  const { words } = region;
  if (words[base + ACTOR_WATCHES_ALL] !== 0 || hasHash(words, base, hash)) return true;
  const lengths = words[base + ACTOR_PREFIX_LENGTHS]!;
  if (hashed === -1) return lengths !== 0;
  for (let rest = lengths & hashed; rest !== 0;) {
    const highest = 31 - Math.clz32(rest);
    if (hasHash(words, base, region.prefixHashes[highest]!)) return true;
    rest ^= 1 << highest;
  }
  return false;
}

/** The writing end of one actor's filter. Only that actor uses it. */
export class ChangeFilter {
  readonly #words: Int32Array;
  readonly #base: number;
  /** How many watches share each bit; made with the first one. */
  #uses: Uint32Array | undefined;
  /** How many prefixes there are of each of PREFIX_LENGTHS. */
  readonly #ofLength = new Uint32Array(PREFIX_LENGTHS.length);

  /** `base` is the first word of the actor's block. Clears what an earlier filter has set there. */
  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#base = base;
    const filter = base + ACTOR_FILTER;
    for (let i = 0; i < FILTER_WORDS; i++) {
      if (words[filter + i] !== 0) Atomics.store(words, filter + i, 0);
    }
    Atomics.store(words, base + ACTOR_PREFIX_LENGTHS, 0);
    Atomics.store(words, base + ACTOR_WATCHES_ALL, 0);
  }

  /** Lets changes of keys with this hash through. */
  add(hash: number): void {
    this.#use(hash);
  }

  /** Takes back one {@linkcode add} of the same hash. Returns false where there is none. */
  remove(hash: number): boolean {
    return this.#leave(hash);
  }

  /** Lets changes of keys through that begin with `prefix`, which is not empty. */
  addPrefix(prefix: Uint8Array): void {
    const place = placeOf(prefix);
    this.#use(hashOfPrefix(prefix, place));
    if (this.#ofLength[place]!++ > 0) return;
    Atomics.or(this.#words, this.#base + ACTOR_PREFIX_LENGTHS, 1 << place);
  }

  /** Takes back one {@linkcode addPrefix} of the same prefix. Returns false where there is none. */
  removePrefix(prefix: Uint8Array): boolean {
    const place = placeOf(prefix);
    if (!this.#leave(hashOfPrefix(prefix, place))) return false;
    if (--this.#ofLength[place]! === 0) {
      Atomics.and(this.#words, this.#base + ACTOR_PREFIX_LENGTHS, ~(1 << place));
    }
    return true;
  }

  #use(hash: number): void {
    this.#useBit(firstBit(hash));
    this.#useBit(secondBit(hash));
  }

  #useBit(bit: number): void {
    const uses = this.#uses ??= new Uint32Array(FILTER_BITS);
    if (uses[bit]!++ > 0) return;
    Atomics.or(
      this.#words,
      this.#base + ACTOR_FILTER + (bit >>> FILTER_WORD_SHIFT),
      1 << (bit & FILTER_BIT_MASK),
    );
  }

  #leave(hash: number): boolean {
    const [first, second] = [firstBit(hash), secondBit(hash)];
    const uses = this.#uses;
    if (uses === undefined || uses[first] === 0 || uses[second] === 0) return false;
    this.#leaveBit(uses, first);
    this.#leaveBit(uses, second);
    return true;
  }

  #leaveBit(uses: Uint32Array, bit: number): void {
    if (--uses[bit]! > 0) return;
    Atomics.and(
      this.#words,
      this.#base + ACTOR_FILTER + (bit >>> FILTER_WORD_SHIFT),
      ~(1 << (bit & FILTER_BIT_MASK)),
    );
  }
}

/** The place in PREFIX_LENGTHS of the longest that is no longer than the prefix. */
function placeOf(prefix: Uint8Array): number {
  let place = PREFIX_LENGTHS.length - 1;
  while (PREFIX_LENGTHS[place]! > prefix.length) place--;
  return place;
}

function hashOfPrefix(prefix: Uint8Array, place: number): number {
  let fnv = FNV_START;
  for (let i = 0; i < PREFIX_LENGTHS[place]!; i++) fnv = Math.imul(fnv ^ prefix[i]!, FNV_PRIME);
  return mixed(fnv);
}
