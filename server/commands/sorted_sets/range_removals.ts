// Commands that take a range of one sorted set away: ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX.
// What a range is stands in range_arguments.ts.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { openView } from "../items.ts";
import { removePlaces, TOO_MANY_REMOVED } from "./bounded_removal.ts";
import { boundsProblem, placesOf, Range, type RangeKind } from "./range_arguments.ts";

/** ZREMRANGEBYRANK key start stop: how many there were. */
export function zremrangebyrank(context: CommandContext, args: Args, reply: Reply): void {
  removeRange(context, args, "rank", reply);
}

/** ZREMRANGEBYSCORE key min max: how many there were. */
export function zremrangebyscore(context: CommandContext, args: Args, reply: Reply): void {
  removeRange(context, args, "score", reply);
}

/** ZREMRANGEBYLEX key min max: how many there were. */
export function zremrangebylex(context: CommandContext, args: Args, reply: Reply): void {
  removeRange(context, args, "lex", reply);
}

function removeRange(context: CommandContext, args: Args, kind: RangeKind, reply: Reply): void {
  const range = new Range(kind, false, 1);
  const problem = boundsProblem(args, range);
  if (problem !== null) return reply.fail(problem);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.integer(0);
  const { first, count } = placesOf(view, args, range);
  if (removePlaces(context, view, first, count)) reply.integer(count);
  else reply.fail(TOO_MANY_REMOVED);
}
