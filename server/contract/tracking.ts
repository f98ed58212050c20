// Client tracking, as commands see it: the options of CLIENT TRACKING, and the object that notes the
// keys that a client reads. Interfaces only; the room changes/ carries them out.

/** Most prefixes of one client. */
export const MAX_PREFIXES = 128;

/** The options of CLIENT TRACKING ON. */
export interface TrackingOptions {
  readonly isBroadcast: boolean;
  /** Only keys that begin with one of these are told of. Empty: all keys. */
  readonly prefixes: readonly Uint8Array[];
  /** Whether the client's own puts and deletes are left out. */
  readonly noLoop: boolean;
}

/** What became of a wish to track. */
export type TrackingStart = "started" | "tooMany" | "noMemory";

/** What one client tracks. */
export interface Tracking {
  readonly options: TrackingOptions;
  /**
   * Notes a key that the client is about to read, `length` bytes of `bytes` from `start`, so that it
   * is told of the next change.
   */
  remember(hash: number, bytes: Uint8Array, start: number, length: number): void;
  /** Forgets all keys, and tells the client that any of them may have changed. */
  forget(): void;
  /** Ends the tracking, without a word to the client. */
  stop(): void;
}
