// Sees that a FLUSHALL or the like has emptied the cache, which nobody counts: by what is missing from one look to the next
// without having been deleted, evicted or expired. Knows no command.

import { readStats } from "../../cache/mod.ts";
import type { ServerCache } from "../contract/counters.ts";

/** A cache of fewer items may lose as many at once by chance. */
const FEWEST_ITEMS = 1000;
/** It was emptied where more than this share of it has gone. */
const EMPTIED_SHARE = 0.5;

/** Looks at one cache. */
export class FlushWatch {
  readonly #cache: ServerCache;
  #items = 0;
  #gone = 0;

  /** The first look shows what there is. */
  constructor(cache: ServerCache) {
    this.#cache = cache;
    this.look();
  }

  /** How many items there were at the last look, if it was emptied since; else 0. */
  look(): number {
    const { items, evictions, expirations } = readStats(this.#cache);
    const gone = evictions + expirations + this.#cache.region.total("deletes");
    const before = this.#items;
    const missing = before - items - (gone - this.#gone);
    this.#items = items;
    this.#gone = gone;
    return before >= FEWEST_ITEMS && missing > EMPTIED_SHARE * before ? before : 0;
  }
}
