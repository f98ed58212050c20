// DUMP of a stream: entries, what it has counted, groups with their consumers and what is pending. The view has it
// open. Knows no format: server/rdb/ has that.

import { FULL_ID_BYTES, StreamGroup, StreamId } from "../../../cache/mod.ts";
import { bigId, fieldsOf } from "../../contract/collections/stream_ids.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { DumpWriter } from "../../rdb/dump_writer.ts";
import { StreamWriter } from "../../rdb/stream_writer.ts";
import { entriesStart } from "../streams/entry_answers.ts";

const FIRST = new StreamId();

/** Writes the open stream. */
export function writeStream(context: CommandContext, to: DumpWriter): void {
  const { stream, streamHeader: header, streamEntry: entry, groups: { group } } = context.views;
  const writer = new StreamWriter(to);
  const start = entriesStart(stream);
  let first = bigId(FIRST);
  for (let more = stream.seek(start), isFirst = true; more; more = stream.next(), isFirst = false) {
    entry.open(stream);
    const id = bigId(entry.id);
    if (isFirst) first = id;
    writer.entry(...id, fieldsOf(entry));
  }
  header.read(stream);
  const counts = {
    first,
    last: bigId(header.lastId),
    deleted: bigId(header.maxDeletedId),
    entries: stream.count - start,
    added: BigInt(header.entriesAdded),
  };
  writer.head(counts, StreamGroup.countIn(stream));
  for (let more = group.first(stream); more; more = group.next()) writeGroup(context, writer);
}

function writeGroup(context: CommandContext, writer: StreamWriter): void {
  const { group, consumer, pending } = context.views.groups;
  const id = new Uint8Array(FULL_ID_BYTES);
  writer.group(group.name(), bigId(group.last), group.entriesRead, group.pendingCount);
  for (let more = pending.seek(group, FIRST); more; more = pending.next()) {
    pending.id.writeFull(id, 0);
    writer.pending(id, 0, pending.deliveredMs, pending.deliveries);
  }
  writer.consumers(group.consumerCount);
  for (let more = consumer.first(group); more; more = consumer.next()) {
    const { number, seenMs } = consumer;
    writer.consumer(consumer.name(), seenMs, group.ownedCount(number));
    for (let is = pending.seekOwned(group, number, FIRST); is; is = pending.nextOwned(number)) {
      pending.id.writeFull(id, 0);
      writer.owned(id, 0);
    }
  }
}
