// XDEL and XSETID: entries that are taken away by their ids, and what a stream remembers of its last ones. A stream
// without entries stays where it is.

import { Opening, StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf, isWord } from "../argument_text.ts";
import { NO_SUCH_KEY, NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { openView } from "../items.ts";
import { entriesStart } from "./entry_answers.ts";
import { BAD_ID, IdForm, readId } from "./stream_ids.ts";

const NEGATIVE_ADDED = refused("entries_added must be positive");
const BEFORE_GIVEN_DELETED = refused(
  "The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
);
const BEFORE_TOP = refused(
  "The ID specified in XSETID is smaller than the target stream top item",
);
const FEWER_ADDED = refused(
  "The entries_added specified in XSETID is smaller than the target stream length",
);

/** XDEL key id [id ...]: how many were there. */
export function xdel(context: CommandContext, args: Args, reply: Reply): void {
  const { stream, streamHeader: header } = context.views;
  const opening = openView(context, stream, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.integer(0);
  const id = new StreamId();
  for (let i = 1; i < args.count; i++) {
    if (readId(args, i, id) === IdForm.invalid) return reply.fail(BAD_ID);
  }
  header.read(stream);
  const { head } = stream;
  let deleted = 0;
  for (let i = 1; i < args.count; i++) {
    readId(args, i, id);
    if (!stream.findRecord(id.score, head, 0, id.writeKey(head, 0))) continue;
    stream.removeRecord();
    deleted++;
    if (id.compare(header.maxDeletedId) > 0) header.maxDeletedId.copy(id);
  }
  if (deleted > 0) header.write(stream);
  stream.close();
  reply.integer(deleted);
}

/** XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]. */
export function xsetid(context: CommandContext, args: Args, reply: Reply): void {
  const id = new StreamId();
  const deletedId = new StreamId();
  let added: number | bigint = -1;
  if (readId(args, 1, id) === IdForm.invalid) return reply.fail(BAD_ID);
  for (let i = 2; i < args.count; i += 2) {
    const hasMore = i + 1 < args.count;
    if (hasMore && isWord(args, i, "ENTRIESADDED")) {
      added = integerOf(args, i + 1) ?? NaN;
      if (Number.isNaN(added)) return reply.fail(NOT_INTEGER);
      if (added < 0) return reply.fail(NEGATIVE_ADDED);
    } else if (hasMore && isWord(args, i, "MAXDELETEDID")) {
      if (readId(args, i + 1, deletedId) === IdForm.invalid) return reply.fail(BAD_ID);
      if (id.compare(deletedId) < 0) return reply.fail(BEFORE_GIVEN_DELETED);
    } else return reply.fail(SYNTAX);
  }
  setIds(context, args, id, added, deletedId, reply);
}

function setIds(
  context: CommandContext,
  args: Args,
  id: StreamId,
  added: number | bigint,
  deletedId: StreamId,
  reply: Reply,
): void {
  const { stream, streamHeader: header, streamEntry: entry } = context.views;
  const opening = openView(context, stream, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.fail(NO_SUCH_KEY);
  header.read(stream);
  const count = stream.count - entriesStart(stream);
  if (count > 0) {
    stream.seekLast();
    entry.openHead(stream);
    if (id.compare(entry.id) < 0) return reply.fail(BEFORE_TOP);
    if (added >= 0 && count > added) return reply.fail(FEWER_ADDED);
  }
  header.lastId.copy(id);
  if (added >= 0) header.entriesAdded = added;
  if (!deletedId.isZero) header.maxDeletedId.copy(deletedId);
  header.write(stream);
  stream.close();
  reply.ok();
}
