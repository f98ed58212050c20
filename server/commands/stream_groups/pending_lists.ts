// XPENDING: what is pending in a group, in sum for each consumer, or entry by entry. Sums are told by places, without a
// look at what is summed up.

import { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { mayAnswer } from "../answer_text.ts";
import { ANSWER_TOO_LARGE, NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { answerId, BAD_ID, type IdRules, readBound } from "../streams/stream_ids.ts";
import { COST, findConsumer, noGroup, openGroup } from "./finding.ts";
import { ConsumerNames } from "./consumer_names.ts";

const BAD_START = refused("invalid start ID for the interval");
const BAD_END = refused("invalid end ID for the interval");
/** Most entries that one command looks at, about 0.1 µs each. */
const MAX_LOOKED_AT = 200_000;
/** One that is found by its consumer first takes so many times as long. */
const OWNED_COST = 10;
const TOO_MANY = refused(
  `too many entries are pending: at most ${MAX_LOOKED_AT} are looked at for IDLE, ask for a smaller range`,
);
const FROM: IdRules = { takesEnds: true };
const TO: IdRules = { takesEnds: true, endsLast: true };
/** What an entry of the answer takes besides the name of its consumer. */
const LINE_BYTES = 128;

interface Range {
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly minIdleMs: number;
  /** Which argument names the consumer, or -1. */
  readonly consumerAt: number;
}

/** XPENDING key group [[IDLE min-idle-time] start end count [consumer]]. */
export function xpending(context: CommandContext, args: Args, reply: Reply): void {
  const isSummary = args.count === 2;
  const range = isSummary ? null : rangeOf(args);
  if (range !== null && "code" in range) return reply.fail(range);
  const found = openGroup(context, args, 0, true, reply);
  if (found === "refused") return;
  if (found === "nothing") return reply.fail(noGroup(args, 0, 1));
  if (range === null) answerSummary(context, reply);
  else answerRange(context, args, range, reply);
}

function rangeOf(args: Args): Range | Failure {
  if (args.count < 5 || args.count > 8) return SYNTAX;
  let [at, minIdleMs] = [2, 0];
  if (tokenOf(args, at) === "IDLE") {
    const idle = integerOf(args, at + 1);
    if (idle === undefined) return NOT_INTEGER;
    if (args.count < 7) return SYNTAX;
    minIdleMs = Number(idle);
    at += 2;
  }
  const count = integerOf(args, at + 2);
  if (count === undefined) return NOT_INTEGER;
  const [start, end] = [new StreamId(), new StreamId()];
  const from = readBound(args, at, start, FROM);
  if (!from.isValid) return BAD_ID;
  if (from.isExcluded && !start.increment()) return BAD_START;
  const to = readBound(args, at + 1, end, TO);
  if (!to.isValid) return BAD_ID;
  if (to.isExcluded && !end.decrement()) return BAD_END;
  const consumerAt = at + 3 < args.count ? at + 3 : -1;
  return { start, end, count: Math.max(0, Number(count)), minIdleMs, consumerAt };
}

/** How many are pending, the first and the last, and how many for each consumer that has some. */
function answerSummary(context: CommandContext, reply: Reply): void {
  const { group, pending, consumer } = context.views.groups;
  const count = group.pendingCount;
  reply.array(4);
  reply.integer(count);
  if (count === 0) {
    reply.miss();
    reply.miss();
    return reply.missArray();
  }
  pending.seek(group, new StreamId());
  answerId(context, pending.id, reply);
  pending.last(group);
  answerId(context, pending.id, reply);
  const owners: [name: Uint8Array, count: number][] = [];
  for (let more = consumer.first(group); more; more = consumer.next()) {
    const owned = group.ownedCount(consumer.number);
    if (owned > 0) owners.push([consumer.name(), owned]);
  }
  reply.array(owners.length);
  for (const [name, owned] of owners) {
    reply.array(2);
    answerBytes(name, 0, name.length, reply);
    reply.text(String(owned));
  }
}

function answerRange(context: CommandContext, args: Args, range: Range, reply: Reply): void {
  const { group, pending, consumer, ids } = context.views.groups;
  const { start, end, count, minIdleMs, consumerAt } = range;
  if (consumerAt >= 0 && !findConsumer(context, args, consumerAt)) return reply.array(0);
  const owner = consumerAt < 0 ? -1 : consumer.number;
  const nowMs = context.cache.now();
  ids.clear();
  let looked = 0;
  const id = new StreamId();
  let more = owner < 0 ? pending.seek(group, start) : pending.seekOwned(group, owner, start);
  while (more && ids.count < count && pending.id.compare(end) <= 0) {
    looked += owner < 0 ? 1 : OWNED_COST;
    if (minIdleMs > 0 && looked > MAX_LOOKED_AT) return reply.fail(TOO_MANY);
    let isOld = minIdleMs <= 0;
    if (!isOld) {
      id.copy(pending.id);
      if (owner >= 0) pending.find(group, id);
      isOld = nowMs - pending.deliveredMs >= minIdleMs;
    }
    if (isOld) ids.add(pending.id);
    if (ids.count * LINE_BYTES > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
    if (ids.count === count) break;
    if (owner < 0) more = pending.next();
    else if (isOld && minIdleMs <= 0) more = pending.nextOwned(owner);
    else more = pending.seekOwned(group, owner, id) && pending.nextOwned(owner);
  }
  context.copiedBytes += looked * COST.looked;
  answerPending(context, nowMs, reply);
}

/** Answers what is pending with the ids in the list. */
function answerPending(context: CommandContext, nowMs: number, reply: Reply): void {
  const { group, pending, ids, id } = context.views.groups;
  const names = new ConsumerNames(context);
  let bytes = ids.count * LINE_BYTES;
  for (let i = 0; i < ids.count; i++) {
    pending.find(group, ids.read(i, id));
    bytes += names.of(pending.owner).length;
  }
  if (!mayAnswer(bytes, reply)) return;
  reply.array(ids.count);
  for (let i = 0; i < ids.count; i++) {
    pending.find(group, ids.read(i, id));
    reply.array(4);
    answerId(context, id, reply);
    const name = names.of(pending.owner);
    answerBytes(name, 0, name.length, reply);
    reply.integer(Math.max(0, nowMs - pending.deliveredMs));
    reply.integer(pending.deliveries);
  }
}
