// Finds the patterns that match a channel without trying all: by the bytes in front of their first special one. Those
// that begin alike are tried one by one, so all together may have a bound of effort.

import type { Glob } from "../contract/keys/glob.ts";
import { matchesChannel } from "../contract/messages/topic.ts";

/** Bytes of a pattern that it is found by, at most. */
const MAX_PREFIX_BYTES = 64;
/**
 * What all patterns may count for: each for one, and one with several stars for more by its length. So many of the worst
 * are compared with the longest channel in some 50 ms.
 */
export const MAX_PATTERN_WEIGHT = 10_000;
const STARS_WEIGHT = 5;
const WEIGHT_BYTES = 8;

const STAR = 0x2a;
/** The bytes that mean something: `*`, `?`, `[` and `\`. */
const SPECIAL: readonly number[] = [STAR, 0x3f, 0x5b, 0x5c];
/** Start and factor of FNV-1a, by Fowler, Noll and Vo. */
const HASH_START = 0x811c9dc5 | 0;
const HASH_FACTOR = 0x01000193;

/** A pattern. */
export interface PatternEntry {
  readonly name: Uint8Array;
  readonly glob: Glob | null;
}

/** Patterns by the bytes that they begin with. */
export class PatternIndex<Entry extends PatternEntry> {
  /** By length and hash of those bytes. */
  readonly #byPrefix: (Map<number, Entry[]> | undefined)[] = new Array(MAX_PREFIX_BYTES + 1);
  #weight = 0;

  /** Whether there may be one more pattern. */
  hasRoomFor(pattern: Uint8Array): boolean {
    return this.#weight + weightOf(pattern) <= MAX_PATTERN_WEIGHT;
  }

  /** Adds a pattern. */
  add(entry: Entry): void {
    const length = prefixLength(entry.name);
    const byHash = this.#byPrefix[length] ??= new Map();
    const hash = hashOf(entry.name, length);
    const entries = byHash.get(hash);
    if (entries === undefined) byHash.set(hash, [entry]);
    else entries.push(entry);
    this.#weight += weightOf(entry.name);
  }

  /** Takes a pattern out that was added. */
  remove(entry: Entry): void {
    const length = prefixLength(entry.name);
    const byHash = this.#byPrefix[length]!;
    const hash = hashOf(entry.name, length);
    const entries = byHash.get(hash)!;
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length === 0) byHash.delete(hash);
    if (byHash.size === 0) this.#byPrefix[length] = undefined;
    this.#weight -= weightOf(entry.name);
  }

  /** Calls `found` with each pattern that matches a channel. */
  match(channel: Uint8Array, found: (entry: Entry) => void): void {
    const most = Math.min(channel.length, MAX_PREFIX_BYTES);
    let hash = HASH_START;
    for (let length = 0;; length++) {
      const entries = this.#byPrefix[length]?.get(hash);
      if (entries !== undefined) {
        for (let i = 0; i < entries.length; i++) {
          const entry = entries[i]!;
          if (matchesChannel(entry.glob!, entry.name, channel)) found(entry);
        }
      }
      if (length === most) return;
      hash = Math.imul(hash ^ channel[length]!, HASH_FACTOR);
    }
  }
}

function prefixLength(pattern: Uint8Array): number {
  const most = Math.min(pattern.length, MAX_PREFIX_BYTES);
  for (let i = 0; i < most; i++) if (SPECIAL.includes(pattern[i]!)) return i;
  return most;
}

function hashOf(pattern: Uint8Array, length: number): number {
  let hash = HASH_START;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ pattern[i]!, HASH_FACTOR);
  return hash;
}

function weightOf(pattern: Uint8Array): number {
  const first = pattern.indexOf(STAR);
  const hasSeveral = first >= 0 && pattern.indexOf(STAR, first + 1) >= 0;
  return hasSeveral ? STARS_WEIGHT + Math.ceil(pattern.length / WEIGHT_BYTES) : 1;
}
