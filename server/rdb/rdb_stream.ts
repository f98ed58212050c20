/**
 * Reads the streams of RDB files and payloads, in the three encodings that there are: gives their entries, then what
 * the stream has counted, then its groups with what is pending, one after the other, so that one of millions needs
 * no more memory than its largest node. The format: rdb.c and t_stream.c of Redis 7.
 *
 * @module
 */

import { FOUND, type Reading } from "./byte_input.ts";
import { ByteSlot, type RdbValues } from "./rdb_values.ts";
import { StreamNode } from "./stream_node.ts";

/** What is found in a stream, in this order; {@linkcode owned} follows each consumer, {@linkcode consumer} a group. */
export const StreamPart = {
  /** An entry: its ID, and its fields with their values. */
  entry: 0,
  /** What the stream has counted: its last ID. Comes once, behind all entries. */
  head: 1,
  /** A group: its name and last ID. */
  group: 2,
  /** An entry that is pending in the group: its ID, when and how often it was delivered. */
  pending: 3,
  /** A consumer of the group. */
  consumer: 4,
  /** Which of the pending entries is the consumer's: its ID. */
  owned: 5,
} as const;
/** One of the values of the constant of the same name. */
export type StreamPart = typeof StreamPart[keyof typeof StreamPart];

/** What a group has read is not known. */
export const READ_UNKNOWN = -1n;

/** The types, by the version of the encoding. */
const FIRST_TYPE = 15;
const SECOND_TYPE = 19;
const THIRD_TYPE = 21;

const ID_BYTES = 16;
const UINT64 = (1n << 64n) - 1n;
const FLAG_DELETED = 1;
const FLAG_SAME_FIELDS = 2;

/** Whether values of this type are streams. */
export function isStreamType(type: number): boolean {
  return type === FIRST_TYPE || type === SECOND_TYPE || type === THIRD_TYPE;
}

/** A stream that is being read. After each FOUND its fields have a part. */
export class RdbStream {
  /** What was found. */
  part: StreamPart = StreamPart.entry;
  /** The ID of an entry, or the last one of the stream or a group. */
  ms = 0n;
  seq = 0n;
  /** The bytes of the fields and values of an entry. */
  readonly fields: ByteSlot = new ByteSlot();
  /** Where each of them begins there, field and value in turn. */
  readonly starts: number[] = [];
  /** And how long it is. */
  readonly lengths: number[] = [];
  /** How many entries were ever added, and the greatest ID that was deleted. */
  added = 0n;
  deletedMs = 0n;
  deletedSeq = 0n;
  /** The name of a group or consumer. */
  readonly name: ByteSlot = new ByteSlot();
  /** How many entries a group has read, or {@linkcode READ_UNKNOWN}. */
  entriesRead = READ_UNKNOWN;
  /** When an entry was delivered, or a consumer was seen: milliseconds since 1970. */
  timeMs = 0;
  /** How often an entry was delivered. */
  deliveries = 0;
  /** Whether a part was too long, and has been left out. */
  wasTooLong = false;
  /** How many entries there were so far. */
  entryCount = 0;
  readonly maxBytes: number;
  readonly maxPackedBytes: number;
  /** The first ID that is there and the last one that was, for what older versions have not written. */
  #firstMs = 0n;
  #firstSeq = 0n;
  #lastMs = 0n;
  #lastSeq = 0n;

  /** An entry has at most `maxBytes`, and a node, which has up to a few hundred, `maxPackedBytes`. */
  constructor(maxBytes: number, maxPackedBytes: number) {
    this.maxBytes = maxBytes;
    this.maxPackedBytes = maxPackedBytes;
  }

  /**
   * Reads a value of type `type`, which is a stream.
   *
   * @throws {FormatError} if it is damaged
   */
  *read(type: number, values: RdbValues): Reading {
    this.wasTooLong = false;
    this.entryCount = 0;
    yield* this.#entries(values);
    yield* this.#head(type, values);
    for (let left = yield* values.length(); left > 0; left--) yield* this.#group(type, values);
  }

