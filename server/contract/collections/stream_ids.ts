// Ids and entries of streams in the forms that Redis's formats have: ids as two numbers of 64 bits or as text, and where
// the fields and values of an entry lie.

import type { StreamEntry, StreamId } from "../../../cache/mod.ts";
import type { EntryFields } from "../../rdb/stream_writer.ts";

/** An id as two numbers. */
export type BigId = readonly [ms: bigint, seq: bigint];

/** An id as two numbers. */
export function bigId({ msHigh, msLow, seqHigh, seqLow }: StreamId): BigId {
  return [join(msHigh, msLow), join(seqHigh, seqLow)];
}

function join(high: number, low: number): bigint {
  return high === 0 ? BigInt(low) : BigInt(high) << 32n | BigInt(low);
}

/** Sets an id to two numbers. */
export function setId(id: StreamId, ms: bigint, seq: bigint): StreamId {
  id.msHigh = Number(ms >> 32n);
  id.msLow = Number(ms & 0xffffffffn);
  id.seqHigh = Number(seq >> 32n);
  id.seqLow = Number(seq & 0xffffffffn);
  return id;
}

/** An id as text. */
export function idText(id: StreamId): string {
  const [ms, seq] = bigId(id);
  return `${ms}-${seq}`;
}

/** The fields and values of an entry that was opened just now, until anything else of the stream is read. */
export function fieldsOf(entry: StreamEntry): EntryFields {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let i = 0; i < 2 * entry.fieldCount; i++) {
    entry.next();
    starts.push(entry.start);
    lengths.push(entry.length);
  }
  return { bytes: entry.bytes, starts, lengths };
}
