// ZRANGESTORE: stores a range of one sorted set as another. The range is copied first, since both may be one key,
// and what is stored may evict what it comes from.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { openView } from "../items.ts";
import { boundsProblem, placesOf, Range, readRangeOptions } from "./range_arguments.ts";
import { ScoredMembers } from "./scored_members.ts";
import { MAX_STORED, storeMembers, TOO_MANY_STORED } from "./store_members.ts";

const WORDS = { kind: true, reverse: true, scores: false } as const;

/** ZRANGESTORE destination source min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]: how many there are. */
export function zrangestore(context: CommandContext, args: Args, reply: Reply): void {
  const range = new Range("rank", false, 2);
  const problem = readRangeOptions(args, 4, WORDS, range) ?? boundsProblem(args, range);
  if (problem !== null) return reply.fail(problem);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 1, 1, reply, true);
  if (opening === Opening.wrongType) return;
  const { first, count } = opening === Opening.absent
    ? { first: 0, count: 0 }
    : placesOf(view, args, range);
  if (count > MAX_STORED) return reply.fail(TOO_MANY_STORED);
  const members = new ScoredMembers(count);
  if (count > 0) view.seek(first);
  for (let i = 0; i < count; i++, view.next()) members.add(view, view.score);
  storeMembers(context, args, 0, 0, members, members.inOrder(), reply);
}
