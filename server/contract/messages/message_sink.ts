// One client that messages are sent to: where they go, and what it is subscribed to, in numbers. Interfaces only.
// Knows no session, which has one of each.

/** How messages are written for a client: version 2 or 3 of the Redis protocol, or server-sent events. */
export type MessageFormat = 2 | 3 | "events";

/** Where messages for one client go. */
export interface MessageSink {
  /** How they are written for it now. */
  readonly format: MessageFormat;
  /**
   * Takes messages, whose bytes are the caller's again when this returns. The client gets them behind what it has
   * been sent before. One that lets too many wait is closed.
   */
  deliver(bytes: Uint8Array<ArrayBuffer>): void;
  /** Closes the client, since messages for it are lost. */
  closeSlow(): void;
}

/** What one client is subscribed to, in numbers. */
export interface Subscriptions {
  /** How many topics of each kind, by kind. */
  readonly counts: readonly number[];
  /** Hands over at once what it was to get at the end of the turn. */
  handOver(): void;
}
