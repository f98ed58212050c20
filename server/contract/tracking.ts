// Client tracking, as commands see it: the options of CLIENT TRACKING, and the object that notes the
// keys that a client reads. Interfaces only; the room changes/ carries them out.

/** Most prefixes of one client. */
export const MAX_PREFIXES = 128;

/**
 * Which reads are tracked without BCAST: all of them, those behind CLIENT CACHING YES, or all but those
 * behind CLIENT CACHING NO.
 */
export type TrackingMode = "all" | "optin" | "optout";

/** The options of CLIENT TRACKING ON. */
export interface TrackingOptions {
  readonly isBroadcast: boolean;
  readonly mode: TrackingMode;
  /** With BCAST, keys that begin with one of these are told of; an empty one stands for all keys. */
  readonly prefixes: readonly Uint8Array[];
  /** Whether the client's own puts and deletes are left out. */
  readonly noLoop: boolean;
  /** The number of the client that is told in place of this one; 0: none. It has been found. */
  readonly redirect: number;
}

/** What became of a wish to track. */
export type TrackingStart = "started" | "tooMany" | "noMemory";

/** What one client tracks. */
export interface Tracking {
  readonly options: TrackingOptions;
  /** Whether CLIENT CACHING YES or NO was said, which is about the next command or transaction. */
  isCaching: boolean;
  /** Whether the client that is to be told in place of this one is gone. */
  readonly isBroken: boolean;
  /**
   * Takes other options, which are as before in `isBroadcast` and have all prefixes that there were.
   * What is tracked stays so. Says why not, with nothing changed.
   */
  change(options: TrackingOptions): TrackingStart;
  /**
   * Notes a key that the client is about to read, `length` bytes of `bytes` from `start`, so that it
   * is told of the next change.
   */
  remember(hash: number, bytes: Uint8Array, start: number, length: number): void;
  /** Tells clients of changes that this thread has just made: at once, as far as that takes a moment. */
  hear(): void;
  /** Forgets all keys, and tells the client that any of them may have changed. */
  forget(): void;
  /** Ends the tracking, without a word to the client. */
  stop(): void;
}
