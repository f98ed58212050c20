// Commands that take the first or last members of sorted sets: ZPOPMIN, ZPOPMAX, ZMPOP. What takes and answers
// them is here for the commands that wait, too.

import { Opening, type SortedSetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { refused, SYNTAX } from "../failures.ts";
import { answerMember, openView } from "../items.ts";
import { beginPair, hasNestedPairs } from "../members/pairs.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";
import { MAX_REMOVED, TOO_MANY_POPPED } from "./bounded_removal.ts";

const NOT_POSITIVE = refused("value is out of range, must be positive");
const NO_KEYS = refused("numkeys should be greater than 0");
const NO_COUNT = refused("count should be greater than 0");

/** ZPOPMIN key [count]: the members with the lowest scores, and their scores. */
export function zpopmin(context: CommandContext, args: Args, reply: Reply): void {
  popOne(context, args, false, reply);
}

/** ZPOPMAX key [count]: the members with the highest scores, the highest first. */
export function zpopmax(context: CommandContext, args: Args, reply: Reply): void {
  popOne(context, args, true, reply);
}

function popOne(context: CommandContext, args: Args, fromTop: boolean, reply: Reply): void {
  if (args.count > 2) return reply.fail(SYNTAX);
  const hasCount = args.count === 2;
  const wanted = hasCount ? integerOf(args, 1) : 1;
  if (wanted === undefined || wanted < 0) return reply.fail(NOT_POSITIVE);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent || wanted === 0) return reply.array(0);
  const taken = Math.min(Number(wanted), view.count);
  if (!mayTake(view, taken, fromTop, reply)) return;
  const isNested = hasCount && hasNestedPairs(context);
  reply.array(isNested ? taken : 2 * taken);
  takeMembers(view, taken, fromTop, isNested, reply);
}

/**
 * Answers the key, which is argument `index`, the first or last member of its open sorted set, which has some, and its
 * score: a list of three, as BZPOPMIN has it. Removes the member and closes the set. Returns false where it has
 * refused.
 */
export function popWithKey(
  view: SortedSetView,
  args: Args,
  index: number,
  fromTop: boolean,
  reply: Reply,
): boolean {
  if (!mayTake(view, 1, fromTop, reply)) return false;
  reply.array(3);
  answerBytes(args.bytes, args.starts[index]!, args.lengths[index]!, reply);
  takeMembers(view, 1, fromTop, false, reply);
  return true;
}

/**
 * Answers a list of the key, which is argument `index`, and a list of up to `count` pairs from an end of its open sorted
 * set, which has some, as ZMPOP has it. Removes the members and closes the set. Returns false where it has refused.
 */
export function popManyWithKey(
  view: SortedSetView,
  args: Args,
  index: number,
  fromTop: boolean,
  count: number,
  reply: Reply,
): boolean {
  const taken = Math.min(count, view.count);
  if (!mayTake(view, taken, fromTop, reply)) return false;
  reply.array(2);
  answerBytes(args.bytes, args.starts[index]!, args.lengths[index]!, reply);
  reply.array(taken);
  takeMembers(view, taken, fromTop, true, reply);
  return true;
}

function mayTake(view: SortedSetView, count: number, fromTop: boolean, reply: Reply): boolean {
  if (count > MAX_REMOVED) {
    reply.fail(TOO_MANY_POPPED);
    return false;
  }
  return mayAnswerMembers(view, fromTop ? view.count - count : 0, count, "scored", reply);
}

/** Answers `count` members from an end with their scores, removes them and closes the set. */
function takeMembers(
  view: SortedSetView,
  count: number,
  fromTop: boolean,
  isNested: boolean,
  reply: Reply,
): void {
  const first = fromTop ? view.count - count : 0;
  view.seek(fromTop ? view.count - 1 : 0);
  for (let i = 0; i < count; i++) {
    beginPair(isNested, reply);
    answerMember(view, reply);
    reply.double(view.score);
    if (fromTop) view.previous();
    else view.next();
  }
  view.removeRange(first, count);
  view.close();
}

/** What a ZMPOP or BZMPOP asks for. */
export interface ManyPops {
  readonly keyCount: number;
  readonly fromTop: boolean;
  readonly count: number;
}

/** Reads `numkeys key [key ...] MIN | MAX [COUNT count]` from argument `from` on. */
export function manyPopsOf(args: Args, from: number): ManyPops | Failure {
  const keyCount = integerOf(args, from);
  if (keyCount === undefined || keyCount < 1) return NO_KEYS;
  if (keyCount >= args.count - from - 1) return SYNTAX;
  const endAt = from + 1 + Number(keyCount);
  const end = tokenOf(args, endAt);
  if (end !== "MIN" && end !== "MAX") return SYNTAX;
  let count = 0;
  for (let i = endAt + 1; i < args.count; i += 2) {
    if (count > 0 || i + 1 === args.count || tokenOf(args, i) !== "COUNT") return SYNTAX;
    const wanted = integerOf(args, i + 1);
    if (wanted === undefined || wanted < 1) return NO_COUNT;
    count = Number(wanted);
  }
  return { keyCount: Number(keyCount), fromTop: end === "MAX", count: count === 0 ? 1 : count };
}

/** ZMPOP numkeys key [key ...] MIN | MAX [COUNT count]: from the first set that has members. */
export function zmpop(context: CommandContext, args: Args, reply: Reply): void {
  const pops = manyPopsOf(args, 0);
  if ("code" in pops) return reply.fail(pops);
  const view = context.views.sortedSet;
  for (let key = 0; key < pops.keyCount; key++) {
    const opening = openView(context, view, args, key, 1 + key, reply, false);
    if (opening === Opening.wrongType) return;
    if (opening === Opening.absent) continue;
    popManyWithKey(view, args, 1 + key, pops.fromTop, pops.count, reply);
    return;
  }
  reply.missArray();
}
