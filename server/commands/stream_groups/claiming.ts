// What XCLAIM and XAUTOCLAIM share: an entry becomes a consumer's, and those that have are answered. Finds out how long
// such an answer is.

import type { StreamId, StreamView } from "../../../cache/mod.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { answerEntry } from "../streams/entry_answers.ts";
import { answerId } from "../streams/stream_ids.ts";
import { COST } from "./finding.ts";

/** What an answer takes of an entry besides its bytes, of an id alone, and of each field and value. */
const ENTRY_BYTES = 80;
const ID_BYTES = 64;
const FIELD_BYTES = 32;

/** How entries are claimed. */
export interface Claim {
  /** Whether only ids are answered, and deliveries not counted. */
  isBare: boolean;
  /** When they count as delivered. */
  timeMs: number;
  /** How often they count as delivered; below 0: once more. */
  deliveries: number;
}

/** Whether the stream has an entry of this id. The cursor is there then. */
export function hasEntry(stream: StreamView, id: StreamId): boolean {
  const { head } = stream;
  return stream.findRecord(id.score, head, 0, id.writeKey(head, 0));
}

/** Bytes that the entry at the cursor takes in an answer. */
export function sizeOfClaimed({ views }: CommandContext, { isBare }: Claim): number {
  if (isBare) return ID_BYTES;
  const { stream, streamEntry: entry } = views;
  entry.openHead(stream);
  return ENTRY_BYTES + stream.memberBytes + FIELD_BYTES * entry.fieldCount;
}

/** Makes the entry of this id pending for the consumer that is open. */
export function claimEntry(context: CommandContext, id: StreamId, claim: Claim): void {
  const { group, consumer, pending } = context.views.groups;
  context.copiedBytes += COST.pending;
  const isPending = pending.find(group, id);
  if (!isPending) pending.deliveries = 1;
  const before = pending.owner;
  pending.owner = consumer.number;
  pending.deliveredMs = claim.timeMs;
  if (claim.deliveries >= 0) pending.deliveries = claim.deliveries;
  else if (!claim.isBare) pending.deliveries++;
  if (isPending) pending.save(before);
  else pending.add(group, id);
}

/** Answers the entries of the ids in the list. */
export function answerClaimed(context: CommandContext, { isBare }: Claim, reply: Reply): void {
  const { stream, streamEntry, groups: { ids, id } } = context.views;
  reply.array(ids.count);
  for (let i = 0; i < ids.count; i++) {
    ids.read(i, id);
    if (isBare) answerId(context, id, reply);
    else if (hasEntry(stream, id)) answerEntry(context, stream, streamEntry, reply);
  }
}
