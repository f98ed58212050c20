// Stores members that a command has collected as a sorted set, in the place of whatever is under its key. What
// is collected is bounded here, since its shards are locked meanwhile.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../../contract/reply.ts";
import { refused } from "../failures.ts";
import { deleteItem, growthProblem, openEmptyView } from "../items.ts";
import type { ScoredMembers } from "./scored_members.ts";

/** Most members of a sorted set that a command stores: as many as one ZADD could add. */
export const MAX_STORED = 15_000;

/** What a member that is stored counts in a transaction, where bytes that are copied are bounded. */
const STORED_BYTES = 256;

/** The refusal of more members than {@linkcode MAX_STORED}, or of more bytes than an answer may have. */
export const TOO_MANY_STORED: Failure = refused(
  `result is too large to be stored: at most ${MAX_STORED} members and ${MAX_ANSWER_BYTES} bytes`,
);

/**
 * Stores the members under key number `key`, which is argument `index`, in this order, and answers how many they are. Where there
 * are none, the key is deleted.
 */
export function storeMembers(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
  members: ScoredMembers,
  order: Int32Array,
  reply: Reply,
): void {
  const { bytes, starts, lengths, scores } = members;
  const count = order.length;
  const total = members.bytesOf(order);
  if (count > MAX_STORED || total > MAX_ANSWER_BYTES) return reply.fail(TOO_MANY_STORED);
  context.copiedBytes += 2 * total + count * STORED_BYTES;
  if (count === 0) {
    deleteItem(context, args, key, index);
    return reply.integer(0);
  }
  const view = context.views.sortedSet;
  openEmptyView(context, view, args, key, index);
  const problem = growthProblem(context, view, args.lengths[index]!, count, total);
  if (problem !== null) return reply.fail(problem);
  for (const i of order) view.put(bytes, starts[i]!, lengths[i]!, scores[i]! + 0);
  view.close();
  reply.integer(count);
}
