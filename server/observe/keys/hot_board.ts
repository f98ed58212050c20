// What each worker lets the others know of its hottest keys at any time: hashes and how often they came, in its part of
// the region. So who answers one command can say how hot a key is in all of them. One thread writes each part, any reads;
// who reads while it is written may see a number that belongs to another key, for a moment.

import type { ServerRegion } from "../../contract/counters.ts";
import { HOT_ENTRIES, HOT_WORDS, OWN_HOT } from "../../contract/metrics/own_layout.ts";

/** The parts of all workers, as one of them sees them. */
export class HotBoard {
  readonly #words: Int32Array;
  readonly #actor: number;
  /** Where the part of each actor begins. */
  readonly #parts: readonly number[];

  /** Writes the part of `actor`. */
  constructor(region: ServerRegion, actor: number) {
    this.#words = region.words;
    this.#actor = actor;
    const { actorCount } = region.geometry;
    this.#parts = Array.from({ length: actorCount }, (_, i) => region.ownWord(i) + OWN_HOT);
  }

  /** Says that a key with this hash came so often; `entry` counts from 0. Returns false where there is no more space. */
  write(entry: number, hash: number, uses: number): boolean {
    if (entry >= HOT_ENTRIES) return false;
    const at = this.#parts[this.#actor]! + entry * HOT_WORDS;
    this.#words[at] = hash;
    this.#words[at + 1] = Math.min(Math.round(uses), 2 ** 31 - 1);
    return true;
  }

  /** Nothing follows the first `entries`. */
  end(entries: number): void {
    for (let i = entries; this.write(i, 0, 0); i++);
  }

  /** How often keys with this hash came to all other workers. */
  usesElsewhere(hash: number): number {
    const words = this.#words;
    let uses = 0;
    for (let actor = 1; actor < this.#parts.length; actor++) {
      if (actor === this.#actor) continue;
      const from = this.#parts[actor]!;
      for (let at = from; at < from + HOT_ENTRIES * HOT_WORDS; at += HOT_WORDS) {
        if (words[at] === hash) uses += words[at + 1]!;
      }
    }
    return uses;
  }
}
