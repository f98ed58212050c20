// Takes members of a sorted set away by their places. Each has to be found in the order of members, too, so how
// many may go at once is bounded; all of them go at once, since what they took is freed later.

import type { SortedSetView } from "../../../cache/mod.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure } from "../../contract/reply.ts";
import { refused } from "../failures.ts";

/** Most members that one command takes from a sorted set, unless it takes all: about 0.5 µs each. */
export const MAX_REMOVED = 30_000;
/** What a member that is taken away counts in a transaction, where bytes that are copied are bounded. */
const REMOVED_BYTES = 128;

/** The refusal of more members than {@linkcode MAX_REMOVED}. */
export const TOO_MANY_REMOVED: Failure = refused(
  `too many members at once: at most ${MAX_REMOVED} can be removed, or all, so ask for a part of them`,
);

/** That of ZPOPMIN and its kin, which have to answer each member, so that all are no exception. */
export const TOO_MANY_POPPED: Failure = refused(
  `too many members at once: at most ${MAX_REMOVED} can be removed, ask for fewer`,
);

/**
 * Removes `count` members from place `first` on of the open set, and closes it. Returns
 * false, and has changed nothing, where they are too many.
 */
export function removePlaces(
  context: CommandContext,
  view: SortedSetView,
  first: number,
  count: number,
): boolean {
  if (count === view.count) {
    view.deleteKey();
    return true;
  }
  if (count > MAX_REMOVED) return false;
  context.copiedBytes += count * REMOVED_BYTES;
  view.removeRange(first, count);
  view.close();
  return true;
}
