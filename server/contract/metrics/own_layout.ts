// What the server keeps of each thread in its part of the actor's block: counts of commands by the way they came,
// latencies by group of commands, a ring of sampled keys, what was learnt from those. Offsets are in words, from
// Region.ownWord(). One thread writes each, any may read. Touches no memory.

import {
  assertLayout,
  COUNTER_LOW,
  COUNTER_WORDS,
  OWN_WORDS,
  wordsOf,
} from "../../../cache/mod.ts";
import { COMMAND_GROUPS } from "../commands/command_kinds.ts";
import { LATENCY_BUCKETS } from "./latency_buckets.ts";

/** How many rows of counts are in use, and whether they were begun anew: then some of them were 0 since. */
export const OWN_ROWS_USED = 0;
export const OWN_WAS_RESET = 1;
/** Rows of counts, given out with the first call. The last ones, one for each way in, are of all that find no other. */
export const OWN_ROWS = 16;
export const COMMAND_ROWS = 384;
/** A row: whose it is, its counters, and the time of its calls in steps of 1/8 µs. */
export const ROW_KEY = 0;
export const ROW_CALLS = 1;
/** Its low word is counted up by itself. The last word, which no counter uses: up to where it was, times are noted. */
export const ROW_CALLS_LOW = ROW_CALLS + COUNTER_LOW;
export const ROW_CALLS_NOTED = ROW_CALLS + COUNTER_WORDS - 1;
export const ROW_FAILED = ROW_CALLS + COUNTER_WORDS;
export const ROW_REFUSED = ROW_FAILED + COUNTER_WORDS;
export const ROW_TOOK = ROW_REFUSED + COUNTER_WORDS;
export const ROW_WORDS = ROW_TOOK + COUNTER_WORDS;
/** Key of the first of the last rows, less 1 for each further way; of others it is 1 and more: see command_numbers.ts. */
export const OTHER_KEY = -1;

/** Latencies, a part for each group of commands, in the order of COMMAND_GROUPS: the longest, the sum, the buckets. */
export const OWN_LATENCY = OWN_ROWS + COMMAND_ROWS * ROW_WORDS;
const MAX_GROUPS = 18;
export const LATENCY_LONGEST = 0;
export const LATENCY_SUM = 1;
export const LATENCY_COUNTS = LATENCY_SUM + COUNTER_WORDS;
export const LATENCY_WORDS = LATENCY_COUNTS + LATENCY_BUCKETS * COUNTER_WORDS;

/** Words of a cache line. */
const LINE_WORDS = 16;
/** A ring of sampled keys: its ends in cache lines of their own, then entries of four words. */
export const OWN_SAMPLES_HEAD = LINE_WORDS *
  Math.ceil((OWN_LATENCY + MAX_GROUPS * LATENCY_WORDS) / LINE_WORDS);
/** How many found the ring full; beside the head, which has the same writer. */
export const OWN_SAMPLES_LOST = OWN_SAMPLES_HEAD + 1;
export const OWN_SAMPLES_TAIL = OWN_SAMPLES_HEAD + LINE_WORDS;
export const OWN_SAMPLES = OWN_SAMPLES_TAIL + LINE_WORDS;
export const SAMPLE_ENTRIES = 1024;
export const SAMPLE_WORDS = 4;
/** In main's part: what it has learnt from them. */
export const OWN_CURVE = OWN_SAMPLES + SAMPLE_ENTRIES * SAMPLE_WORDS;
export const CURVE_WORDS = 512;

/** The hottest keys of a worker, for the others: a hash, and how often that came. */
export const OWN_HOT = OWN_CURVE + CURVE_WORDS;
export const HOT_ENTRIES = 64;
export const HOT_WORDS = 2;

assertLayout({
  areas: [
    {
      name: "own words of an actor",
      length: OWN_WORDS,
      fields: [
        ...wordsOf({ OWN_ROWS_USED, OWN_WAS_RESET }),
        ["rows", OWN_ROWS, COMMAND_ROWS * ROW_WORDS],
        ["latency", OWN_LATENCY, MAX_GROUPS * LATENCY_WORDS],
        ["samples head", OWN_SAMPLES_HEAD, LINE_WORDS],
        ["samples tail", OWN_SAMPLES_TAIL, LINE_WORDS],
        ["samples", OWN_SAMPLES, SAMPLE_ENTRIES * SAMPLE_WORDS],
        ["curve", OWN_CURVE, CURVE_WORDS],
        ["hot", OWN_HOT, HOT_ENTRIES * HOT_WORDS],
      ],
    },
    {
      name: "row of counts in words",
      length: ROW_WORDS,
      fields: [
        ...wordsOf({ ROW_KEY, ROW_CALLS_NOTED }),
        ["calls", ROW_CALLS, COUNTER_WORDS - 1],
        ["failed", ROW_FAILED, COUNTER_WORDS],
        ["refused", ROW_REFUSED, COUNTER_WORDS],
        ["took", ROW_TOOK, COUNTER_WORDS],
      ],
    },
    {
      name: "groups of commands",
      length: MAX_GROUPS,
      fields: [["groups", 0, COMMAND_GROUPS.length]],
    },
  ],
  masks: [],
  shifts: [],
  sums: [],
});
