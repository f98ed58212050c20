// The records of the streams in model.ts, by number: entries, most of them, and some of other kinds. What is behind the
// key is another with each write.

import { assertEquals } from "@std/assert";
import { RecordKind, StreamId, type StreamView, writeTextKey } from "../../../cache/mod.ts";
import { recordKeyBytes } from "../../../cache/collections/stream_records.ts";
import { bytesOf, type Entry, textOf } from "./members.ts";

/** Milliseconds of ids, some of which have the same score, and sequence numbers. */
const TIMES = [0, 1, 1_700_000_000_000, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 2 ** 63];
const SEQUENCES = [0, 1, 239, 240, 255, 256, 65_535, 2 ** 24, 2 ** 32 - 1, 2 ** 32, 2 ** 52];

/** The record of this number as it is with the write of another. */
export function recordFor(id: number, write: number): Entry {
  const bytes = new Uint8Array(200);
  const value = String.fromCharCode(write & 0xff);
  if (id % 6 === 1) {
    const name = bytesOf(`${"\0\xff\0".slice(0, id % 4)}${id}`);
    const end = writeTextKey(bytes, 0, name, 0, name.length);
    const key = textOf(bytes.subarray(0, end));
    return { member: key + value.repeat(28), value: "", number: RecordKind.group };
  }
  const time = id % 3 === 0 ? TIMES[id % TIMES.length]! : 1000 + id;
  const sequence = id % 3 === 0 ? SEQUENCES[id % SEQUENCES.length]! : id % 7;
  const streamId = new StreamId().set(time, sequence);
  const key = textOf(bytes.subarray(0, streamId.writeKey(bytes, 0)));
  // A length of its own, so that a record is overwritten whole.
  const length = id % 13 === 0 ? 60 * (id % 41) : id % 30;
  return { member: key + value.repeat(length), value: "", number: streamId.score };
}

/** The key of a record. */
export function keyOf({ member, number }: Entry): string {
  const bytes = bytesOf(member);
  return member.slice(0, recordKeyBytes(number, bytes, 0, bytes.length));
}

/** Compares what is found of records from number `place` on. */
export function compareRecords(view: StreamView, found: readonly Entry[], place: number): void {
  for (const [i, entry] of found.slice(place, place + 5).entries()) {
    const key = bytesOf(`-${keyOf(entry)}`);
    assertEquals(view.rankOfRecord(entry.number, key, 1, key.length - 1), place + i);
    assertEquals(view.findRecord(entry.number, key, 1, key.length - 1), true);
    assertEquals(textOf(view.member()), entry.member);
    assertEquals(view.openRecord(), entry.member.length);
    const { recordBytes, recordStart } = view;
    assertEquals(
      textOf(recordBytes.subarray(recordStart, recordStart + entry.member.length)),
      entry.member,
    );
    assertEquals(view.previous(), place + i > 0);
    const behind = bytesOf(`${entry.member}\0`);
    assertEquals(view.findRecord(entry.number, behind, 0, behind.length), false);
    const next = found[place + i + 1];
    assertEquals(view.seekRecord(entry.number, behind, 0, behind.length), next !== undefined);
    if (next !== undefined) assertEquals(textOf(view.member()), next.member);
  }
  assertEquals(view.seekLast(), true);
  assertEquals(textOf(view.member()), found.at(-1)!.member);
}
