// XINFO GROUPS and CONSUMERS, and what XINFO STREAM FULL says of groups: names, counts, and some of what is pending.
// An answer that would be too long is refused before it begins.

import { Opening, READ_UNKNOWN, StreamGroup, StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { mayAnswer } from "../answer_text.ts";
import { NO_SUCH_KEY } from "../failures.ts";
import { openView } from "../items.ts";
import { answerId } from "../streams/stream_ids.ts";
import { ConsumerNames } from "./consumer_names.ts";
import { findGroup, noSuchGroup } from "./finding.ts";
import { StreamExtent } from "./lag.ts";

const KEY = 1;
/** What a group or a consumer takes in an answer besides its name, and what is pending. */
const LINE_BYTES = 320;
const PENDING_BYTES = 128;

/** Opens the stream of XINFO. Returns false where it has refused. */
function open(context: CommandContext, args: Args, reply: Reply): boolean {
  const opening = openView(context, context.views.stream, args, 0, KEY, reply, true);
  if (opening === Opening.absent) reply.fail(NO_SUCH_KEY);
  return opening === Opening.found;
}

/** XINFO GROUPS key. */
export function xinfoGroups(context: CommandContext, args: Args, reply: Reply): void {
  if (!open(context, args, reply)) return;
  const { stream, groups: { group } } = context.views;
  const count = StreamGroup.countIn(stream);
  if (!mayAnswer(count * LINE_BYTES + groupNameBytes(context), reply)) return;
  const extent = extentOf(context);
  reply.array(count);
  for (let more = group.first(stream); more; more = group.next()) {
    reply.map(6);
    answerName(group.name(), reply);
    answerNumber("consumers", group.consumerCount, reply);
    answerNumber("pending", group.pendingCount, reply);
    answerPlace(context, extent, reply);
  }
}

/** XINFO CONSUMERS key group. */
export function xinfoConsumers(context: CommandContext, args: Args, reply: Reply): void {
  if (!open(context, args, reply)) return;
  const { stream, groups: { group, consumer } } = context.views;
  if (!findGroup(context, stream, args, KEY + 1)) {
    return reply.fail(noSuchGroup(args, KEY, KEY + 1));
  }
  const nowMs = context.cache.now();
  const count = group.consumerCount;
  if (!mayAnswer(count * LINE_BYTES + consumerNameBytes(context), reply)) return;
  reply.array(count);
  for (let more = consumer.first(group); more; more = consumer.next()) {
    reply.map(3);
    answerName(consumer.name(), reply);
    answerNumber("pending", group.ownedCount(consumer.number), reply);
    answerNumber("idle", Math.max(0, nowMs - consumer.seenMs), reply);
  }
}

/** Bytes of the names of all groups. */
function groupNameBytes({ views: { stream, groups: { group } } }: CommandContext): number {
  let bytes = 0;
  for (let more = group.first(stream); more; more = group.next()) bytes += group.name().length;
  return bytes;
}

/** Bytes of the names of the consumers of the open group. */
function consumerNameBytes({ views: { groups } }: CommandContext): number {
  const { group, consumer } = groups;
  let bytes = 0;
  for (let more = consumer.first(group); more; more = consumer.next()) {
    bytes += consumer.name().length;
  }
  return bytes;
}

function extentOf({ views: { stream, streamHeader, streamEntry } }: CommandContext): StreamExtent {
  streamHeader.read(stream);
  return new StreamExtent(stream, streamHeader, streamEntry);
}

function answerName(name: Uint8Array, reply: Reply): void {
  reply.text("name");
  answerBytes(name, 0, name.length, reply);
}

function answerNumber(name: string, value: number, reply: Reply): void {
  reply.text(name);
  reply.integer(value);
}

/** The last id of the open group, how many entries it has read, and how many it has not. */
function answerPlace(context: CommandContext, extent: StreamExtent, reply: Reply): void {
  const { group } = context.views.groups;
  reply.text("last-delivered-id");
  answerId(context, group.last, reply);
  const { entriesRead } = group;
  answerKnown("entries-read", entriesRead === READ_UNKNOWN ? null : entriesRead, reply);
  answerKnown("lag", extent.lagOf(group), reply);
}

function answerKnown(name: string, count: bigint | null, reply: Reply): void {
  reply.text(name);
  if (count === null) reply.miss();
  else reply.integer(count);
}

/**
 * Bytes that {@linkcode answerGroups} takes of the open stream, with up to `most` that are pending in each group and for each
 * consumer; or more.
 */
export function groupBytes(context: CommandContext, most: number): number {
  const { stream, groups: { group, consumer } } = context.views;
  let bytes = 0;
  for (let more = group.first(stream); more; more = group.next()) {
    let [names, longest] = [0, 0];
    for (let is = consumer.first(group); is; is = consumer.next()) {
      const { length } = consumer.name();
      names += length;
      longest = Math.max(longest, length);
    }
    const pending = Math.min(most, group.pendingCount);
    bytes += (2 + group.consumerCount) * LINE_BYTES + group.name().length + names;
    bytes += pending * (PENDING_BYTES + longest) +
      Math.min(most * Math.max(1, group.consumerCount), group.pendingCount) * PENDING_BYTES;
  }
  return bytes;
}

/** Answers the groups of the open stream as XINFO STREAM FULL does, with up to `most` of what is pending in each. */
export function answerGroups(context: CommandContext, most: number, reply: Reply): void {
  const { stream, groups: { group } } = context.views;
  const extent = extentOf(context);
  reply.array(StreamGroup.countIn(stream));
  for (let more = group.first(stream); more; more = group.next()) {
    reply.map(7);
    answerName(group.name(), reply);
    answerPlace(context, extent, reply);
    answerNumber("pel-count", group.pendingCount, reply);
    reply.text("pending");
    answerPending(context, most, reply);
    reply.text("consumers");
    answerConsumers(context, most, reply);
  }
}

function answerPending(context: CommandContext, most: number, reply: Reply): void {
  const { group, pending, id } = context.views.groups;
  const names = new ConsumerNames(context);
  const count = Math.min(most, group.pendingCount);
  reply.array(count);
  let more = pending.seek(group, new StreamId());
  for (let i = 0; more && i < count; i++) {
    const { owner, deliveredMs, deliveries } = pending;
    id.copy(pending.id);
    reply.array(4);
    answerId(context, id, reply);
    const name = names.of(owner);
    answerBytes(name, 0, name.length, reply);
    reply.integer(deliveredMs);
    reply.integer(deliveries);
    more = pending.find(group, id) && pending.next();
  }
}

function answerConsumers(context: CommandContext, most: number, reply: Reply): void {
  const { group, consumer, pending, id } = context.views.groups;
  reply.array(group.consumerCount);
  for (let more = consumer.first(group); more; more = consumer.next()) {
    const owned = group.ownedCount(consumer.number);
    reply.map(4);
    answerName(consumer.name(), reply);
    answerNumber("seen-time", consumer.seenMs, reply);
    answerNumber("pel-count", owned, reply);
    reply.text("pending");
    const count = Math.min(most, owned);
    reply.array(count);
    let isThere = pending.seekOwned(group, consumer.number, new StreamId());
    for (let i = 0; isThere && i < count; i++) {
      id.copy(pending.id);
      pending.find(group, id);
      reply.array(3);
      answerId(context, id, reply);
      reply.integer(pending.deliveredMs);
      reply.integer(pending.deliveries);
      isThere = pending.seekOwned(group, consumer.number, id) &&
        pending.nextOwned(consumer.number);
    }
  }
}
