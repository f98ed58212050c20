// What more or less memory would bring, and what the shards look like: answers of /stats, /stats/shards. Types and the
// characters of states.

/** The hit ratio that a cache of another size would have. */
export interface CurvePoint {
  /** Of the memory that there is. */
  readonly times: number;
  readonly bytes: number;
  readonly hitRatio: number;
  /** Standard error of the hit ratio: by more than twice that it is seldom off. 0 where it was measured: at 1. */
  readonly error: number;
}

/** What was learnt from sampled keys; part of /stats, as `memoryCurve`. */
export interface MemoryCurve {
  /** Sampled keys of all; 0 to 0.005. */
  readonly sampleRate: number;
  /** Reads that the estimate stands on, not scaled. Few of them: take it with care. */
  readonly sampledReads: number;
  /** At 0.25, 0.5, 1, 2 and 4 times the memory, without those of which too little is known. */
  readonly points: readonly CurvePoint[];
  /** What to do, in one sentence. */
  readonly advice: string;
}

/** What a sampled slot holds, as one character each; see {@linkcode ShardPicture}. */
export const SLOT_STATES = {
  /** Never used. */
  untouched: "-",
  /** Used before, free now. */
  free: ".",
  /** Parts of items, and at least half of it free. */
  partly: "p",
  /** In use, mostly by items of the probation ring, or of the main ring. */
  probation: "n",
  main: "m",
  /** Tree nodes, blocks, and parts of large values. */
  owned: "o",
  /** What was removed and is not yet taken back. */
  grave: "g",
  /** Given to the index. */
  index: "i",
} as const;

/** One shard. */
export interface ShardPicture {
  readonly shard: number;
  readonly items: number;
  readonly usedBytes: number;
  readonly evictions: number;
  /** A character of {@linkcode SLOT_STATES} for each sampled slot, in the order of addresses. */
  readonly slots: string;
  /** Eighths in use of each of them, 0 to 8, as digits. */
  readonly fill: string;
  /**
   * Age of each of them as a digit, from its item's version: 0 is the newest tenth of the changes that the shard's items
   * are from, 9 the oldest; "-" where there is no item.
   */
  readonly age: string;
  /** Count of the clock, 0 to 3, as a digit; "-" where there is no item. */
  readonly count: string;
}

/** The answer of /stats/shards. */
export interface ShardFacts {
  /** Slots of a shard, of which every n-th is sampled. */
  readonly slotsPerShard: number;
  readonly sampledEvery: number;
  readonly shards: readonly ShardPicture[];
}
