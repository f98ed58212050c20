// All topics that anybody is subscribed to, of every kind. A topic is there as long as it has a subscriber in any
// worker.

import { Topic, TOPIC_COUNT } from "../contract/messages/topic.ts";
import { PatternIndex } from "./pattern_index.ts";
import type { Subscriber } from "./subscriber.ts";
import { type TopicRecord, TopicTable } from "./topics.ts";

/** A topic and the subscribers of this worker. */
export type Subscribed = TopicRecord<Subscriber>;

/** The topics of every kind. */
export class TopicTables {
  readonly #tables = Array.from(
    { length: TOPIC_COUNT },
    (_, topic) => new TopicTable<Subscriber>(topic, topic === Topic.pattern),
  );
  readonly #patterns = new PatternIndex<Subscribed>();

  /** Told whether anybody sees all commands, each time that this changes. */
  onMonitors: (hasMonitors: boolean) => void = () => {};

  /** How many there are of a kind. */
  sizeOf(topic: number): number {
    return this.#tables[topic]!.size;
  }

  /** Those of a kind. */
  recordsOf(topic: number): IterableIterator<Subscribed> {
    return this.#tables[topic]!.records();
  }

  /** The topic of this name, or null. */
  find(topic: number, name: Uint8Array): Subscribed | null {
    return this.#tables[topic]!.find(name);
  }

  /** The same, or a new one; null where there are too many. Of patterns others may add more than there is room for. */
  open(topic: number, name: Uint8Array, isOurs: boolean): Subscribed | null {
    const table = this.#tables[topic]!;
    if (topic === Topic.monitor) this.onMonitors(true);
    if (topic !== Topic.pattern) return table.open(name);
    const found = table.find(name);
    if (found !== null) return found;
    if (isOurs && !this.#patterns.hasRoomFor(name)) return null;
    const opened = table.open(name);
    if (opened !== null) this.#patterns.add(opened);
    return opened;
  }

  /** Forgets a topic that has no subscribers. */
  closeUnused(record: Subscribed): void {
    if (record.count > 0) return;
    this.#tables[record.kind]!.close(record);
    if (record.kind === Topic.pattern) this.#patterns.remove(record);
    else if (record.kind === Topic.monitor) this.onMonitors(false);
  }

  /** Calls `found` with each pattern that matches a channel. */
  match(channel: Uint8Array, found: (record: Subscribed) => void): void {
    if (this.sizeOf(Topic.pattern) > 0) this.#patterns.match(channel, found);
  }
}
