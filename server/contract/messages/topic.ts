// The kinds of things that one can be subscribed to, how a client's subscriptions are counted, and which
// channels a pattern matches. Knows no client.

import type { Glob } from "../keys/glob.ts";

/** What one can be subscribed to. Names of different kinds have nothing to do with each other. */
export const Topic = {
  /** A channel: SUBSCRIBE. */
  channel: 0,
  /** All channels whose name matches a pattern: PSUBSCRIBE. */
  pattern: 1,
  /** A channel of SSUBSCRIBE, which no pattern matches. */
  shardChannel: 2,
  /** The commands that all clients send: MONITOR. It has one topic, whose name is empty. */
  monitor: 3,
  /** What is sent to one client; its number is the name. See {@linkcode Messages.findClient}. */
  client: 4,
} as const;
/** One of the values of the constant of the same name. */
export type Topic = typeof Topic[keyof typeof Topic];

/** How many kinds of topics there are. */
export const TOPIC_COUNT = 5;

/** Whether counts of subscriptions, by kind, are those of a client that hears of any channel. */
export function hasChannels(subscriptions: { readonly counts: readonly number[] } | null): boolean {
  if (subscriptions === null) return false;
  const { counts } = subscriptions;
  return counts[Topic.channel]! + counts[Topic.pattern]! + counts[Topic.shardChannel]! > 0;
}

/** Whether a pattern matches a channel: as it would match a key, but without a name there is only one without bytes. */
export function matchesChannel(glob: Glob, pattern: Uint8Array, channel: Uint8Array): boolean {
  if (channel.length === 0) return pattern.length === 0;
  return glob.matches(channel, 0, channel.length);
}
