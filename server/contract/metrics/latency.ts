// What takes long, as LATENCY shows it: the names of events, their samples, and what a worker's commands may
// do with them. Interfaces, so that commands need no other workers.

/** Events that are noted, most of them by the names that Redis has for them. */
export const LATENCY_EVENT_NAMES = [
  "command",
  /** Commands that should never take long. */
  "fast-command",
  /** Main looks for what has expired. */
  "expire-cycle",
  /** Main writes to the log. */
  "aof-write",
  /** A sync of the log, with `--fsync always` and otherwise. */
  "aof-fsync-always",
  "aof-fsync",
] as const;

/** One of them. */
export type LatencyEventName = typeof LATENCY_EVENT_NAMES[number];

/** When something took long, and how long: of all in one second the longest. */
export type LatencySample = readonly [atSeconds: number, ms: number];

/** What is known of an event. */
export interface LatencyEvent {
  readonly name: string;
  /** The longest since the start, or since they were forgotten. */
  readonly maxMs: number;
  /** Oldest first. */
  readonly samples: readonly LatencySample[];
}

/** How many calls of a command took how long: by its number, in the buckets of latency_buckets.ts. */
export type LatencyHistograms = ReadonlyMap<number, Float64Array>;

/** What took long in all workers, as one of them sees it. */
export interface LatencyMonitor {
  /** What takes at least so long is noted. Infinity: nothing is. */
  readonly thresholdUs: number;
  /** Something took so many microseconds. */
  note(name: LatencyEventName, tookUs: number): void;
  /** The events of all workers together. */
  events(): Promise<readonly LatencyEvent[]>;
  /** Those of this worker alone, for where nothing may wait. */
  eventsNow(): readonly LatencyEvent[];
  /** Forgets the events of these names, or all, in every worker. Resolves with how many there were. */
  reset(names: readonly string[]): Promise<number>;
  /** The same for where nothing may wait: the other workers hear of it a little later. */
  resetNow(names: readonly string[]): number;
}
