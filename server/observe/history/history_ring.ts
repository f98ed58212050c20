// The points of the last hour in the region, so that they outlive every worker and any of them can tell. Main alone appends.
// Knows nothing of what the numbers are but how many there are of each point.

import type { ServerRegion } from "../../contract/counters.ts";
import { HISTORY_SERIES, type HistoryFacts, type HistorySeries } from "../facts/history_facts.ts";
import * as layout from "./history_layout.ts";

const { HISTORY_COUNT, HISTORY_KEPT, HISTORY_POINTS, HISTORY_STEP_SECONDS } = layout;
const { POINT_SECONDS, POINT_SERIES, POINT_WORDS, POINTS } = layout;

const WORD_BYTES = 4;
/** A picture shows no more: whole numbers from here on, and below two digits after the point. */
const LARGE = 100;
const PARTS = 100;

/** The history as one thread sees it. */
export class HistoryRing {
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #from: number;

  constructor(
    { words, buffer, historyWord }: Pick<ServerRegion, "words" | "buffer" | "historyWord">,
  ) {
    this.#words = words;
    this.#from = historyWord;
    this.#floats = new Float32Array(
      buffer,
      (historyWord + HISTORY_POINTS) * WORD_BYTES,
      POINTS * POINT_WORDS,
    );
  }

  /** How many points have been written since the start. */
  get count(): number {
    return Atomics.load(this.#words, this.#from + HISTORY_COUNT) >>> 0;
  }

  /** Adds a point: a value for each series, in their order; null: it is not known. */
  append(atSeconds: number, values: readonly (number | null)[]): void {
    const { count } = this;
    const at = (count % POINTS) * POINT_WORDS;
    this.#words[this.#from + HISTORY_POINTS + at + POINT_SECONDS] = atSeconds;
    for (const [i, value] of values.entries()) {
      this.#floats[at + POINT_SERIES + i] = value ?? NaN;
    }
    // Who reads sees the point once it is whole; the next one goes where nobody reads.
    Atomics.store(this.#words, this.#from + HISTORY_COUNT, count + 1);
  }

  /** All points that are kept, oldest first. */
  read(): HistoryFacts {
    const { count } = this;
    const first = Math.max(0, count - HISTORY_KEPT);
    const atSeconds: number[] = [];
    const series = HISTORY_SERIES.map((name): [HistorySeries, (number | null)[]] => [name, []]);
    for (let point = first; point < count; point++) {
      const at = (point % POINTS) * POINT_WORDS;
      atSeconds.push(this.#words[this.#from + HISTORY_POINTS + at + POINT_SECONDS]! >>> 0);
      for (const [i, [, values]] of series.entries()) {
        values.push(shown(this.#floats[at + POINT_SERIES + i]!));
      }
    }
    const columns = Object.fromEntries(series) as Record<HistorySeries, (number | null)[]>;
    return { stepSeconds: HISTORY_STEP_SECONDS, atSeconds, series: columns };
  }
}

function shown(value: number): number | null {
  if (Number.isNaN(value)) return null;
  return value >= LARGE ? Math.round(value) : Math.round(value * PARTS) / PARTS;
}
