// Sends a message to the subscribers of this worker, and says which other workers have some. The only place that
// knows which topics a message is for.

import { hasChannels, Topic } from "../contract/messages/topic.ts";
import type { FrameKind } from "./message_frames.ts";
import type { Outbox } from "./outbox.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscribed, TopicTables } from "./topic_tables.ts";

const KINDS: Readonly<Record<number, FrameKind>> = {
  [Topic.channel]: "message",
  [Topic.shardChannel]: "smessage",
  [Topic.monitor]: "monitor",
  [Topic.client]: "invalidate",
};

/** Delivers messages in one worker. */
export class Delivery {
  readonly #tables: TopicTables;
  readonly #outbox: Outbox;
  readonly #onTopic: (record: Subscribed) => void;
  #channel: Uint8Array = new Uint8Array();
  #message: Uint8Array | null = null;
  #count = 0;

  /** `onTopic` hears of each topic that a message is for. */
  constructor(tables: TopicTables, outbox: Outbox, onTopic: (record: Subscribed) => void) {
    this.#tables = tables;
    this.#outbox = outbox;
    this.#onTopic = onTopic;
  }

  /** Sends a message. Returns how many subscriptions of all workers it is for. */
  send(topic: number, name: Uint8Array, message: Uint8Array | null): number {
    this.#count = 0;
    const record = this.#tables.find(topic, name);
    if (record !== null) {
      const hasName = topic === Topic.channel || topic === Topic.shardChannel;
      this.#sendTo(record, KINDS[topic]!, hasName ? [name, message] : [message]);
    }
    if (topic === Topic.channel && this.#tables.sizeOf(Topic.pattern) > 0) {
      this.#channel = name;
      this.#message = message;
      this.#tables.match(name, this.#sendMatching);
    }
    return this.#count;
  }

  readonly #sendMatching = (record: Subscribed): void => {
    this.#sendTo(record, "pmessage", [record.name, this.#channel, this.#message]);
  };

  #sendTo(record: Subscribed, kind: FrameKind, parts: readonly (Uint8Array | null)[]): void {
    const { local } = record;
    this.#count += record.count;
    if (record.elsewhereCount > 0) this.#onTopic(record);
    if (local.length === 0) return;
    this.#outbox.begin(kind, parts);
    // One that is closed for it gives its place to the last, which has got it by then.
    for (let i = local.length - 1; i >= 0; i--) {
      const subscriber = local[i]!;
      if (kind !== "invalidate" || hearsInvalidations(subscriber)) this.#outbox.add(subscriber);
    }
  }

  /** Calls `found` with each subscriber of this worker for whom a message would be. */
  eachFor(topic: number, name: Uint8Array, found: (subscriber: Subscriber) => void): void {
    const all = (record: Subscribed) => [...record.local].forEach(found);
    const record = this.#tables.find(topic, name);
    if (record !== null) all(record);
    if (topic === Topic.channel) this.#tables.match(name, all);
  }
}

/** Whether a client is told that keys may have changed: in RESP2 one that is subscribed to anything. */
function hearsInvalidations(subscriber: Subscriber): boolean {
  return subscriber.sink.format === 3 || hasChannels(subscriber);
}
