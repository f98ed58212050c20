// Commands that take members from a set, or look at random ones: SPOP, SRANDMEMBER, SMOVE. What is moved
// is added to its target first, and so never nowhere.

import { Opening, type SetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { answerMember, growthProblem, openView } from "../items.ts";
import { ANSWER_TOO_LARGE, refused, SYNTAX } from "../failures.ts";
import {
  answerRandomMembers,
  drawOptionsOf,
  randomBelow,
  randomPlaces,
} from "../members/random_members.ts";
import { isSameKey } from "../members/same_key.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";

/** Most members that one SPOP takes, unless it takes all: each takes a way through the tree. */
const MAX_TAKEN = 3000;

const NOT_POSITIVE = refused("value is out of range, must be positive");
const TOO_MANY_TAKEN = refused(
  `too many members to remove: at most ${MAX_TAKEN} at once, unless all are`,
);

/** SPOP key [count]: a random member, or so many as a set; they are removed. */
export function spop(context: CommandContext, args: Args, reply: Reply): void {
  if (args.count > 2) return reply.fail(SYNTAX);
  const hasCount = args.count > 1;
  const wanted = hasCount ? integerOf(args, 1) : 1;
  if (wanted === undefined || wanted < 0) return reply.fail(NOT_POSITIVE);
  const view = context.views.set;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return hasCount ? reply.set(0) : reply.miss();
  if (!hasCount) popOne(view, reply);
  else if (wanted === 0) reply.set(0);
  else if (wanted >= view.count) popAll(view, reply);
  else popSome(view, Number(wanted), reply);
}

function popOne(view: SetView, reply: Reply): void {
  const place = randomBelow(view.count);
  view.seek(place);
  if (view.memberBytes > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  answerMember(view, reply);
  view.removeRange(place, 1);
  view.close();
}

function popAll(view: SetView, reply: Reply): void {
  const { count } = view;
  if (!mayAnswerMembers(view, 0, count, "member", reply)) return;
  reply.set(count);
  for (let i = 0; i < count; i++) {
    answerMember(view, reply);
    view.next();
  }
  view.deleteKey();
}

function popSome(view: SetView, count: number, reply: Reply): void {
  if (count > MAX_TAKEN) return reply.fail(TOO_MANY_TAKEN);
  const places = randomPlaces(count, view.count);
  const fits = view.byteBound <= reply.bytesLeft || sumOf(view, places) <= reply.bytesLeft;
  if (!fits) return reply.fail(ANSWER_TOO_LARGE);
  reply.set(count);
  // From behind, so that the places of the others stay right.
  for (let i = count - 1; i >= 0; i--) {
    view.seek(places[i]!);
    answerMember(view, reply);
    view.removeRange(places[i]!, 1);
  }
  view.close();
}

/** Bytes of the members at these places. */
function sumOf(view: SetView, places: Int32Array): number {
  let bytes = 0;
  for (const place of places) {
    view.seek(place);
    bytes += view.memberBytes;
  }
  return bytes;
}

/** SRANDMEMBER key [count]: a random member; so many different ones, or below zero so many of any. */
export function srandmember(context: CommandContext, args: Args, reply: Reply): void {
  if (args.count > 2) return reply.fail(SYNTAX);
  const options = args.count > 1 ? drawOptionsOf(args, 1, "") : null;
  if (options !== null && "code" in options) return reply.fail(options);
  const view = context.views.set;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return options === null ? reply.miss() : reply.array(0);
  if (options !== null) return answerRandomMembers(context, view, options.count, null, reply);
  view.seek(randomBelow(view.count));
  if (view.memberBytes > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  answerMember(view, reply);
}

/** SMOVE source destination member: whether it was moved. */
export function smove(context: CommandContext, args: Args, reply: Reply): void {
  const { set, otherSet } = context.views;
  const opening = openView(context, set, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.integer(0);
  if (openView(context, otherSet, args, 1, 1, reply, false) === Opening.wrongType) return;
  const { bytes } = args;
  const [start, length] = [args.starts[2]!, args.lengths[2]!];
  if (!set.find(bytes, start, length)) return reply.integer(0);
  // Where it is in both it stays in the target; that may also be the source itself.
  if (isSameKey(context, args)) return reply.integer(1);
  const problem = growthProblem(context, otherSet, args.lengths[1]!, 1, length);
  if (problem !== null) return reply.fail(problem);
  if (otherSet.add(bytes, start, length)) otherSet.close();
  // What was added may have evicted the source, and has moved it at least.
  if (openView(context, set, args, 0, 0, reply, false) === Opening.found) {
    set.remove(bytes, start, length);
    set.close();
  }
  reply.integer(1);
}
