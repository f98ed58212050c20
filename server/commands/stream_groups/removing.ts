// Takes away all that is pending for one consumer: as ranges of the order by id, where runs of it stand next to each
// other, since the shard is locked meanwhile.

import { RecordKind, type StreamGroup, StreamId } from "../../../cache/mod.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure } from "../../contract/reply.ts";
import { refused } from "../failures.ts";
import { COST } from "./finding.ts";

/** Most runs that go at once, about 10 µs each. */
const MAX_RUNS = 5000;
/** Where others have so many times as much pending, those of the consumer are looked up one by one. */
const SPARSE = 16;

const TOO_MANY = refused(
  `too many entries are pending for this consumer: at most ${MAX_RUNS} can be removed at once among those of others, ` +
    "XACK or XCLAIM some of them first",
);

/** Removes the `count` entries that are pending for a consumer of the open group. Returns why that cannot be, or null. */
export function removePending(
  context: CommandContext,
  group: StreamGroup,
  consumer: number,
  count: number,
): Failure | null {
  if (count === 0) return null;
  const isSparse = count * SPARSE < group.pendingCount;
  if (isSparse && count > MAX_RUNS) return TOO_MANY;
  const runs = isSparse ? null : runsOf(context, group, consumer);
  if (runs !== null && runs.length > 2 * MAX_RUNS) return TOO_MANY;
  const steps = runs === null ? count : runs.length / 2;
  context.copiedBytes += steps * COST.run + group.pendingCount * COST.looked;
  const { view } = group;
  if (runs === null) removeEach(context, group, consumer);
  else {
    // From the last on: those before stay where they are.
    for (let i = runs.length - 2; i >= 0; i -= 2) view.removeRange(runs[i]!, runs[i + 1]!);
    view.removeRange(group.rankOf(RecordKind.pendingOf, consumer), count);
  }
  return null;
}

/** The places and lengths of runs of what is the consumer's among all that is pending. */
function runsOf(context: CommandContext, group: StreamGroup, consumer: number): number[] {
  const { pending } = context.views.groups;
  const runs: number[] = [];
  let place = group.rankOf(RecordKind.pending);
  let length = 0;
  for (let more = pending.seek(group, new StreamId()); more; more = pending.next(), place++) {
    if (pending.owner === consumer) length++;
    else if (length > 0) {
      runs.push(place - length, length);
      length = 0;
    }
  }
  if (length > 0) runs.push(place - length, length);
  return runs;
}

function removeEach(context: CommandContext, group: StreamGroup, consumer: number): void {
  const { pending, ids } = context.views.groups;
  const first = new StreamId();
  ids.clear();
  for (
    let more = pending.seekOwned(group, consumer, first);
    more;
    more = pending.nextOwned(consumer)
  ) {
    ids.add(pending.id);
  }
  for (let i = 0; i < ids.count; i++) {
    ids.read(i, pending.id);
    pending.owner = consumer;
    pending.remove();
  }
}
