// Commands that look up members of one sorted set: ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK. They make
// no string, list or object: a set of ten members is asked a million times a second.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { isWord } from "../argument_text.ts";
import { SYNTAX } from "../failures.ts";
import { openView } from "../items.ts";

/** ZCARD key: how many members there are. */
export function zcard(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.sortedSet;
  if (openView(context, view, args, 0, 0, reply, true) === Opening.wrongType) return;
  reply.integer(view.count);
}

/** ZSCORE key member: its score, or a miss. */
export function zscore(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.miss();
  if (view.find(args.bytes, args.starts[1]!, args.lengths[1]!)) reply.double(view.score);
  else reply.miss();
}

/** ZMSCORE key member [member ...]: the score of each, or a miss. */
export function zmscore(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  reply.array(args.count - 1);
  for (let i = 1; i < args.count; i++) {
    const isThere = opening === Opening.found &&
      view.find(args.bytes, args.starts[i]!, args.lengths[i]!);
    if (isThere) reply.double(view.score);
    else reply.miss();
  }
}

/** ZRANK key member [WITHSCORE]: how many members are before it, or a miss. */
export function zrank(context: CommandContext, args: Args, reply: Reply): void {
  answerRank(context, args, false, reply);
}

/** ZREVRANK key member [WITHSCORE]: how many members are after it, or a miss. */
export function zrevrank(context: CommandContext, args: Args, reply: Reply): void {
  answerRank(context, args, true, reply);
}

function answerRank(context: CommandContext, args: Args, isReverse: boolean, reply: Reply): void {
  const hasScore = args.count > 2;
  if (hasScore && !isWord(args, 2, "WITHSCORE")) return reply.fail(SYNTAX);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const start = args.starts[1]!;
  const length = args.lengths[1]!;
  const rank = opening === Opening.absent ? -1 : view.rank(args.bytes, start, length);
  if (rank < 0) return hasScore ? reply.missArray() : reply.miss();
  const answered = isReverse ? view.count - 1 - rank : rank;
  if (!hasScore) return reply.integer(answered);
  view.find(args.bytes, start, length);
  const { score } = view;
  reply.array(2);
  reply.integer(answered);
  reply.double(score);
}
