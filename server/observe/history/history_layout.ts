// Where the points of the last hour lie in the region's words of history: how many there have been, then a ring of points,
// each a time and a number of 32 bits for each series. Main writes, any thread reads. Touches no memory.

import { assertLayout, HISTORY_WORDS } from "../../../cache/mod.ts";
import { HISTORY_SERIES } from "../facts/history_facts.ts";

/** How many points have been written since the start. */
export const HISTORY_COUNT = 0;
export const HISTORY_POINTS = 16;
/** Seconds between two points, and how many are kept: an hour, and the one that is being written. */
export const HISTORY_STEP_SECONDS = 5;
export const HISTORY_KEPT = 720;
export const POINTS = HISTORY_KEPT + 1;
/** A point: seconds since 1970, then the series in their order. */
export const POINT_SECONDS = 0;
export const POINT_SERIES = 1;
export const POINT_WORDS = POINT_SERIES + HISTORY_SERIES.length;

assertLayout({
  areas: [
    {
      name: "history in words",
      length: HISTORY_WORDS,
      fields: [["count", HISTORY_COUNT, 1], ["points", HISTORY_POINTS, POINTS * POINT_WORDS]],
    },
  ],
  masks: [],
  shifts: [],
  sums: [],
});
