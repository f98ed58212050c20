// Commands on elements of one list by their position: LLEN, LINDEX, LRANGE, LSET, LTRIM. Positions below
// zero count from the end.

import { type ListView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { answerMember, growthProblem, noteSame, openView } from "../items.ts";
import { ANSWER_TOO_LARGE, NO_SUCH_KEY, NOT_INTEGER, refused } from "../failures.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";

/** Most elements that one LTRIM removes, unless all go: others wait for the lock. */
const MAX_TRIMMED = 100_000;

const TOO_MANY_TRIMMED = refused(
  `too many elements to remove: at most ${MAX_TRIMMED} at once, unless all go`,
);
const OUT_OF_RANGE = refused("index out of range");

/** LLEN key: how many elements there are. */
export function llen(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.list;
  if (openView(context, view, args, 0, 0, reply, true) === Opening.wrongType) return;
  reply.integer(view.count);
}

/** LINDEX key index: that element. */
export function lindex(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.miss();
  const index = integerOf(args, 1);
  if (index === undefined) return reply.fail(NOT_INTEGER);
  if (!view.seek(placeOf(view.count, Number(index)))) return reply.miss();
  if (view.memberBytes > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  answerMember(view, reply);
}

/** LRANGE key start stop: those elements. */
export function lrange(context: CommandContext, args: Args, reply: Reply): void {
  const first = integerOf(args, 1);
  const last = integerOf(args, 2);
  if (first === undefined || last === undefined) return reply.fail(NOT_INTEGER);
  const view = context.views.list;
  if (openView(context, view, args, 0, 0, reply, true) === Opening.wrongType) return;
  const from = Math.max(0, placeOf(view.count, Number(first)));
  const count = Math.min(placeOf(view.count, Number(last)), view.count - 1) - from + 1;
  if (count <= 0) return reply.array(0);
  if (!mayAnswerMembers(view, from, count, "member", reply)) return;
  reply.array(count);
  for (let i = 0; i < count; i++) {
    answerMember(view, reply);
    view.next();
  }
}

/** Where `index` is among `count` elements; it may be outside of them. */
function placeOf(count: number, index: number): number {
  return index < 0 ? count + index : index;
}

/** LSET key index element. */
export function lset(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.fail(NO_SUCH_KEY);
  const index = integerOf(args, 1);
  if (index === undefined) return reply.fail(NOT_INTEGER);
  const place = placeOf(view.count, Number(index));
  if (place < 0 || place >= view.count) return reply.fail(OUT_OF_RANGE);
  const length = args.lengths[2]!;
  const problem = growthProblem(context, view, args.lengths[0]!, 1, length);
  if (problem !== null) return reply.fail(problem);
  view.set(place, args.bytes, args.starts[2]!, length);
  view.close();
  reply.ok();
}

/** LTRIM key start stop: only those elements stay. */
export function ltrim(context: CommandContext, args: Args, reply: Reply): void {
  const first = integerOf(args, 1);
  const last = integerOf(args, 2);
  if (first === undefined || last === undefined) return reply.fail(NOT_INTEGER);
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.found) {
    const from = Math.max(0, placeOf(view.count, Number(first)));
    const end = Math.min(placeOf(view.count, Number(last)), view.count - 1) + 1;
    const kept = Math.max(0, end - from);
    if (kept > 0 && view.count - kept > MAX_TRIMMED) return reply.fail(TOO_MANY_TRIMMED);
    if (kept === view.count) noteSame(context, args, 0);
    else trim(view, from, kept);
  }
  reply.ok();
}

/** Keeps `kept` elements from number `from` on. */
function trim(view: ListView, from: number, kept: number): void {
  if (kept === 0) return view.deleteKey();
  // From behind, since what is removed first moves what comes after it.
  view.removeRange(from + kept, view.count - from - kept);
  view.removeRange(0, from);
  view.close();
}
