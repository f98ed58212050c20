// Commands on the two ends of one list: pushes, and pops of one or several elements. What pops and
// answers is here for the commands on several lists and for those that wait, too.

import { type ListView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { answerMember, openView } from "../items.ts";
import { ANSWER_TOO_LARGE, refused, wrongArity } from "../failures.ts";
import { argumentsProblem } from "../members/room.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";

const NOT_POSITIVE = refused("value is out of range, must be positive");

/** LPUSH key element [element ...]: the new length. */
export function lpush(context: CommandContext, args: Args, reply: Reply): void {
  push(context, args, reply, true, false);
}

/** RPUSH key element [element ...]: the new length. */
export function rpush(context: CommandContext, args: Args, reply: Reply): void {
  push(context, args, reply, false, false);
}

/** LPUSHX key element [element ...]: the new length, or 0 where there is no list. */
export function lpushx(context: CommandContext, args: Args, reply: Reply): void {
  push(context, args, reply, true, true);
}

/** RPUSHX key element [element ...]: the new length, or 0 where there is no list. */
export function rpushx(context: CommandContext, args: Args, reply: Reply): void {
  push(context, args, reply, false, true);
}

function push(
  context: CommandContext,
  args: Args,
  reply: Reply,
  isLeft: boolean,
  mustExist: boolean,
): void {
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent && mustExist) return reply.integer(0);
  const problem = argumentsProblem(context, view, args, 1);
  if (problem !== null) return reply.fail(problem);
  const { bytes, starts, lengths } = args;
  for (let i = 1; i < args.count; i++) {
    view.insert(isLeft ? 0 : view.count, bytes, starts[i]!, lengths[i]!);
  }
  // What is closed may be gone.
  const { count } = view;
  view.close();
  reply.integer(count);
}

/** LPOP key [count]: the first element, or so many as a list. */
export function lpop(context: CommandContext, args: Args, reply: Reply): void {
  pop(context, args, reply, true, "LPOP");
}

/** RPOP key [count]: the last element, or so many as a list, the last first. */
export function rpop(context: CommandContext, args: Args, reply: Reply): void {
  pop(context, args, reply, false, "RPOP");
}

function pop(
  context: CommandContext,
  args: Args,
  reply: Reply,
  isLeft: boolean,
  name: string,
): void {
  // Not by the row: Redis finds that out only when the command runs, so MULTI takes it.
  if (args.count > 2) return reply.fail(wrongArity(name));
  const hasCount = args.count > 1;
  const wanted = hasCount ? integerOf(args, 1) : 1;
  if (wanted === undefined || wanted < 0) return reply.fail(NOT_POSITIVE);
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return hasCount ? reply.missArray() : reply.miss();
  if (!hasCount) popElement(view, isLeft, reply);
  else if (wanted === 0) reply.array(0);
  else popElements(view, isLeft, Number(wanted), reply);
}

/**
 * Answers the first or last element of an open list that has some, removes it and closes the list. Returns
 * false where the answer has no space for it; then the list is as it was.
 */
export function popElement(view: ListView, isLeft: boolean, reply: Reply): boolean {
  if (!seekEnd(view, isLeft, reply)) return false;
  takeElement(view, isLeft, reply);
  return true;
}

/** The same, and answers a list of the key, which is argument `index`, and the element. */
export function popWithKey(
  view: ListView,
  args: Args,
  index: number,
  isLeft: boolean,
  reply: Reply,
): boolean {
  if (!seekEnd(view, isLeft, reply)) return false;
  reply.array(2);
  answerBytes(args.bytes, args.starts[index]!, args.lengths[index]!, reply);
  takeElement(view, isLeft, reply);
  return true;
}

/** Puts the cursor on the first or last element. Returns false, and refuses, where that is too large. */
function seekEnd(view: ListView, isLeft: boolean, reply: Reply): boolean {
  view.seek(isLeft ? 0 : view.count - 1);
  if (view.memberBytes <= reply.bytesLeft) return true;
  reply.fail(ANSWER_TOO_LARGE);
  return false;
}

function takeElement(view: ListView, isLeft: boolean, reply: Reply): void {
  answerMember(view, reply);
  view.removeRange(isLeft ? 0 : view.count - 1, 1);
  view.close();
}

/**
 * Answers up to `count` elements from an end of an open list that has some, as a list in the order in which
 * they are popped, removes them and closes the list. Returns false where it has refused.
 */
export function popElements(
  view: ListView,
  isLeft: boolean,
  count: number,
  reply: Reply,
): boolean {
  const taken = Math.min(count, view.count);
  if (!mayTake(view, isLeft, taken, reply)) return false;
  takeElements(view, isLeft, taken, reply);
  return true;
}

/** The same, and answers a list of the key, which is argument `index`, and the list of elements. */
export function popManyWithKey(
  view: ListView,
  args: Args,
  index: number,
  isLeft: boolean,
  count: number,
  reply: Reply,
): boolean {
  const taken = Math.min(count, view.count);
  if (!mayTake(view, isLeft, taken, reply)) return false;
  reply.array(2);
  answerBytes(args.bytes, args.starts[index]!, args.lengths[index]!, reply);
  takeElements(view, isLeft, taken, reply);
  return true;
}

function mayTake(view: ListView, isLeft: boolean, count: number, reply: Reply): boolean {
  return mayAnswerMembers(view, isLeft ? 0 : view.count - count, count, "member", reply);
}

function takeElements(view: ListView, isLeft: boolean, count: number, reply: Reply): void {
  const first = isLeft ? 0 : view.count - count;
  reply.array(count);
  view.seek(isLeft ? 0 : view.count - 1);
  for (let i = 0; i < count; i++) {
    answerMember(view, reply);
    if (isLeft) view.next();
    else view.previous();
  }
  removeElements(view, first, count);
}

/** Removes so many elements of an open list and closes it. Where none is left, it goes as a whole. */
function removeElements(view: ListView, first: number, count: number): void {
  if (count === view.count) return view.deleteKey();
  view.removeRange(first, count);
  view.close();
}

/** Whether argument `index` says LEFT, or RIGHT; undefined where it says something else. */
export function isLeftOf(args: Args, index: number): boolean | undefined {
  const token = tokenOf(args, index);
  return token === "LEFT" ? true : token === "RIGHT" ? false : undefined;
}
