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

/** The tracking of one client. */
export interface Tracking {
  readonly options: TrackingOptions;
  /** Notes a key that the client is about to read. The client is told of the key's next change. */
  remember(hash: number, key: Uint8Array): void;
  /** Ends the tracking. Sends nothing to the client. */
  stop(): void;
}
