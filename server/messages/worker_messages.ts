// The subscriptions of one worker's clients, and what is sent to them. Nothing here waits: what is published
// is noted for its subscribers, who get it at the end of the turn. Knows no command and no connection.

import { type Messages, type Subscribed, Topic } from "../contract/messages/messages.ts";
import { COST_BYTES } from "../contract/memory_budget.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import type { Session } from "../contract/session.ts";
import { atTurnEnd, type TimeSlices } from "../contract/time_slices.ts";
import type { FrameKind } from "./message_frames.ts";
import { Outbox } from "./outbox.ts";
import { Subscriber } from "./subscriber.ts";
import { type TopicRecord, TopicTable } from "./topics.ts";

type Record = TopicRecord<Subscriber>;
type Table = TopicTable<Subscriber>;

/** What a subscription costs beside twice the length of its name, and the first one of a client besides. */
const SUBSCRIPTION_BYTES = COST_BYTES.bytes + COST_BYTES.object + 3 * COST_BYTES.entry +
  COST_BYTES.map;
const SUBSCRIBER_BYTES = 2 * COST_BYTES.object + 2 * COST_BYTES.map;
const NO_NAME = new Uint8Array();
const encoder = new TextEncoder();

/** The messages of one worker. */
export class WorkerMessages implements Messages {
  readonly #clientOf: (id: number) => Session | null;
  readonly #tables: readonly Table[] = [
    new TopicTable(Topic.channel, false),
    new TopicTable(Topic.pattern, true),
    new TopicTable(Topic.shardChannel, false),
    new TopicTable(Topic.monitor, false),
    new TopicTable(Topic.client, false),
  ];
  readonly #outbox: Outbox;

  /**
   * `memory` is the worker's, `clientOf` finds the session of one of its clients by number, and `defer` calls back
   * at the end of a turn of the event loop.
   */
  constructor(
    slices: TimeSlices,
    memory: () => MemorySource | null,
    clientOf: (id: number) => Session | null,
    defer: (work: () => void) => void = atTurnEnd,
  ) {
    this.#clientOf = clientOf;
    this.#outbox = new Outbox(slices, memory, defer);
  }

  publish(channel: Uint8Array, message: Uint8Array): number {
    const record = this.#table(Topic.channel).find(channel);
    const count = record === null ? 0 : this.#send(record, "message", [channel, message]);
    const patterns = this.#table(Topic.pattern);
    return patterns.size === 0 ? count : count + this.#sendMatching(patterns, channel, message);
  }

  #sendMatching(patterns: Table, channel: Uint8Array, message: Uint8Array): number {
    let count = 0;
    for (const record of patterns.records()) {
      if (!record.glob!.matches(channel, 0, channel.length)) continue;
      count += this.#send(record, "pmessage", [record.name, channel, message]);
    }
    return count;
  }

  publishToShard(channel: Uint8Array, message: Uint8Array): number {
    const record = this.#table(Topic.shardChannel).find(channel);
    return record === null ? 0 : this.#send(record, "smessage", [channel, message]);
  }

  get hasMonitors(): boolean {
    return this.#table(Topic.monitor).size > 0;
  }

  monitor(line: Uint8Array): void {
    const record = this.#table(Topic.monitor).find(NO_NAME);
    if (record !== null) this.#send(record, "monitor", [line]);
  }

  findClient(id: number): boolean {
    const session = this.#clientOf(id);
    if (session === null || session.sink === null) return false;
    const found = this.subscribe(session, Topic.client, encoder.encode(String(id)));
    return found === "new" || found === "known";
  }

  invalidate(id: number, key: Uint8Array | null): boolean {
    const record = this.#table(Topic.client).find(encoder.encode(String(id)));
    if (record === null) return false;
    this.#send(record, "invalidate", [key]);
    return true;
  }

  /** Sends a message to the subscribers of a topic. Returns how many there are. */
  #send(record: Record, kind: FrameKind, parts: readonly (Uint8Array | null)[]): number {
    const { local } = record;
    if (local.length > 0) {
      this.#outbox.begin(kind, parts);
      // One that is closed for it gives its place to the last, which has got it by then.
      for (let i = local.length - 1; i >= 0; i--) {
        const subscriber = local[i]!;
        if (kind !== "invalidate" || hearsInvalidations(subscriber)) this.#outbox.add(subscriber);
      }
    }
    return record.count;
  }

  subscribe(session: Session, topic: Topic, name: Uint8Array): Subscribed {
    const table = this.#table(topic);
    const record = table.open(name);
    if (record === null) return "tooMany";
    const outcome = this.#enter(session, record);
    if (record.count === 0) table.close(record);
    return outcome;
  }

  #enter(session: Session, record: Record): Subscribed {
    const known = session.subscriptions as Subscriber | null;
    if (known !== null && known.places.has(record)) return "known";
    const bytes = subscriptionBytes(record) + (known === null ? SUBSCRIBER_BYTES : 0);
    if (!session.tryTake(bytes)) return "noMemory";
    const subscriber = known ?? new Subscriber(session, session.sink!);
    session.subscriptions = subscriber;
    subscriber.enter(record);
    return "new";
  }

  unsubscribe(session: Session, topic: Topic, name: Uint8Array): boolean {
    const subscriber = session.subscriptions as Subscriber | null;
    const record = this.#table(topic).find(name);
    if (subscriber === null || record === null) return false;
    return this.#leave(subscriber, record);
  }

  #leave(subscriber: Subscriber, record: Record): boolean {
    if (!subscriber.leave(record)) return false;
    const { session } = subscriber;
    session.tryTake(-subscriptionBytes(record));
    if (record.count === 0) this.#table(record.kind).close(record);
    if (subscriber.places.size === 0) {
      // What it is still to get, it gets.
      session.subscriptions = null;
      session.tryTake(-SUBSCRIBER_BYTES);
    }
    return true;
  }

  namesOf(session: Session, topic: Topic): readonly Uint8Array[] {
    const subscriber = session.subscriptions as Subscriber | null;
    if (subscriber === null) return [];
    const names: Uint8Array[] = [];
    for (const { kind, name } of subscriber.places.keys()) if (kind === topic) names.push(name);
    return names;
  }

  end(session: Session): void {
    const subscriber = session.subscriptions as Subscriber | null;
    if (subscriber === null) return;
    for (const record of [...subscriber.places.keys()]) this.#leave(subscriber, record);
  }

  countOf(topic: Topic, name: Uint8Array): number {
    return this.#table(topic).find(name)?.count ?? 0;
  }

  topicCount(topic: Topic): number {
    return this.#table(topic).size;
  }

  *names(topic: Topic): IterableIterator<Uint8Array> {
    for (const { name } of this.#table(topic).records()) yield name;
  }

  get mustSettle(): boolean {
    return this.#outbox.isFull;
  }

  settled(): Promise<void> | null {
    return this.#outbox.settled();
  }

  #table(topic: number): Table {
    return this.#tables[topic]!;
  }
}

function subscriptionBytes({ name }: Record): number {
  return SUBSCRIPTION_BYTES + 2 * name.length;
}

/** Whether a client is told that keys may have changed: in RESP2 one that is subscribed to anything. */
function hearsInvalidations({ sink, counts }: Subscriber): boolean {
  return sink.format === 3 ||
    counts[Topic.channel]! + counts[Topic.pattern]! + counts[Topic.shardChannel]! > 0;
}
