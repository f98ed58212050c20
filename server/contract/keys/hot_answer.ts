// What a worker says of the keys that its clients ask for most. Types alone: server/observe/keys counts them, and
// adds up what all workers say.

/** What was counted of one key. */
export interface CountedKey {
  readonly hash: number;
  /** The number of its database, as clients have it. */
  readonly database: number;
  /** Its first bytes. */
  readonly bytes: Uint8Array;
  /** Length of the whole key. */
  readonly keyBytes: number;
  /** How often it came, at least. */
  readonly count: number;
  /** Those of them that write. */
  readonly writes: number;
}

/** The hottest keys of one worker. All counts fade, so that what was lately counts most. */
export interface HotAnswer {
  /** Keys that were asked for, and in how many seconds. */
  readonly requests: number;
  readonly seconds: number;
  /** Hottest first. */
  readonly keys: readonly CountedKey[];
}
