// Commands that take elements from one list of several, or from one list to another. What moves and pops
// here also serves the commands that wait.

import { type ListView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { growthProblem, openView } from "../items.ts";
import { ANSWER_TOO_LARGE, refused, SYNTAX } from "../failures.ts";
import { isSameKey } from "../members/same_key.ts";
import { isLeftOf, popManyWithKey } from "./list_ends.ts";

const NUMKEYS_NOT_POSITIVE = refused("numkeys should be greater than 0");
const COUNT_NOT_POSITIVE = refused("count should be greater than 0");

/** LMOVE source destination LEFT|RIGHT LEFT|RIGHT: the element that was moved. */
export function lmove(context: CommandContext, args: Args, reply: Reply): void {
  const fromLeft = isLeftOf(args, 2);
  const toLeft = isLeftOf(args, 3);
  if (fromLeft === undefined || toLeft === undefined) return reply.fail(SYNTAX);
  if (!moveElement(context, args, fromLeft, toLeft, reply)) reply.miss();
}

/** RPOPLPUSH source destination: the element that was moved from the last place to the first. */
export function rpoplpush(context: CommandContext, args: Args, reply: Reply): void {
  if (!moveElement(context, args, false, true, reply)) reply.miss();
}

/**
 * Moves an element from an end of list key 0 to an end of list key 1, which are the first two arguments, and
 * answers it, or refuses. Returns false, and has answered nothing, where there is no list to take it from.
 */
export function moveElement(
  context: CommandContext,
  args: Args,
  fromLeft: boolean,
  toLeft: boolean,
  reply: Reply,
): boolean {
  const source = context.views.list;
  const opening = openView(context, source, args, 0, 0, reply, false);
  if (opening !== Opening.found) return opening === Opening.wrongType;
  source.seek(fromLeft ? 0 : source.count - 1);
  const length = source.memberBytes;
  if (length > reply.bytesLeft) {
    reply.fail(ANSWER_TOO_LARGE);
    return true;
  }
  const element = context.reserveScratch(length);
  source.readMember(element, 0);
  if (isSameKey(context, args)) rotate(source, element, length, fromLeft, toLeft);
  else {
    if (!pushElement(context, args, element, length, toLeft, reply)) return true;
    // What was pushed may have evicted the source, and has moved it at least.
    if (openView(context, source, args, 0, 0, reply, false) === Opening.found) {
      source.removeRange(fromLeft ? 0 : source.count - 1, 1);
      source.close();
    }
  }
  answerBytes(element, 0, length, reply);
  return true;
}

/** Moves the element within its list. */
function rotate(
  view: ListView,
  element: Uint8Array,
  length: number,
  fromLeft: boolean,
  toLeft: boolean,
): void {
  view.removeRange(fromLeft ? 0 : view.count - 1, 1);
  view.insert(toLeft ? 0 : view.count, element, 0, length);
  view.close();
}

/** Adds the element to list key 1. Returns false where it has refused. */
function pushElement(
  context: CommandContext,
  args: Args,
  element: Uint8Array,
  length: number,
  toLeft: boolean,
  reply: Reply,
): boolean {
  const target = context.views.otherList;
  if (openView(context, target, args, 1, 1, reply, false) === Opening.wrongType) return false;
  const problem = growthProblem(context, target, args.lengths[1]!, 1, length);
  if (problem !== null) {
    reply.fail(problem);
    return false;
  }
  target.insert(toLeft ? 0 : target.count, element, 0, length);
  target.close();
  return true;
}

/** What LMPOP asks for; its keys are the arguments behind their number. */
export interface MultiPop {
  /** How many keys there are. */
  readonly keys: number;
  /** Most elements to pop. */
  readonly count: number;
  readonly isLeft: boolean;
}

/** Reads `numkeys key [key ...] LEFT|RIGHT [COUNT count]` from argument `from` on. */
export function multiPopOf(args: Args, from: number): MultiPop | Failure {
  const keys = integerOf(args, from);
  if (keys === undefined || keys < 1) return NUMKEYS_NOT_POSITIVE;
  if (keys > args.count - from - 2) return SYNTAX;
  const endAt = from + 1 + Number(keys);
  const isLeft = isLeftOf(args, endAt);
  if (isLeft === undefined) return SYNTAX;
  if (args.count === endAt + 1) return { keys: Number(keys), count: 1, isLeft };
  if (args.count === endAt + 2 || tokenOf(args, endAt + 1) !== "COUNT") return SYNTAX;
  const count = integerOf(args, endAt + 2);
  if (count === undefined || count < 1) return COUNT_NOT_POSITIVE;
  if (args.count > endAt + 3) return SYNTAX;
  return { keys: Number(keys), count: Number(count), isLeft };
}

/** LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count]: the first key with a list, and what was popped. */
export function lmpop(context: CommandContext, args: Args, reply: Reply): void {
  const wanted = multiPopOf(args, 0);
  if ("code" in wanted) return reply.fail(wanted);
  if (!popFirst(context, args, 1, wanted, reply)) reply.missArray();
}

/**
 * Pops from the first of the lists that is there, or refuses. Key number i is argument `first` + i. Returns
 * false, and has answered nothing, where there is none.
 */
export function popFirst(
  context: CommandContext,
  args: Args,
  first: number,
  { keys, count, isLeft }: MultiPop,
  reply: Reply,
): boolean {
  const { list } = context.views;
  for (let key = 0; key < keys; key++) {
    const opening = openView(context, list, args, key, first + key, reply, false);
    if (opening === Opening.absent) continue;
    if (opening === Opening.found) popManyWithKey(list, args, first + key, isLeft, count, reply);
    return true;
  }
  return false;
}
