// Commands that answer or count a range of one sorted set: ZRANGE and its older forms, ZCOUNT, ZLEXCOUNT.
// ZRANGE by ranks without options makes no object.

import { Opening, type SortedSetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { NOT_INTEGER } from "../failures.ts";
import { answerMember, openView } from "../items.ts";
import { beginPair, beginPairs, hasNestedPairs } from "../members/pairs.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";
import {
  boundsProblem,
  placesOf,
  Range,
  type RangeKind,
  type RangeWords,
  readRangeOptions,
} from "./range_arguments.ts";

const ALL_WORDS: RangeWords = { kind: true, reverse: true, scores: true };
const SCORES: RangeWords = { kind: false, reverse: false, scores: true };

/** ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]. */
export function zrange(context: CommandContext, args: Args, reply: Reply): void {
  if (args.count === 3) answerRanks(context, args, false, reply);
  else answerRange(context, args, new Range("rank", false, 1), ALL_WORDS, reply);
}

/** ZREVRANGE key start stop [WITHSCORES]: the last comes first. */
export function zrevrange(context: CommandContext, args: Args, reply: Reply): void {
  if (args.count === 3) answerRanks(context, args, true, reply);
  else answerRange(context, args, new Range("rank", true, 1), SCORES, reply);
}

/** ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]. */
export function zrangebyscore(context: CommandContext, args: Args, reply: Reply): void {
  answerRange(context, args, new Range("score", false, 1), SCORES, reply);
}

/** ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]: the last comes first. */
export function zrevrangebyscore(context: CommandContext, args: Args, reply: Reply): void {
  answerRange(context, args, new Range("score", true, 1), SCORES, reply);
}

/** ZRANGEBYLEX key min max [LIMIT offset count]: by member, where all have the same score. */
export function zrangebylex(context: CommandContext, args: Args, reply: Reply): void {
  answerRange(context, args, new Range("lex", false, 1), SCORES, reply);
}

/** ZREVRANGEBYLEX key max min [LIMIT offset count]: the last comes first. */
export function zrevrangebylex(context: CommandContext, args: Args, reply: Reply): void {
  answerRange(context, args, new Range("lex", true, 1), SCORES, reply);
}

function answerRanks(context: CommandContext, args: Args, isReverse: boolean, reply: Reply): void {
  const start = integerOf(args, 1);
  const stop = integerOf(args, 2);
  if (start === undefined || stop === undefined) return reply.fail(NOT_INTEGER);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const { count } = view;
  const from = Math.max(0, start < 0 ? count + Number(start) : Number(start));
  const to = Math.min(count - 1, stop < 0 ? count + Number(stop) : Number(stop));
  if (from > to) return reply.array(0);
  const first = isReverse ? count - 1 - to : from;
  answerPlaces(context, view, first, to - from + 1, isReverse, false, reply);
}

function answerRange(
  context: CommandContext,
  args: Args,
  range: Range,
  words: RangeWords,
  reply: Reply,
): void {
  const problem = readRangeOptions(args, 3, words, range) ?? boundsProblem(args, range);
  if (problem !== null) return reply.fail(problem);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.array(0);
  const { first, count } = placesOf(view, args, range);
  answerPlaces(context, view, first, count, range.isReverse, range.hasScores, reply);
}

/** Answers `count` members from place `first` on; `isReverse`: beginning with the last of them. */
export function answerPlaces(
  context: CommandContext,
  view: SortedSetView,
  first: number,
  count: number,
  isReverse: boolean,
  hasScores: boolean,
  reply: Reply,
): void {
  if (count === 0) return reply.array(0);
  if (!mayAnswerMembers(view, first, count, hasScores ? "scored" : "member", reply)) return;
  const isNested = hasScores && hasNestedPairs(context);
  if (hasScores) beginPairs(isNested, count, reply);
  else reply.array(count);
  // The cursor is on the first already.
  if (isReverse) view.seek(first + count - 1);
  for (let i = 0; i < count; i++) {
    if (hasScores) beginPair(isNested, reply);
    answerMember(view, reply);
    if (hasScores) reply.double(view.score);
    if (isReverse) view.previous();
    else view.next();
  }
}

/** ZCOUNT key min max: how many have such scores. */
export function zcount(context: CommandContext, args: Args, reply: Reply): void {
  answerCount(context, args, "score", reply);
}

/** ZLEXCOUNT key min max: how many members are in a range by member. */
export function zlexcount(context: CommandContext, args: Args, reply: Reply): void {
  answerCount(context, args, "lex", reply);
}

function answerCount(context: CommandContext, args: Args, kind: RangeKind, reply: Reply): void {
  const range = new Range(kind, false, 1);
  const problem = boundsProblem(args, range);
  if (problem !== null) return reply.fail(problem);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  reply.integer(opening === Opening.absent ? 0 : placesOf(view, args, range).count);
}
