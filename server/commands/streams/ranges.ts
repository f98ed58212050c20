// XLEN, XRANGE and XREVRANGE: how many entries there are, and those between two ids. What is asked for is answered
// whole, or refused.

import { Opening, StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf, isWord } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { openView } from "../items.ts";
import { MAX_MEMBERS_AT_ONCE } from "../members/whole_answers.ts";
import { answerable, answerEntries, entriesStart, entryCount, placeOf } from "./entry_answers.ts";
import { BAD_ID, type IdRules, readBound } from "./stream_ids.ts";

const BAD_START = refused("invalid start ID for the interval");
const BAD_END = refused("invalid end ID for the interval");
const TOO_MANY = refused(
  `too many entries at once: at most ${MAX_MEMBERS_AT_ONCE}, ask for fewer with COUNT`,
);
const FROM: IdRules = { takesEnds: true };
const TO: IdRules = { takesEnds: true, endsLast: true };

/** XLEN key: how many entries there are. */
export function xlen(context: CommandContext, args: Args, reply: Reply): void {
  const { stream } = context.views;
  const opening = openView(context, stream, args, 0, 0, reply, true);
  if (opening !== Opening.wrongType) {
    reply.integer(opening === Opening.found ? entryCount(stream) : 0);
  }
}

/** XRANGE key start end [COUNT count]. */
export function xrange(context: CommandContext, args: Args, reply: Reply): void {
  answerRange(context, args, false, reply);
}

/** XREVRANGE key end start [COUNT count]: the last comes first. */
export function xrevrange(context: CommandContext, args: Args, reply: Reply): void {
  answerRange(context, args, true, reply);
}

function answerRange(context: CommandContext, args: Args, isReverse: boolean, reply: Reply): void {
  const start = new StreamId();
  const end = new StreamId();
  const from = readBound(args, isReverse ? 2 : 1, start, FROM);
  if (!from.isValid) return reply.fail(BAD_ID);
  if (from.isExcluded && !start.increment()) return reply.fail(BAD_START);
  const to = readBound(args, isReverse ? 1 : 2, end, TO);
  if (!to.isValid) return reply.fail(BAD_ID);
  if (to.isExcluded && !end.decrement()) return reply.fail(BAD_END);
  let most = Infinity;
  for (let i = 3; i < args.count; i += 2) {
    if (!isWord(args, i, "COUNT") || i + 1 === args.count) return reply.fail(SYNTAX);
    const count = integerOf(args, i + 1);
    if (count === undefined) return reply.fail(NOT_INTEGER);
    most = Math.max(0, Number(count));
  }
  answerBetween(context, args, start, end, most, isReverse, reply);
}

function answerBetween(
  context: CommandContext,
  args: Args,
  start: StreamId,
  end: StreamId,
  most: number,
  isReverse: boolean,
  reply: Reply,
): void {
  const { stream, streamEntry: entry } = context.views;
  const opening = openView(context, stream, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.array(0);
  if (most === 0) return reply.missArray();
  const first = start.isZero ? entriesStart(stream) : placeOf(stream, start, false);
  const behind = end.isLast ? stream.count : placeOf(stream, end, true);
  const count = Math.min(most, behind - first);
  if (count <= 0) return reply.array(0);
  if (count > MAX_MEMBERS_AT_ONCE) return reply.fail(TOO_MANY);
  const place = isReverse ? behind - 1 : first;
  stream.seek(place);
  const budget = { left: reply.bytesLeft };
  if (answerable(stream, entry, place, count, isReverse, budget) < count) {
    return reply.fail(ANSWER_TOO_LARGE);
  }
  answerEntries(context, stream, count, isReverse, reply);
}
