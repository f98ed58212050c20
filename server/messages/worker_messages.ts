// The subscriptions of one worker's clients, and what is sent to them, by this worker's clients and by others'. What
// is published is noted for its subscribers, who get it at the end of the turn. Every worker knows how many
// subscribers the others have, so nothing here waits. Knows no command and no connection.

import type { Messages, Subscribed as Outcome } from "../contract/messages/messages.ts";
import { Topic, TOPIC_COUNT } from "../contract/messages/topic.ts";
import { COST_BYTES } from "../contract/memory_budget.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import type { Session } from "../contract/session.ts";
import { atTurnEnd, type TimeSlices } from "../contract/time_slices.ts";
import { BusFrame } from "./bus/bus_frames.ts";
import type { BusLink, BusPeer } from "./bus/bus_peer.ts";
import { type BusHost, MessageBus } from "./bus/message_bus.ts";
import { Delivery } from "./delivery.ts";
import { Outbox } from "./outbox.ts";
import { Subscriber } from "./subscriber.ts";
import { type Subscribed, TopicTables } from "./topic_tables.ts";

/** What a subscription costs beside twice the length of its name, and the first one of a client besides. */
const SUBSCRIPTION_BYTES = COST_BYTES.bytes + COST_BYTES.object + 3 * COST_BYTES.entry +
  COST_BYTES.map;
