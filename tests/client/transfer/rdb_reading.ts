// Reads RDB files for tests: what a reader gives, as texts, from a file that comes in pieces.
// See rdb_writer.ts for what writes them.

import { assert } from "@std/assert";
import { ByteInput, FOUND } from "../../../server/rdb/byte_input.ts";
import { RdbReader } from "../../../client/transfer/rdb_reader.ts";
import { Tally } from "../../../client/transfer/tally.ts";

/** The time at which files are read. */
export const NOW_MS = 1_700_000_000_000;
const LIMITS = { maxKeyBytes: 100, maxValueBytes: 5000 };

/** A string, or a member of a collection. */
export type Item = [database: number, key: string, value: string, deadlineMs: number];

/** Bytes as Latin letters. */
export function latin(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}

const PARTS = ["entry", "head", "group", "pending", "consumer", "owned"];

/** The string, the part of a stream, or the member of a collection with what belongs to it. */
function valueOf({ kind, value, members, stream }: RdbReader): string {
  if (kind === "string") return latin(value.bytes, value.length);
  if (kind === "stream") return `stream ${PARTS[stream.part]} ${stream.ms}-${stream.seq}`;
  const member = `${kind} ${latin(members.member.bytes, members.member.length)}`;
  if (kind === "sortedSet") return `${member}=${members.score}`;
  if (kind !== "hash") return member;
  const until = members.deadlineMs === 0 ? "" : `@${members.deadlineMs}`;
  return `${member}=${latin(members.value.bytes, members.value.length)}${until}`;
}

/** Reads a file that comes in pieces of `step` bytes. */
export function read(file: Uint8Array, step = Infinity, limits = LIMITS) {
  const input = new ByteInput();
  const tally = new Tally();
  const reader = new RdbReader(input, limits, tally, () => NOW_MS);
  const items: Item[] = [];
  let at = 0;
  for (const found of reader.read()) {
    if (found === FOUND) {
      const { database, key, deadlineMs } = reader;
      items.push([database, latin(key.bytes, key.length), valueOf(reader), deadlineMs]);
      continue;
    }
    assert(input.left < input.wanted);
    const space = input.space();
    assert(space.length > 0);
    const count = Math.min(step, space.length, file.length - at);
    space.set(file.subarray(at, at + count));
    input.add(count);
    if (count === 0) input.hasEnded = true;
    at += count;
  }
  return { items, tally, position: input.position };
}
