// Entries of a stream are delivered to a consumer: new ones, which the group has not delivered yet, or again those that
// are pending for it. What can be delivered is found out first, and as much of what is new as an answer holds; the
// rest stays for who asks next.

import type { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { ANSWER_TOO_LARGE, refused } from "../failures.ts";
import { growthProblem } from "../items.ts";
import { answerable, type AnswerBudget, answerEntry } from "../streams/entry_answers.ts";
import type { ReadOptions } from "../streams/read_options.ts";
import { seekNew } from "../streams/reads.ts";
import { answerId } from "../streams/stream_ids.ts";
import { hasEntry, sizeOfClaimed } from "./claiming.ts";
import { COST } from "./finding.ts";
import { StreamExtent } from "./lag.ts";

/** Most entries that become pending at once: each takes a few microseconds, and others wait for the lock. */
const MAX_DELIVERED = 5000;
/** Most that are delivered again. */
const MAX_REPEATED = 20_000;
const TOO_MANY = refused(
  `too many entries are pending: at most ${MAX_REPEATED} are read at once, ask for fewer with COUNT`,
);
/** What the two records of one that is pending take. */
const RECORD_BYTES = 64;
/** What an answer takes of an entry that is gone. */
const GONE_BYTES = 64;
const WHOLE = { isBare: false, timeMs: 0, deliveries: 0 };

/** How many entries can be delivered, or why none can. */
export type Deliverable = number | Failure;

/**
 * How many entries of the open stream the open group can deliver now, behind the next `taken`, which will be by then. The
 * key is argument `index`.
 */
export function newEntries(
  context: CommandContext,
  args: Args,
  index: number,
  { count, needsNoAck }: ReadOptions,
  budget: AnswerBudget,
  taken = 0,
): Deliverable {
  const { stream, streamEntry, groups: { group } } = context.views;
  const news = seekNew(stream, group.last) - taken;
  if (news <= 0) return 0;
  if (taken > 0) stream.seek(stream.place + taken);
  const most = needsNoAck ? news : MAX_DELIVERED;
  const wanted = Math.min(news, most, count === 0 ? news : count);
  const place = stream.count - news;
  const fitting = answerable(stream, streamEntry, place, wanted, false, budget);
  if (fitting === 0) return ANSWER_TOO_LARGE;
  const records = needsNoAck ? 0 : 2 * fitting;
  const bytes = records * RECORD_BYTES;
  return growthProblem(context, stream, args.lengths[index]!, records, bytes) ?? fitting;
}

/** Delivers the next `count` entries of the open stream to the consumer that is open. */
export function deliverNew(
  context: CommandContext,
  count: number,
  needsNoAck: boolean,
  reply: Reply,
): void {
  const { stream, streamHeader: header, streamEntry: entry, groups } = context.views;
  const { group, ids, id } = groups;
  seekNew(stream, group.last);
  ids.clear();
  reply.array(count);
  for (let i = 0; i < count; i++) {
    answerEntry(context, stream, entry, reply);
    ids.add(entry.id);
    if (i + 1 < count) stream.next();
  }
  header.read(stream);
  const extent = new StreamExtent(stream, header, entry);
  for (let i = 0; i < count; i++) extent.countRead(group, ids.read(i, id));
  group.last.copy(id);
  group.save();
  if (needsNoAck) return;
  context.copiedBytes += count * COST.pending;
  addPending(context);
}

/** The entries of the list are pending for the consumer that is open. */
function addPending({ cache, views }: CommandContext): void {
  const { group, consumer, pending, ids, id } = views.groups;
  const nowMs = cache.now();
  // Unless the group was set back they are behind all others.
  const isBehind = !pending.seek(group, ids.read(0, id));
  for (let i = 0; i < ids.count; i++) {
    ids.read(i, id);
    const isPending = !isBehind && pending.find(group, id);
    const before = pending.owner;
    pending.owner = consumer.number;
    pending.deliveredMs = nowMs;
    pending.deliveries = 1;
    if (isPending) pending.save(before);
    else pending.add(group, id);
  }
}

/** Lists what is pending for the consumer that is open behind an id. Returns how many that are, or why they are too many. */
export function pendingEntries(
  context: CommandContext,
  after: StreamId,
  { count }: ReadOptions,
  budget: AnswerBudget,
): Deliverable {
  const { stream, groups: { group, consumer, pending, ids, id } } = context.views;
  const { number } = consumer;
  const most = count === 0 ? Infinity : count;
  ids.clear();
  id.copy(after);
  if (!id.increment()) return 0;
  let more = pending.seekOwned(group, number, id);
  for (; more && ids.count < most; more = pending.nextOwned(number)) {
    if (ids.count === MAX_REPEATED) return TOO_MANY;
    ids.add(pending.id);
  }
  for (let i = 0; i < ids.count; i++) {
    const isThere = hasEntry(stream, ids.read(i, id));
    budget.left -= isThere ? sizeOfClaimed(context, WHOLE) : GONE_BYTES;
    if (budget.left < 0) return ANSWER_TOO_LARGE;
  }
  return ids.count;
}

/** Delivers the entries of the list again. */
export function deliverAgain(context: CommandContext, reply: Reply): void {
  const { stream, streamEntry, groups: { group, pending, ids, id } } = context.views;
  const nowMs = context.cache.now();
  context.copiedBytes += ids.count * COST.pending;
  reply.array(ids.count);
  for (let i = 0; i < ids.count; i++) {
    if (!hasEntry(stream, ids.read(i, id))) {
      reply.array(2);
      answerId(context, id, reply);
      reply.missArray();
      continue;
    }
    answerEntry(context, stream, streamEntry, reply);
    if (!pending.find(group, id)) continue;
    pending.deliveredMs = nowMs;
    pending.deliveries++;
    pending.save(pending.owner);
  }
}
