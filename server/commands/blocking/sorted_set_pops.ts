// BZPOPMIN, BZPOPMAX and BZMPOP: how they take from a sorted set, and answer, with the functions of ZPOPMIN and
// ZMPOP.

import type { CommandContext } from "../../contract/command.ts";
import { Taken, type Waiting } from "../../contract/commands/waits.ts";
import { type ManyPops, manyPopsOf, popManyWithKey, popWithKey } from "../sorted_sets/pops.ts";
import { opened } from "./take_or_wait.ts";
import { timeoutAt } from "./timeout.ts";

/** BZPOPMIN and BZPOPMAX: key [key ...] timeout. */
export function sortedSetPops(fromTop: boolean): Waiting<CommandContext> {
  return {
    kind: "sorted set",
    timeout: timeoutAt(-1),
    awaitsAll: true,
    problem: () => null,
    take(context, args, key, index, reply) {
      const { sortedSet } = context.views;
      const taken = opened(context, sortedSet, args, key, index);
      if (taken === Taken.answered) popWithKey(sortedSet, args, index, fromTop, reply);
      return taken;
    },
    nothing: (reply) => reply.missArray(),
  };
}

/** BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count] */
export const SORTED_SET_MULTI_POP: Waiting<CommandContext> = {
  kind: "sorted set",
  timeout: timeoutAt(0),
  awaitsAll: true,
  problem(args) {
    const wanted = manyPopsOf(args, 1);
    return "code" in wanted ? wanted : null;
  },
  take(context, args, key, index, reply) {
    const { sortedSet } = context.views;
    const taken = opened(context, sortedSet, args, key, index);
    if (taken !== Taken.answered) return taken;
    const { fromTop, count } = manyPopsOf(args, 1) as ManyPops;
    popManyWithKey(sortedSet, args, index, fromTop, count, reply);
    return taken;
  },
  nothing: (reply) => reply.missArray(),
};
