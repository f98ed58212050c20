// One client that is subscribed to something: to which topics, and what of this turn's messages it is to
// get. Those are places in the turn's log, so a message for thousands of clients is written once.

import type { MessageSink, Subscriptions } from "../contract/messages/message_sink.ts";
import { TOPIC_COUNT } from "../contract/messages/topic.ts";
import type { Session } from "../contract/session.ts";
import type { TopicRecord } from "./topics.ts";
import type { TurnLog } from "./turn_log.ts";

/** A client with subscriptions. */
export class Subscriber implements Subscriptions {
  readonly session: Session;
  readonly sink: MessageSink;
  readonly counts: number[] = new Array(TOPIC_COUNT).fill(0);
  /** Its topics, and its place among the subscribers of each. */
  readonly places = new Map<TopicRecord<Subscriber>, number>();
  /** The log in which messages for it lie, or null. */
  #log: TurnLog | null = null;
  /** The latest stretch of it; and, in pairs, those before which do not end where it begins. */
  #from = 0;
  #to = 0;
  #before: number[] | null = null;

  constructor(session: Session, sink: MessageSink) {
    this.session = session;
    this.sink = sink;
  }

  /** Begins to hear of a topic. Returns false where it does so already. */
  enter(record: TopicRecord<Subscriber>): boolean {
    if (this.places.has(record)) return false;
    this.places.set(record, record.local.length);
    record.local.push(this);
    this.counts[record.kind]!++;
    return true;
  }

  /** Hears no more of it. Returns false where it did not. */
  leave(record: TopicRecord<Subscriber>): boolean {
    const place = this.places.get(record);
    if (place === undefined) return false;
    this.places.delete(record);
    this.counts[record.kind]!--;
    const last = record.local.pop()!;
    if (last !== this) {
      record.local[place] = last;
      last.places.set(record, place);
    }
    return true;
  }

  /** Notes that the latest message of `log` is for it. Returns whether it is the first of that log. */
  note(log: TurnLog): boolean {
    if (this.#log === log) {
      if (this.#to !== log.from) {
        (this.#before ??= []).push(this.#from, this.#to);
        this.#from = log.from;
      }
      this.#to = log.to;
      return false;
    }
    this.handOver();
    this.#log = log;
    this.#from = log.from;
    this.#to = log.to;
    return true;
  }

  /** Hands what was noted to the client's connection. */
  handOver(): void {
    const log = this.#log;
    if (log === null) return;
    const before = this.#before;
    this.#log = null;
    this.#before = null;
    if (before === null) return this.sink.deliver(log.stretch(this.#from, this.#to));
    before.push(this.#from, this.#to);
    const joined = log.join(before);
    this.sink.deliver(joined);
  }

  /** Forgets what was noted: the client is gone. */
  forget(): void {
    this.#log = null;
    this.#before = null;
  }
}