const SUBSCRIBER_BYTES = 2 * COST_BYTES.object + 2 * COST_BYTES.map;
const NO_NAME = new Uint8Array();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The messages of one worker. */
export class WorkerMessages implements Messages, BusHost {
  readonly #clientOf: (id: number) => Session | null;
  readonly #memory: () => MemorySource | null;
  readonly #tables = new TopicTables();
  readonly #outbox: Outbox;
  readonly #bus: MessageBus;
  readonly #delivery: Delivery;

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
    this.#memory = memory;
    this.#outbox = new Outbox(slices, memory, defer);
    this.#bus = new MessageBus(this, slices, memory, defer);
    this.#delivery = new Delivery(this.#tables, this.#outbox, (record) => {
      this.#bus.mark(record.elsewhere.keys());
      this.#isElsewhere = true;
    });
  }

  /** Whether the message that is being sent has subscribers in other workers. */
  #isElsewhere = false;

  /** Who is told whether anybody sees all commands, each time that this changes. */
  set onMonitors(tell: (hasMonitors: boolean) => void) {
    this.#tables.onMonitors = tell;
  }

  /** Another worker has come. */
  connect(link: BusLink): void {
    this.#bus.add(link);
  }

  /** Another worker is gone. */
  disconnect(actor: number): void {
    this.#bus.remove(actor);
  }

  /** Resolves once all other workers have told what they know, or have not for a second. */
  async joined(): Promise<void> {
    await this.#bus.heard();
  }

  /** Called a few times a second. */
  tick(): void {
    this.#bus.tick();
  }

  publish(channel: Uint8Array, message: Uint8Array): number {
    return this.#send(Topic.channel, channel, message);
  }

  publishToShard(channel: Uint8Array, message: Uint8Array): number {
    return this.#send(Topic.shardChannel, channel, message);
  }

  monitor(line: Uint8Array): void {
    this.#send(Topic.monitor, NO_NAME, line);
  }

  findClient(id: number): boolean | Promise<boolean> {
    const name = encoder.encode(String(id));
    return this.onFind(name) || this.countOf(Topic.client, name) > 0 || this.#bus.find(name);
  }

  invalidate(id: number, key: Uint8Array | null): boolean {
    return this.#send(Topic.client, encoder.encode(String(id)), key) > 0;
  }

  /** Sends a message to all workers' subscribers. Returns how many subscriptions it is for. */
  #send(topic: number, name: Uint8Array, message: Uint8Array | null): number {
    this.#isElsewhere = false;
    this.#bus.begin();
    const count = this.#delivery.send(topic, name, message);
    if (this.#isElsewhere) this.#bus.send(topic, name, message);
    return count;
  }

  subscribe(session: Session, topic: Topic, name: Uint8Array): Outcome {
    const record = this.#tables.open(topic, name, true);
    if (record === null) return "tooMany";
    const outcome = this.#enter(session, record);
    this.#tables.closeUnused(record);
    return outcome;
  }

  #enter(session: Session, record: Subscribed): Outcome {
    const known = session.subscriptions as Subscriber | null;
    if (known !== null && known.places.has(record)) return "known";
    const bytes = subscriptionBytes(record) + (known === null ? SUBSCRIBER_BYTES : 0);
    if (!session.tryTake(bytes)) return "noMemory";
    const subscriber = known ?? new Subscriber(session, session.sink!);
    session.subscriptions = subscriber;
    subscriber.enter(record);
    this.#tellCount(record);
    return "new";
  }

  unsubscribe(session: Session, topic: Topic, name: Uint8Array): boolean {
    const subscriber = session.subscriptions as Subscriber | null;
    const record = this.#tables.find(topic, name);
    return subscriber !== null && record !== null && this.#leave(subscriber, record);
  }

  #leave(subscriber: Subscriber, record: Subscribed): boolean {
    if (!subscriber.leave(record)) return false;
    const { session } = subscriber;
    session.tryTake(-subscriptionBytes(record));
    this.#tellCount(record);
    this.#tables.closeUnused(record);
    if (subscriber.places.size === 0) {
      // What it is still to get, it gets.
      session.subscriptions = null;
      session.tryTake(-SUBSCRIBER_BYTES);
    }
    return true;
  }

  #tellCount({ kind, name, local }: Subscribed): void {
    this.#bus.tellCount(kind, name, local.length);
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
    return this.#tables.find(topic, name)?.count ?? 0;
  }

  topicCount(topic: Topic): number {
    return this.#tables.sizeOf(topic);
  }

  *names(topic: Topic): IterableIterator<Uint8Array> {
    for (const { name } of this.#tables.recordsOf(topic)) yield name;
  }

  get mustSettle(): boolean {
    return this.#outbox.isFull || this.#bus.isFull;
  }

  async settled(isSubscriber: boolean): Promise<void> {
    if (isSubscriber) await this.#bus.heard();
    await this.#bus.settled();
    await this.#outbox.settled();
  }

  greet(peer: BusPeer): void {
    for (let topic = 0; topic < TOPIC_COUNT; topic++) {
      for (const { name, local } of this.#tables.recordsOf(topic)) {
        if (local.length > 0) peer.tell(BusFrame.count, topic, local.length, name);
      }
    }
  }

  onCount(actor: number, topic: number, name: Uint8Array, count: number): void {
    const record = count === 0
      ? this.#tables.find(topic, name)
      : this.#tables.open(topic, name, false);
    if (record !== null) this.#setElsewhere(record, actor, count);
  }

  /** Notes how many subscribers another worker has, which takes memory here, too, as long as it has any. */
  #setElsewhere(record: Subscribed, actor: number, count: number): void {
    const wasKnown = record.elsewhere.has(actor);
    record.setElsewhere(actor, count);
    const bytes = SUBSCRIPTION_BYTES + record.name.length;
    if (count > 0 && !wasKnown) this.#memory()?.take(bytes);
    if (count === 0 && wasKnown) this.#memory()?.give(bytes);
    this.#tables.closeUnused(record);
  }

  onMessage(topic: number, name: Uint8Array, body: Uint8Array | null): void {
    // Its subscribers elsewhere get it from where it was published.
    this.#delivery.send(topic, name, body);
  }

  onLost(topic: number, name: Uint8Array | null): void {
    const close = ({ sink }: Subscriber) => sink.closeSlow();
    if (name !== null) return this.#delivery.eachFor(topic, name, close);
    for (let each = 0; each < TOPIC_COUNT; each++) {
      for (const { local } of [...this.#tables.recordsOf(each)]) [...local].forEach(close);
    }
  }

  onFind(name: Uint8Array): boolean {
    const session = this.#clientOf(Number(decoder.decode(name)));
    if (session === null || session.sink === null) return false;
    const outcome = this.subscribe(session, Topic.client, name);
    return outcome === "new" || outcome === "known";
  }

  onGone(actor: number): void {
    for (let topic = 0; topic < TOPIC_COUNT; topic++) {
      for (const record of [...this.#tables.recordsOf(topic)]) {
        if (!record.elsewhere.has(actor)) continue;
        this.#setElsewhere(record, actor, 0);
      }
    }
  }

  whenFree(): Promise<void> | null {
    return this.#outbox.settled();
  }
}

function subscriptionBytes({ name }: Subscribed): number {
  return SUBSCRIPTION_BYTES + 2 * name.length;
}
