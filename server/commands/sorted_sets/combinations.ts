// Commands on what several sorted sets have in common or not: ZUNION, ZINTER and ZDIFF, their forms that store the
// result, and ZINTERCARD. A key that is not there is an empty set.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { beginPair, beginPairs, hasNestedPairs } from "../members/pairs.ts";
import {
  type CombineOptions,
  combineOptionsOf,
  type CombineWords,
  keyCountAt,
} from "./combine_options.ts";
import { CombinedMembers, SETS_TOO_LARGE } from "./combined_members.ts";
import type { ScoredMembers } from "./scored_members.ts";
import { storeMembers } from "./store_members.ts";

/** Bytes that a member takes in an answer besides its own, and its score with what is around it. */
const FRAME_BYTES = 16;
const SCORE_BYTES = 40;

/** Collects the members of the result. */
type Operation = (sets: CombinedMembers, options: CombineOptions) => void;

const unite: Operation = (sets, options) => sets.unite(options);
const intersect: Operation = (sets, options) => sets.intersect(options);
const subtract: Operation = (sets) => sets.subtract();

/** What a command answers, and the words that it knows. */
interface Combination {
  /** In lower case, for errors. */
  readonly name: string;
  readonly operation: Operation;
  readonly words: CombineWords;
}

function combination(name: string, operation: Operation, answers: boolean): Combination {
  const words = { weights: operation !== subtract, scores: answers, limit: false };
  return { name, operation, words };
}

const UNION = combination("zunion", unite, true);
const INTER = combination("zinter", intersect, true);
const DIFF = combination("zdiff", subtract, true);
const UNION_STORE = combination("zunionstore", unite, false);
const INTER_STORE = combination("zinterstore", intersect, false);
const DIFF_STORE = combination("zdiffstore", subtract, false);
const INTER_CARD: Combination = {
  name: "zintercard",
  operation: intersect,
  words: { weights: false, scores: false, limit: true },
};

/** ZUNION numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]. */
export function zunion(context: CommandContext, args: Args, reply: Reply): void {
  answerResult(context, args, UNION, reply);
}

/** ZINTER numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]. */
export function zinter(context: CommandContext, args: Args, reply: Reply): void {
  answerResult(context, args, INTER, reply);
}

/** ZDIFF numkeys key [key ...] [WITHSCORES]. */
export function zdiff(context: CommandContext, args: Args, reply: Reply): void {
  answerResult(context, args, DIFF, reply);
}

/** ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM | MIN | MAX]. */
export function zunionstore(context: CommandContext, args: Args, reply: Reply): void {
  storeResult(context, args, UNION_STORE, reply);
}

/** ZINTERSTORE destination numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM | MIN | MAX]. */
export function zinterstore(context: CommandContext, args: Args, reply: Reply): void {
  storeResult(context, args, INTER_STORE, reply);
}

/** ZDIFFSTORE destination numkeys key [key ...]. */
export function zdiffstore(context: CommandContext, args: Args, reply: Reply): void {
  storeResult(context, args, DIFF_STORE, reply);
}

/** ZINTERCARD numkeys key [key ...] [LIMIT limit]: how many members all have. */
export function zintercard(context: CommandContext, args: Args, reply: Reply): void {
  const found = combine(context, args, 0, INTER_CARD, reply);
  if (found === null) return;
  const { members, options: { limit } } = found;
  reply.integer(limit === 0 ? members.left : Math.min(limit, members.left));
}

/**
 * Collects the members of the result. Argument `at` says how many keys follow, which are those behind the first `at`
 * keys. Returns null where it has refused.
 */
function combine(
  context: CommandContext,
  args: Args,
  at: number,
  { name, operation, words }: Combination,
  reply: Reply,
): { members: ScoredMembers; options: CombineOptions } | null {
  const keyCount = keyCountAt(args, at, name);
  if (typeof keyCount !== "number") return refuse(reply, keyCount);
  const sets = new CombinedMembers(context, args, at, at + 1, keyCount);
  if (!sets.open(reply)) return null;
  const options = combineOptionsOf(args, at + 1 + keyCount, keyCount, words);
  if ("code" in options) return refuse(reply, options);
  operation(sets, options);
  return sets.isTooMuch ? refuse(reply, SETS_TOO_LARGE) : { members: sets.members, options };
}

function refuse(reply: Reply, failure: typeof SETS_TOO_LARGE): null {
  reply.fail(failure);
  return null;
}

function answerResult(context: CommandContext, args: Args, kind: Combination, reply: Reply): void {
  const found = combine(context, args, 0, kind, reply);
  if (found === null) return;
  const { members, options: { hasScores } } = found;
  const order = members.inOrder();
  const overhead = FRAME_BYTES + (hasScores ? SCORE_BYTES : 0);
  const total = members.bytesOf(order) + order.length * overhead;
  if (total > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  const isNested = hasScores && hasNestedPairs(context);
  if (hasScores) beginPairs(isNested, order.length, reply);
  else reply.array(order.length);
  for (const i of order) {
    if (hasScores) beginPair(isNested, reply);
    answerBytes(members.bytes, members.starts[i]!, members.lengths[i]!, reply);
    if (hasScores) reply.double(members.scores[i]!);
  }
}

function storeResult(context: CommandContext, args: Args, kind: Combination, reply: Reply): void {
  const found = combine(context, args, 1, kind, reply);
  if (found === null) return;
  storeMembers(context, args, 0, 0, found.members, found.members.inOrder(), reply);
}
