// Trims an opened stream: takes its first entries away, to a number of entries or up to an id. What may leave a few more
// takes away about as many at once as a node of Redis has, which costs less than one at a time.

import { Opening, type StreamView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { openView } from "../items.ts";
import { entriesStart, placeOf } from "./entry_answers.ts";
import { TrimOptions } from "./trim_options.ts";

/** Entries and bytes of a node of Redis, unless it is set otherwise. */
const NODE_ENTRIES = 100;
const NODE_BYTES = 4096;

/** Trims an opened stream, which may have groups. Returns how many entries have gone. */
export function trimEntries(
  stream: StreamView,
  options: TrimOptions,
  mayHaveGroups: boolean,
): number {
  // Else there is nothing but the header before the entries.
  const start = mayHaveGroups ? entriesStart(stream) : 1;
  const total = stream.count - start;
  const surplus = options.by === "length"
    ? total - options.maxLength
    : placeOf(stream, options.minId, false) - start;
  if (surplus <= 0) return 0;
  let count = Math.min(surplus, options.limit);
  if (options.isRough && count < total) count -= count % nodeEntries(stream);
  if (count > 0) stream.removeRange(start, count);
  return count;
}

/** How many entries a node of Redis would have. */
function nodeEntries(stream: StreamView): number {
  const entryBytes = stream.byteBound / stream.count;
  return Math.max(1, Math.min(NODE_ENTRIES, Math.floor(NODE_BYTES / entryBytes)));
}

/** XTRIM key MAXLEN | MINID [= | ~] threshold [LIMIT count]: how many entries have gone. */
export function xtrim(context: CommandContext, args: Args, reply: Reply): void {
  const options = new TrimOptions();
  const problem = options.read(args, false);
  if (problem !== null) return reply.fail(problem);
  const { stream } = context.views;
  const opening = openView(context, stream, args, 0, 0, reply, false);
  if (opening !== Opening.found) {
    if (opening === Opening.absent) reply.integer(0);
    return;
  }
  const count = trimEntries(stream, options, true);
  stream.close();
  reply.integer(count);
}
