// The ghosts of a shadow cache: what cache/ghost.ts is for a shard, with the same sets, fingerprints and ages.
// Its size follows the cache that is simulated, so that it forgets as much as the real one.

import { EVICTION, ghostFingerprint, NO_GHOST } from "../../../cache/mod.ts";

const {
  GHOST_AGE_BITS,
  GHOST_AGE_MASK,
  GHOST_AGES_PER_ITEMS,
  GHOST_BITS,
  GHOST_MASK,
  GHOST_SET_ENTRIES,
  GHOST_SPARE_ENTRIES,
  GHOST_WANTED_ENTRIES,
} = EVICTION;

const HASH_RANGE = 2 ** 32;

/** Fingerprints of keys that have left probation, and how long ago. */
export class ShadowGhosts {
  /** Sets of four, the youngest first: age below, fingerprint above. */
  readonly #entries: Uint16Array;
  #sets = 1;
  #shift = 0;
  #age = 0;
  #count = 0;

  /** @param maxEntries Most entries that it will ever have. */
  constructor(maxEntries: number) {
    this.#entries = new Uint16Array(Math.ceil(maxEntries / GHOST_SET_ENTRIES) * GHOST_SET_ENTRIES);
  }

  /** Bytes that it holds, whatever is in it. */
  get bytes(): number {
    return this.#entries.byteLength;
  }

  /** Gives it about `entries` entries, and empties it where that is a change. */
  resize(entries: number): void {
    const most = this.#entries.length / GHOST_SET_ENTRIES;
    const sets = Math.max(1, Math.min(most, Math.ceil(entries / GHOST_SET_ENTRIES)));
    if (sets === this.#sets) return;
    this.#sets = sets;
    this.clear();
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.fill(0);
    this.#shift = 0;
    this.#age = 0;
    this.#count = 0;
  }

  /** Remembers that a key with this hash has left probation; `items` are left. */
  remember(hash: number, items: number): void {
    const entries = this.#entries;
    const at = this.#setOf(hash);
    entries.copyWithin(at + 1, at, at + GHOST_SET_ENTRIES - 1);
    entries[at] = (ghostFingerprint(hash) << GHOST_AGE_BITS) | this.#age;
    if (++this.#count * GHOST_AGES_PER_ITEMS >= items) this.#beginAge(items);
  }

  /** Takes the ghost of a key out. Returns how many ages ago it came, or NO_GHOST. */
  take(hash: number): number {
    const entries = this.#entries;
    const fingerprint = ghostFingerprint(hash);
    const from = this.#setOf(hash);
    for (let at = from; at < from + GHOST_SET_ENTRIES; at++) {
      const entry = entries[at]!;
      if (entry >>> GHOST_AGE_BITS !== fingerprint) continue;
      entries[at] = 0;
      return (this.#age - entry) & GHOST_AGE_MASK;
    }
    return NO_GHOST;
  }

  #setOf(hash: number): number {
    const set = Math.floor((hash >>> 0) / HASH_RANGE * this.#sets);
    return (set >>> this.#shift) * GHOST_SET_ENTRIES;
  }

  #beginAge(items: number): void {
    this.#count = 0;
    this.#age = (this.#age + 1) & GHOST_AGE_MASK;
    const entries = (this.#sets * GHOST_SET_ENTRIES) >> this.#shift;
    if (entries > GHOST_SPARE_ENTRIES * items) this.#shift++;
    else if (this.#shift > 0 && entries < GHOST_WANTED_ENTRIES * items) this.#shift--;
  }
}

if (GHOST_BITS !== 16 || GHOST_MASK !== 0xffff) throw new Error("Cannot keep ghosts in 16 bits");
