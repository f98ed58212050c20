// The one table of what main says about log and snapshots to all threads. A new fact is one row here:
// its place in the region's header, /stats and the table in docs/api.md follow from it. A small one
// has a word, a large one a counter of cache/counters.ts.

import { COUNTER_WORDS, PERSISTENCE_WORDS } from "../../../cache/mod.ts";

/** One fact. */
interface FactRow {
  readonly name: string;
  /** What it says, in one sentence, which docs/api.md shows. */
  readonly meaning: string;
  /** Whether it may pass 2^32. */
  readonly isLarge?: true;
  /** Whether /stats shows it, under its name, in the object `persistence`. */
  readonly isShown: boolean;
}

/** The facts, in the order of /stats. Times are in seconds since 1970. */
export const FACTS = [
  {
    name: "logPosition",
    meaning: "Bytes of log that were written since the data dir was made.",
    isLarge: true,
    isShown: true,
  },
  {
    name: "durablePosition",
    meaning: "Bytes of log that are known to be on the disk itself.",
    isLarge: true,
    isShown: true,
  },
  {
    name: "logBytes",
    meaning: "Bytes of log behind the latest snapshot, which a start has to read.",
    isLarge: true,
    isShown: true,
  },
  {
    name: "lagUs",
    meaning: "Time from an answer until the kernel had its record, at most, lately.",
    isShown: true,
  },
  {
    name: "lagMinuteUs",
    meaning: "The longest time from an answer until the kernel had its record, of the last minute.",
    isShown: true,
  },
  {
    name: "lagWorstUs",
    meaning: "The longest time from an answer until the kernel had its record, since the start.",
    isShown: true,
  },
  { name: "syncUs", meaning: "Time that the latest sync took.", isShown: true },
  {
    name: "faults",
    meaning: "Times that log or snapshot could not be written.",
    isShown: true,
  },
  {
    name: "fault",
    meaning: "What could not be done and why, as numbers; 0: all is well.",
    isShown: false,
  },
  {
    name: "faultSince",
    meaning: "Since when, in seconds since 1970; 0: all is well.",
    isShown: true,
  },
  {
    name: "gaps",
    meaning: "Records that found no space in the log ring. A snapshot is made at once.",
    isShown: true,
  },
  {
    name: "discardedBytes",
    meaning: "Bytes of log left out because of `--on-write-error continue`.",
    isLarge: true,
    isShown: true,
  },
  { name: "snapshots", meaning: "Snapshots made since the start.", isShown: true },
  {
    name: "snapshotFailures",
    meaning: "Snapshots since the start that could not be made.",
    isShown: true,
  },
  {
    name: "snapshotFailed",
    meaning: "Whether the latest snapshot could not be made: 1 or 0.",
    isShown: false,
  },
  {
    name: "snapshotSince",
    meaning: "When the snapshot at work was begun, in seconds since 1970; 0: there is none.",
    isShown: true,
  },
  {
    name: "snapshotItems",
    meaning: "Items of the snapshot at work so far, or of the latest one.",
    isShown: true,
  },
  {
    name: "snapshotBytes",
    meaning: "Bytes of the latest snapshot.",
    isLarge: true,
    isShown: true,
  },
  {
    name: "snapshotMs",
    meaning: "Time that the latest snapshot took.",
    isShown: true,
  },
  {
    name: "lastSave",
    meaning: "When the latest snapshot was made, in seconds since 1970; 0: there is none.",
    isShown: true,
  },
  {
    name: "changesAtSave",
    meaning: "How many puts and deletes there had been when the latest snapshot was begun.",
    isLarge: true,
    isShown: false,
  },
  {
    name: "loadedItems",
    meaning: "Items that the start has loaded.",
    isShown: true,
  },
  {
    name: "loadEvicted",
    meaning: "Items that the start had no space for.",
    isShown: true,
  },
  {
    name: "loadSkipped",
    meaning: "Damaged or torn bytes that the start has left out.",
    isShown: true,
  },
  { name: "loadMs", meaning: "Time that loading took.", isShown: true },
] as const satisfies readonly FactRow[];

/** Name of a fact. */
export type Fact = typeof FACTS[number]["name"];

/** The word of each fact from the region's first word of persistence on: large ones first. */
export const FACT_PLACES: ReadonlyMap<Fact, number> = placesOf(FACTS);

/** Whether a fact takes a counter. */
export function isLarge(row: FactRow): boolean {
  return row.isLarge === true;
}

function placesOf(rows: readonly (FactRow & { readonly name: Fact })[]): Map<Fact, number> {
  const places = new Map<Fact, number>();
  let at = 0;
  for (const wantsLarge of [true, false]) {
    for (const row of rows) {
      if (isLarge(row) !== wantsLarge) continue;
      places.set(row.name, at);
      at += wantsLarge ? COUNTER_WORDS : 1;
    }
  }
  if (at <= PERSISTENCE_WORDS) return places;
  throw new RangeError(
    `Cannot keep the facts of persistence in ${PERSISTENCE_WORDS} words: there are ${at}`,
  );
}
