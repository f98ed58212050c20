// Key events as messages: each on a channel for its key, with the event's name, and on one for the event, with the
// key, as Redis has them. Only of the classes that are asked for.

import { KeyEventClass, type KeyEvents } from "../../../cache/mod.ts";
import type { Messages } from "../messages/messages.ts";
import { Topic } from "../messages/topic.ts";
import { EVENT_NAMES } from "./event_names.ts";

const encoder = new TextEncoder();
/** Numbers in `KeyEvents.names` for each event: its name, the place of its key, the database. */
const NAME_STEP = 3;

/** Publishes the events that have names. */
export function publishKeyEvents(messages: Messages, events: KeyEvents, classes: number): void {
  if (messages.topicCount(Topic.channel) + messages.topicCount(Topic.pattern) === 0) return;
  eachNamed(events, (number, database, key) => {
    publishKeyEvent(messages, classes, number, database, key);
  });
}

/** Calls back with each event that has a name: its number, the database, and the key as a view. */
export function eachNamed(
  events: KeyEvents,
  take: (number: number, database: number, key: Uint8Array) => void,
): void {
  const { names } = events;
  for (let i = 0; i < names.length; i += NAME_STEP) {
    const place = names[i + 1]!;
    const key = events.bytes.subarray(events.startOf(place), events.endOf(place));
    take(names[i]!, names[i + 2]!, key);
  }
}

/** Publishes one event, if it is of the classes that are asked for. */
export function publishKeyEvent(
  messages: Messages,
  classes: number,
  number: number,
  database: number,
  key: Uint8Array,
): void {
  const { bytes, eventClass } = EVENT_NAMES[number]!;
  if ((classes & eventClass) === 0) return;
  if ((classes & KeyEventClass.keyspace) !== 0) {
    messages.publish(channelOf("keyspace", database, key), bytes);
  }
  if ((classes & KeyEventClass.keyevent) !== 0) {
    messages.publish(channelOf("keyevent", database, bytes), key);
  }
}

/** The channel `__keyspace@0__:name` or `__keyevent@0__:name`. */
function channelOf(kind: string, database: number, name: Uint8Array): Uint8Array {
  const prefix = encoder.encode(`__${kind}@${database}__:`);
  const channel = new Uint8Array(prefix.length + name.length);
  channel.set(prefix);
  channel.set(name, prefix.length);
  return channel;
}
