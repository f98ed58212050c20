// Streams as plain objects, for tests of what reads and writes them: read from a payload, written as one.

import { FOUND, type Reading } from "../../../server/rdb/byte_input.ts";
import { ByteInput } from "../../../server/rdb/byte_input.ts";
import { DumpWriter } from "../../../server/rdb/dump_writer.ts";
import { RdbStream, StreamPart } from "../../../server/rdb/rdb_stream.ts";
import { RdbValues } from "../../../server/rdb/rdb_values.ts";
import { StreamWriter } from "../../../server/rdb/stream_writer.ts";

export type Id = readonly [ms: bigint, seq: bigint];

export interface ModelEntry {
  readonly id: Id;
  /** Fields and values in turn. */
  readonly fields: readonly Uint8Array[];
}

export interface ModelConsumer {
  readonly name: Uint8Array;
  readonly seenMs: number;
  readonly owned: readonly Id[];
}

export interface ModelGroup {
  readonly name: Uint8Array;
  readonly last: Id;
  readonly read: bigint;
  readonly pending: readonly { id: Id; timeMs: number; deliveries: number }[];
  readonly consumers: readonly ModelConsumer[];
}

export interface ModelStream {
  readonly entries: readonly ModelEntry[];
  readonly last: Id;
  readonly deleted: Id;
  readonly added: bigint;
  readonly groups: readonly ModelGroup[];
}

const FOOTER_BYTES = 10;

/** Writes a stream as a payload. */
export function written(
  { entries, last, deleted, added, groups }: ModelStream,
): Uint8Array<ArrayBuffer> {
  const dump = new DumpWriter();
  const writer = new StreamWriter(dump);
  for (const { id, fields } of entries) {
    const bytes = Uint8Array.from(fields.flatMap((field) => [...field]));
    const lengths = fields.map(({ length }) => length);
    const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, each) => sum + each, 0));
    writer.entry(...id, { bytes, starts, lengths });
  }
  const first = entries[0]?.id ?? [0n, 0n];
  writer.head({ last, first, deleted, entries: entries.length, added }, groups.length);
  for (const group of groups) {
    writer.group(group.name, group.last, group.read, group.pending.length);
    for (const { id, timeMs, deliveries } of group.pending) {
      writer.pending(idBytes(id), 0, timeMs, deliveries);
    }
    writer.consumers(group.consumers.length);
    for (const { name, seenMs, owned } of group.consumers) {
      writer.consumer(name, seenMs, owned.length);
      for (const id of owned) writer.owned(idBytes(id), 0);
    }
  }
  dump.end();
  return dump.bytes.slice(0, dump.length);
}

function idBytes([ms, seq]: Id): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, ms);
  view.setBigUint64(8, seq);
  return new Uint8Array(view.buffer);
}

/** Reads a payload that comes in pieces of `step` bytes, and calls `visit` with each part. */
export function visitParts(
  payload: Uint8Array,
  visit: (stream: RdbStream) => void,
  step = Infinity,
): void {
  const input = new ByteInput(64);
  const stream = new RdbStream(1024 * 1024, 1024 * 1024);
  const reading = function* (): Reading {
    const type = yield* input.byte();
    yield* stream.read(type, new RdbValues(input));
  };
  let at = 0;
  const end = payload.length - FOOTER_BYTES;
  for (const what of reading()) {
    if (what === FOUND) {
      visit(stream);
      continue;
    }
    const space = input.space();
    const count = Math.min(step, space.length, end - at);
    space.set(payload.subarray(at, at + count));
    input.add(count);
    if (count === 0) input.hasEnded = true;
    at += count;
  }
}

/** Reads a payload. */
export function readStream(payload: Uint8Array, step = Infinity): ModelStream {
  const entries: ModelEntry[] = [];
  const groups: { -readonly [K in keyof ModelGroup]: ModelGroup[K] }[] = [];
  let head: Omit<ModelStream, "entries" | "groups"> | undefined;
  visitParts(payload, ({ part, ms, seq, fields, lengths, ...stream }) => {
    const id: Id = [ms, seq];
    const group = groups.at(-1)!;
    const name = stream.name.bytes.slice(0, stream.name.length);
    const { timeMs, deliveries } = stream;
    if (part === StreamPart.entry) {
      let at = 0;
      const cut = (length: number) => fields.bytes.slice(at, at += length);
      entries.push({ id, fields: lengths.map(cut) });
    } else if (part === StreamPart.head) {
      const { added, deletedMs, deletedSeq } = stream;
      head = { last: id, deleted: [deletedMs, deletedSeq], added };
    } else if (part === StreamPart.group) {
      groups.push({ name, last: id, read: stream.entriesRead, pending: [], consumers: [] });
    } else if (part === StreamPart.pending) {
      group.pending = [...group.pending, { id, timeMs, deliveries }];
    } else if (part === StreamPart.consumer) {
      group.consumers = [...group.consumers, { name, seenMs: timeMs, owned: [] }];
    } else {
      const { owned, ...consumer } = group.consumers.at(-1)!;
      group.consumers = [...group.consumers.slice(0, -1), { ...consumer, owned: [...owned, id] }];
    }
  }, step);
  return { entries, ...head!, groups };
}
