// Opens the stream of a command, a group of it and a consumer, or refuses as Redis does where one of them is not there.
// Closes it without a word to who listens to events.

import { Opening, type StreamView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { shownText } from "../argument_text.ts";
import { oneLine, refused } from "../failures.ts";
import { openView } from "../items.ts";

/** Most bytes of a key or a name that a refusal repeats. */
const MAX_SHOWN = 4096;

/** The refusal of a key or a group that is not there; `command` is what the text ends with. */
export function noGroup(args: Args, keyAt: number, groupAt: number, end = ""): Failure {
  const [key, group] = [keyAt, groupAt].map((at) => shownText(args, at, MAX_SHOWN));
  return refused(oneLine(`No such key '${key}' or consumer group '${group}'${end}`), "NOGROUP");
}

/** The refusal of a group that is not there, where its stream is. */
export function noSuchGroup(args: Args, keyAt: number, groupAt: number): Failure {
  const [key, group] = [keyAt, groupAt].map((at) => shownText(args, at, MAX_SHOWN));
  return refused(oneLine(`No such consumer group '${group}' for key name '${key}'`), "NOGROUP");
}

/** Whether the group that argument `at` names is in the open stream; then it is open. */
export function findGroup(
  context: CommandContext,
  view: StreamView,
  args: Args,
  at: number,
): boolean {
  return context.views.groups.group.find(view, args.bytes, args.starts[at]!, args.lengths[at]!);
}

/** Whether the open group has the consumer that argument `at` names; then it is open. */
export function findConsumer(
  { views: { groups } }: CommandContext,
  args: Args,
  at: number,
): boolean {
  const { group, consumer } = groups;
  return consumer.find(group, args.bytes, args.starts[at]!, args.lengths[at]!);
}

/** Opens the consumer that argument `at` names, which is made where it is not there, and notes that it is seen. */
export function enterConsumer(context: CommandContext, args: Args, at: number): void {
  const { groups } = context.views;
  const { group, consumer } = groups;
  const nowMs = context.cache.now();
  if (findConsumer(context, args, at)) return consumer.touch(nowMs);
  consumer.create(group, args.bytes, args.starts[at]!, args.lengths[at]!, nowMs);
  groups.hasMadeConsumer = true;
}

/** Closes the open stream. Nobody is notified of what has changed in it, but of a consumer that was made. */
export function closeQuietly({ cache, views: { stream, groups } }: CommandContext): void {
  const { keyEvents } = cache.region;
  const from = keyEvents?.count ?? 0;
  stream.close();
  if (!groups.hasMadeConsumer) keyEvents?.hush(from);
  groups.hasMadeConsumer = false;
}

/**
 * What these count in a transaction, where bytes that are copied are bounded: an entry that becomes pending or is claimed,
 * one that is looked at, and a run of them that is removed. A microsecond is about 256.
 */
export const COST = { pending: 1536, looked: 48, run: 2560 } as const;

/** What became of the stream and group that a command is about. */
export type Found = "group" | "nothing" | "refused";

/** Opens the stream of key 0, argument `keyAt`, and the group that the next argument names. Refuses another type. */
export function openGroup(
  context: CommandContext,
  args: Args,
  keyAt: number,
  isRead: boolean,
  reply: Reply,
): Found {
  const { stream } = context.views;
  const opening = openView(context, stream, args, 0, keyAt, reply, isRead);
  if (opening === Opening.wrongType) return "refused";
  if (opening === Opening.absent) return "nothing";
  return findGroup(context, stream, args, keyAt + 1) ? "group" : "nothing";
}
