// BLPOP, BRPOP, BLMPOP, BLMOVE and BRPOPLPUSH: how they take from a list, and answer, with the functions of LPOP,
// LMPOP and LMOVE.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { Taken, type Waiting } from "../../contract/commands/waits.ts";
import type { Reply } from "../../contract/reply.ts";
import { SYNTAX } from "../failures.ts";
import { isLeftOf, popManyWithKey, popWithKey } from "../lists/list_ends.ts";
import { moveElement, type MultiPop, multiPopOf } from "../lists/list_moves.ts";
import { opened } from "./take_or_wait.ts";
import { timeoutAt } from "./timeout.ts";

/** BLPOP and BRPOP: key [key ...] timeout. */
export function listPops(isLeft: boolean): Waiting<CommandContext> {
  return {
    kind: "list",
    timeout: timeoutAt(-1),
    awaitsAll: true,
    problem: () => null,
    take(context, args, key, index, reply) {
      const { list } = context.views;
      const taken = opened(context, list, args, key, index);
      if (taken === Taken.answered) popWithKey(list, args, index, isLeft, reply);
      return taken;
    },
    nothing: (reply) => reply.missArray(),
  };
}

/** BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count] */
export const LIST_MULTI_POP: Waiting<CommandContext> = {
  kind: "list",
  timeout: timeoutAt(0),
  awaitsAll: true,
  problem(args) {
    const wanted = multiPopOf(args, 1);
    return "code" in wanted ? wanted : null;
  },
  take(context, args, key, index, reply) {
    const { list } = context.views;
    const taken = opened(context, list, args, key, index);
    if (taken !== Taken.answered) return taken;
    const { isLeft, count } = multiPopOf(args, 1) as MultiPop;
    popManyWithKey(list, args, index, isLeft, count, reply);
    return taken;
  },
  nothing: (reply) => reply.missArray(),
};

/** BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout */
export const LIST_MOVE: Waiting<CommandContext> = {
  kind: "list",
  timeout: timeoutAt(4),
  awaitsAll: false,
  problem: (args) =>
    isLeftOf(args, 2) === undefined || isLeftOf(args, 3) === undefined ? SYNTAX : null,
  take: (context, args, key, index, reply) =>
    moved(context, args, key, index, isLeftOf(args, 2)!, isLeftOf(args, 3)!, reply),
  nothing: (reply) => reply.miss(),
};

/** BRPOPLPUSH source destination timeout */
export const LIST_ROTATION: Waiting<CommandContext> = {
  kind: "list",
  timeout: timeoutAt(2),
  awaitsAll: false,
  problem: () => null,
  take: (context, args, key, index, reply) => moved(context, args, key, index, false, true, reply),
  nothing: (reply) => reply.miss(),
};

function moved(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
  fromLeft: boolean,
  toLeft: boolean,
  reply: Reply,
): Taken {
  const taken = opened(context, context.views.list, args, key, index);
  if (taken === Taken.answered) moveElement(context, args, fromLeft, toLeft, reply);
  return taken;
}
