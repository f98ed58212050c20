// Client tracking, as commands see it: what a client has asked for with CLIENT TRACKING, and where
// the keys that it reads are noted. Interfaces only; the room changes/ carries them out.

/** Most prefixes of one client. */
export const MAX_PREFIXES = 128;

/** What CLIENT TRACKING ON asks for. */
export interface TrackingOptions {
  readonly isBroadcast: boolean;
  /** Keys that begin with none of them are not of interest; empty: all keys are. */
  readonly prefixes: readonly Uint8Array[];
  /** Whether the client's own changes are not to be told. */
  readonly noLoop: boolean;
}

/** What one client tracks. */
export interface Tracking {
  readonly options: TrackingOptions;
  /** Notes a key that the client is about to read, so that it is told of the next change. */
  remember(hash: number, key: Uint8Array): void;
  /** Ends the tracking, without a word to the client. */
  stop(): void;
}
