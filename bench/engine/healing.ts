// Changes of load that fragment the slab: small items first, then sizes that need whole slots. Reports how
// many pieces items have beside the fewest possible as puts go on, how much of the slab is lost to that, and
// what a put costs meanwhile beside one in a region that never held anything else.

import { type Cache, readStats, ValueBuffer } from "../../cache/mod.ts";
import { atMost, plain, type Row } from "../report.ts";
import { Random } from "../workload.ts";
import { fragmentationOf } from "./churn.ts";
import { makeCache, makeValue, mustPut, NumberedKey } from "./fill.ts";

const KEY_BYTES = 16;
/** Header, link and key of an item, about. */
const OVERHEAD_BYTES = 40;
const SLOT_BYTES = 256;
const MAX_VALUE_BYTES = 2000;
/** Keys to choose from, beside what the slab holds, where items are overwritten. */
const KEYS_PER_ITEM = 1.3;
/** How often an item is read when it is new. Else those of the last load would be held to be worth more. */
const READS = 2;
/** Numbers of keys that a phase may use. */
const PHASE_KEYS = 2 ** 26;

/** The other operations between puts: what makes old items go in another order than they came. */
export type Beside = "nothing" | "overwrites" | "deletes";

/** Values of `least` to `most` bytes, all equally often; or one of `either`. */
export type Sizes = { readonly least: number; readonly most: number } | {
  readonly either: readonly number[];
};

/** A load, for as many puts as fill the slab `capacities` times. */
export interface Phase {
  readonly sizes: Sizes;
  readonly capacities: number;
}

/** Puts phases of items into one cache. */
export class Filler {
  readonly cache: Cache;
  readonly #beside: Beside;
  readonly #key = new NumberedKey(KEY_BYTES);
  readonly #value = makeValue(MAX_VALUE_BYTES);
  readonly #into = new ValueBuffer();
  readonly #random: Random;
  readonly #slabBytes: number;
  #phase = 0;
  #puts = 0;

  constructor(memoryBytes: number, averageItemBytes: number, beside: Beside, seed: number) {
    this.cache = makeCache(memoryBytes, averageItemBytes);
    this.#beside = beside;
    this.#random = new Random(seed);
    this.#slabBytes = readStats(this.cache).slots * SLOT_BYTES;
  }

  /** From here on other keys are used. */
  beginPhase(): void {
    this.#phase++;
    this.#puts = 0;
  }

  /** Goes on with a phase. Returns microseconds for each put, with its reads and what is done beside it. */
  put({ sizes, capacities }: Phase): number {
    const startMs = performance.now();
    const before = this.#puts;
    const [least, most] = "either" in sizes
      ? [Math.min(...sizes.either), Math.max(...sizes.either)]
      : [sizes.least, sizes.most];
    const items = Math.floor(this.#slabBytes / ((least + most) / 2 + OVERHEAD_BYTES));
    for (let left = capacities * this.#slabBytes; left > 0; this.#puts++) {
      const bytes = "either" in sizes
        ? sizes.either[this.#random.below(sizes.either.length)]!
        : least + this.#random.below(most - least + 1);
      left -= bytes + OVERHEAD_BYTES;
      const id = this.#beside === "overwrites"
        ? this.#random.below(Math.floor(KEYS_PER_ITEM * items))
        : this.#puts;
      mustPut(this.cache, this.#keyOf(id), this.#value.subarray(0, bytes));
      for (let i = 0; i < READS; i++) this.cache.get(this.#key.bytes, this.#into);
      if (this.#beside === "deletes" && this.#random.below(2) === 0) {
        this.cache.delete(this.#keyOf(Math.max(0, id - this.#random.below(items))));
      }
    }
    return (performance.now() - startMs) * 1000 / (this.#puts - before);
  }

  #keyOf(id: number): Uint8Array {
    return this.#key.set(this.#phase * PHASE_KEYS + id);
  }
}

/** A load before and a load after, and how fragmented that may stay. */
export interface Change {
  readonly name: string;
  readonly before: readonly Phase[];
  readonly after: Sizes;
  readonly beside: Beside;
  /** Bytes of an item that the index is laid out for. */
  readonly averageItemBytes: number;
  /** Most pieces beside the fewest, from two capacities after the change on. */
  readonly maxRatio: number;
}

const TINY: Sizes = { either: [20] };
const MIXED: Sizes = { least: 50, most: MAX_VALUE_BYTES };
const SMALL: Sizes = { either: [140] };
const LARGE: Sizes = { either: [520] };
const TURNS: readonly Phase[] = [SMALL, LARGE, SMALL, LARGE]
  .map((sizes) => ({ sizes, capacities: 1 }));
const BESIDES: readonly Beside[] = ["nothing", "overwrites", "deletes"];

/** The changes of the report. */
export const CHANGES: readonly Change[] = BESIDES.flatMap((beside) => [
  {
    name: "20 bytes, then 50 to 2,000",
    before: [{ sizes: TINY, capacities: 3 }],
    after: MIXED,
    beside,
    averageItemBytes: 64,
    maxRatio: 1.5,
  },
  {
    name: "140 and 520 by turns, then at random",
    before: TURNS,
    after: { either: [140, 520] },
    beside,
    averageItemBytes: 128,
    maxRatio: 1.4,
  },
  {
    name: "140, then 520",
    before: [{ sizes: SMALL, capacities: 3 }],
    after: LARGE,
    beside,
    averageItemBytes: 128,
    maxRatio: 1.4,
  },
]);

/** Most of the slab that may be lost, in percent. */
const MAX_LOST_PERCENT = 3;
/** Half capacities of puts after a change, and from which on it is judged. */
const HALVES = 8;
const JUDGED_FROM = 4;

/** Rows of one change: how fragmented the slab is after each half capacity, and what a put costs. */
export function changeRows(change: Change, memoryBytes: number, seed: number): Row[] {
  const { before, after, beside, averageItemBytes, maxRatio } = change;
  const name = `${change.name}, beside puts ${beside}`;
  const filler = new Filler(memoryBytes, averageItemBytes, beside, seed);
  const fresh = new Filler(memoryBytes, averageItemBytes, beside, seed);
  for (const phase of before) {
    filler.put(phase);
    filler.beginPhase();
  }
  fresh.put({ sizes: after, capacities: 3 });
  const rows: Row[] = [];
  let mostLost = 0;
  for (let half = 1; half <= HALVES; half++) {
    const freshMicros = fresh.put({ sizes: after, capacities: 0.5 });
    const micros = filler.put({ sizes: after, capacities: 0.5 });
    const { pieceRatio, lostShare } = fragmentationOf(filler.cache);
    const puts = `a put ${micros.toFixed(2)} µs, ${freshMicros.toFixed(2)} in a fresh region`;
    const what = `${name}: pieces / fewest after ${half / 2} capacities (${puts})`;
    if (half < JUDGED_FROM) {
      rows.push(plain(what, pieceRatio));
      continue;
    }
    rows.push(atMost(what, pieceRatio, maxRatio, ""));
    mostLost = Math.max(mostLost, lostShare);
  }
  rows.push(atMost(`${name}: slab lost from then on`, 100 * mostLost, MAX_LOST_PERCENT, "%"));
  const { pieceRatio } = fragmentationOf(fresh.cache);
  rows.push(plain(`${name}: pieces / fewest in the fresh region`, pieceRatio));
  return rows;
}

/** All changes. */
export function healingRows(memoryBytes: number, seed: number): Row[] {
  return CHANGES.flatMap((change) => changeRows(change, memoryBytes, seed));
}
