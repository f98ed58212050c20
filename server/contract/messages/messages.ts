// Messages between clients, as commands see them: who is subscribed to what, and how something is sent to
// all who are. Interfaces only; the room messages/ carries them out, over all workers. Nothing here waits
// or takes a lock, so it may be called while locks are held: by EXEC, scripts, and what tells of changes.

import type { Session } from "../session.ts";
import type { Topic } from "./topic.ts";

/** The channel on which clients of RESP2 are told that keys may have changed. */
export const INVALIDATE_CHANNEL = "__redis__:invalidate";

/** What became of a wish to subscribe. "known": it was so before. */
export type Subscribed = "new" | "known" | "tooMany" | "noMemory";

/** The subscriptions of all clients, and what is sent to them. */
export interface Messages {
  /** Publishes a message. Returns how many subscriptions, of all workers, it goes to. */
  publish(channel: Uint8Array, message: Uint8Array): number;
  /** The same for a channel of SSUBSCRIBE. */
  publishToShard(channel: Uint8Array, message: Uint8Array): number;
  /** Sends a line to all clients that have sent MONITOR. It has no line end. */
  monitor(line: Uint8Array): void;
  /**
   * Finds the client of this number in any worker, so that {@linkcode invalidate} can reach it from then on. The
   * answer is a promise where other workers have to be asked.
   */
  findClient(id: number): boolean | Promise<boolean>;
  /**
   * Tells the client `id`, which was found, that a key may have changed, or with null that any may have: a
   * message of its own in RESP3; one on {@linkcode INVALIDATE_CHANNEL}, if it is subscribed to that, in RESP2.
   * Returns false where there is no such client any more.
   */
  invalidate(id: number, key: Uint8Array | null): boolean;

  /** Subscribes a client, which has a sink. Its answer is to wait for {@linkcode settled}: see Session.mustSettle. */
  subscribe(session: Session, topic: Topic, name: Uint8Array): Subscribed;
  /** Ends a subscription. Returns whether there was one. */
  unsubscribe(session: Session, topic: Topic, name: Uint8Array): boolean;
  /** Names of what a client is subscribed to. */
  namesOf(session: Session, topic: Topic): readonly Uint8Array[];
  /** Ends all subscriptions of a client. */
  end(session: Session): void;

  /** How many clients of all workers are subscribed to this. */
  countOf(topic: Topic, name: Uint8Array): number;
  /** How many names of a kind anybody is subscribed to. */
  topicCount(topic: Topic): number;
  /** Those names. It may be many: they are not to be looked at all at once. */
  names(topic: Topic): IterableIterator<Uint8Array>;
  /** Whether so much is on its way that who publishes is to wait for {@linkcode settled}. */
  readonly mustSettle: boolean;
  /** Resolves when much that is on its way has got on and, for a subscriber, all workers know of what is new. */
  settled(isSubscriber: boolean): Promise<void>;
}
