// What DUMP and RESTORE of collections share: which view is for which type, and how many members they take at once.
// Knows no format.

import { type Collection, ItemType } from "../../../cache/mod.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure } from "../../contract/reply.ts";
import { refused } from "../failures.ts";

/** Most members that are dumped or restored at once: each takes a microsecond or two, and others wait for the locks. */
export const MAX_DUMPED_MEMBERS = 20_000;

/** The refusal of more. */
export const TOO_MANY_DUMPED: Failure = refused(
  `too many members at once: at most ${MAX_DUMPED_MEMBERS}, see slabkv export and import for larger ones`,
);

/** The view that a context has for collections of this type. */
export function viewOfType({ views }: CommandContext, type: ItemType): Collection {
  if (type === ItemType.list) return views.list;
  if (type === ItemType.set) return views.set;
  if (type === ItemType.stream) return views.stream;
  return type === ItemType.hash ? views.hash : views.sortedSet;
}