  *#entries(values: RdbValues): Reading {
    const id = new ByteSlot();
    const node = new ByteSlot();
    [this.ms, this.seq] = [0n, 0n];
    for (let left = yield* values.length(); left > 0; left--) {
      const isKept = yield* values.string(id, ID_BYTES);
      if (!isKept || id.length !== ID_BYTES) throw values.error("a stream has a wrong ID");
      if (!(yield* values.string(node, this.maxPackedBytes))) {
        throw values.error("a packed value is too long");
      }
      const view = new DataView(id.bytes.buffer, 0, ID_BYTES);
      yield* this.#node(view.getBigUint64(0), view.getBigUint64(8), node, values);
    }
  }

  /** The entries of a node, whose IDs are told as differences from its own. */
  *#node(nodeMs: bigint, nodeSeq: bigint, node: ByteSlot, values: RdbValues): Reading {
    const pack = new StreamNode(node, values);
    const total = pack.number() + pack.number();
    const names = pack.names(pack.number());
    if (pack.number() !== 0) throw values.error("a node of a stream is damaged");
    for (let left = total; left > 0; left--) {
      const flags = pack.number();
      const ms = BigInt.asUintN(64, nodeMs + pack.bigNumber());
      const seq = BigInt.asUintN(64, nodeSeq + pack.bigNumber());
      const hasNames = (flags & FLAG_SAME_FIELDS) === 0;
      const count = hasNames ? pack.number() : names.length;
      this.#fields(pack, count, hasNames ? null : names);
      if (pack.number() !== (hasNames ? 2 * count + 1 : count) + 3) {
        throw values.error("a node of a stream is damaged");
      }
      if ((flags & FLAG_DELETED) === 0 && this.#step(ms, seq, values)) yield FOUND;
    }
    pack.end();
  }

  /** Takes the fields of an entry. */
  #fields(pack: StreamNode, count: number, names: readonly Uint8Array[] | null): void {
    const { fields, lengths, starts } = this;
    lengths.length = 0;
    starts.length = 0;
    fields.length = 0;
    for (let i = 0; i < count; i++) {
      if (names === null) this.#take(pack);
      else this.#append(names[i]!, 0, names[i]!.length);
      this.#take(pack);
    }
  }

  #take(pack: StreamNode): void {
    const { bytes, start, length } = pack.next();
    this.#append(bytes, start, length);
  }

  #append(from: Uint8Array, start: number, length: number): void {
    const { fields } = this;
    const end = fields.length + length;
    if (end > fields.bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * fields.bytes.length));
      grown.set(fields.bytes.subarray(0, fields.length));
      fields.bytes = grown;
    }
    fields.bytes.set(from.subarray(start, start + length), fields.length);
    this.starts.push(fields.length);
    this.lengths.push(length);
    fields.length = end;
  }

  /** Goes on to an entry of this ID, which is greater than that before. Returns whether it is kept. */
  #step(ms: bigint, seq: bigint, values: RdbValues): boolean {
    if (ms < this.ms || ms === this.ms && seq <= this.seq) {
      throw values.error("the entries of a stream are in a wrong order");
    }
    if (this.entryCount++ === 0) [this.#firstMs, this.#firstSeq] = [ms, seq];
    [this.ms, this.seq, this.part] = [ms, seq, StreamPart.entry];
    if (this.fields.length <= this.maxBytes) return true;
    this.wasTooLong = true;
    return false;
  }

  *#head(type: number, values: RdbValues): Reading {
    const [ms, seq] = [this.ms, this.seq];
    yield* values.length(); // how many entries there are
    yield* this.#id(values);
    [this.deletedMs, this.deletedSeq, this.added] = [0n, 0n, BigInt(this.entryCount)];
    if (this.entryCount > 0 && (this.ms < ms || this.ms === ms && this.seq < seq)) {
      throw values.error("the last ID of a stream is wrong");
    }
    if (type !== FIRST_TYPE) {
      yield* values.bigLength(); // the first ID
      yield* values.bigLength();
      this.deletedMs = yield* values.bigLength();
      this.deletedSeq = yield* values.bigLength();
      this.added = yield* values.bigLength();
    }
    this.part = StreamPart.head;
    [this.#lastMs, this.#lastSeq] = [this.ms, this.seq];
    yield FOUND;
  }

  *#id(values: RdbValues): Reading {
    this.ms = yield* values.bigLength();
    this.seq = yield* values.bigLength();
  }

  *#group(type: number, values: RdbValues): Reading {
    yield* this.#name(values);
    yield* this.#id(values);
    this.entriesRead = type === FIRST_TYPE ? this.#readSoFar() : yield* values.bigLength();
    if (this.entriesRead === UINT64) this.entriesRead = READ_UNKNOWN;
    this.part = StreamPart.group;
    yield FOUND;
    const { input } = values;
    for (let left = yield* values.length(); left > 0; left--) {
      yield* this.#rawId(values);
      this.timeMs = yield* values.time();
      this.deliveries = yield* values.length();
      this.part = StreamPart.pending;
      yield FOUND;
    }
    for (let left = yield* values.length(); left > 0; left--) {
      yield* this.#name(values);
      this.timeMs = yield* values.time();
      // When it was last active, which is not kept.
      if (type === THIRD_TYPE) yield* input.skip(8);
      this.part = StreamPart.consumer;
      yield FOUND;
      for (let own = yield* values.length(); own > 0; own--) {
        yield* this.#rawId(values);
        this.part = StreamPart.owned;
        yield FOUND;
      }
    }
  }

  *#name(values: RdbValues): Reading {
    if (!(yield* values.string(this.name, this.maxBytes))) {
      throw values.error("the name of a group or consumer is too long");
    }
  }

  *#rawId({ input }: RdbValues): Reading {
    yield* input.need(ID_BYTES);
    const view = new DataView(input.bytes.buffer, input.at, ID_BYTES);
    this.ms = view.getBigUint64(0);
    this.seq = view.getBigUint64(8);
    input.at += ID_BYTES;
  }

  /** How many entries were read up to this ID, as far as that can be told where nothing is known of deleted ones. */
  #readSoFar(): bigint {
    const { ms, seq, added } = this;
    const toLast = ms === this.#lastMs ? seq - this.#lastSeq : ms - this.#lastMs;
    if (added === 0n || toLast === 0n) return added;
    if (toLast > 0n) return READ_UNKNOWN;
    const toFirst = ms === this.#firstMs ? seq - this.#firstSeq : ms - this.#firstMs;
    return toFirst > 0n ? READ_UNKNOWN : toFirst === 0n ? 1n : 0n;
  }
}
