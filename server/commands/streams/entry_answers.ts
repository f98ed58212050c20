// Answers entries of an opened stream: the id, then its fields and values. Bounds what one answer holds before the
// first of them is answered: in number, since the shard is locked, and in bytes, since an answer is held in memory.

import type { StreamEntry, StreamId, StreamView } from "../../../cache/mod.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { MAX_MEMBERS_AT_ONCE } from "../members/whole_answers.ts";
import { answerId } from "./stream_ids.ts";

const NO_BYTES = new Uint8Array();
/** What an answer takes of an entry besides its bytes, and of each field and value. */
const ENTRY_FRAME_BYTES = 48;
const FIELD_FRAME_BYTES = 8;
/** The most that this adds to a byte of an entry, which may have a field of one byte only. */
const MAX_FRAME_SHARE = 1 + FIELD_FRAME_BYTES;
/** Below this a loop is quicker. */
const SHORT_BYTES = 32;

/** What an answer may still hold. */
export interface AnswerBudget {
  /** Bytes. */
  left: number;
}

/** Where the entries begin: how many other records are before them. */
export function entriesStart(stream: StreamView): number {
  return stream.rankOfRecord(0, NO_BYTES, 0, 0);
}

/** How many entries there are. */
export function entryCount(stream: StreamView): number {
  return stream.count - entriesStart(stream);
}

/** The place of the first record that is not before the entry with this id; `isAfter`: not at it either. */
export function placeOf(stream: StreamView, id: StreamId, isAfter: boolean): number {
  const { head } = stream;
  const length = id.writeKey(head, 0);
  const place = stream.rankOfRecord(id.score, head, 0, length);
  return isAfter && stream.findRecord(id.score, head, 0, length) ? place + 1 : place;
}

/**
 * How many of the next `most` entries from the cursor on, which is at `place`, may be answered at once; `isReverse`: of
 * those before. The cursor stays.
 */
export function answerable(
  stream: StreamView,
  entry: StreamEntry,
  place: number,
  most: number,
  isReverse: boolean,
  budget: AnswerBudget,
): number {
  const count = Math.min(most, MAX_MEMBERS_AT_ONCE);
  const bound = MAX_FRAME_SHARE * stream.byteBound + count * ENTRY_FRAME_BYTES;
  if (bound <= budget.left) {
    budget.left -= bound;
    return count;
  }
  let fitting = 0;
  for (; fitting < count; fitting++) {
    entry.openHead(stream);
    const frames = ENTRY_FRAME_BYTES + 2 * FIELD_FRAME_BYTES * entry.fieldCount;
    if (stream.memberBytes + frames > budget.left) break;
    budget.left -= stream.memberBytes + frames;
    if (isReverse) stream.previous();
    else stream.next();
  }
  stream.seek(place);
  return fitting;
}

/** Answers `count` entries from the cursor on, or before it. */
export function answerEntries(
  context: CommandContext,
  stream: StreamView,
  count: number,
  isReverse: boolean,
  reply: Reply,
): void {
  const entry = context.views.streamEntry;
  reply.array(count);
  for (let i = 0; i < count; i++) {
    answerEntry(context, stream, entry, reply);
    if (isReverse) stream.previous();
    else stream.next();
  }
}

/** Answers the entry at the cursor. */
export function answerEntry(
  context: CommandContext,
  stream: StreamView,
  entry: StreamEntry,
  reply: Reply,
): void {
  entry.open(stream);
  reply.array(2);
  answerId(context, entry.id, reply);
  answerFields(entry, reply);
}

/** Answers the fields and values of an entry that is open. */
export function answerFields(entry: StreamEntry, reply: Reply): void {
  const count = 2 * entry.fieldCount;
  reply.array(count);
  const from = entry.bytes;
  for (let i = 0; i < count; i++) {
    entry.next();
    const { start, length } = entry;
    const at = reply.reserve(length);
    const { bytes } = reply;
    if (length > SHORT_BYTES) bytes.set(from.subarray(start, start + length), at);
    else for (let j = 0; j < length; j++) bytes[at + j] = from[start + j]!;
    reply.value(at, length);
  }
}
