/**
 * Writes streams as DUMP of Redis 7.0 does: entries in nodes of up to 100, each a listpack whose IDs are differences
 * from the node's and whose fields stand once where they are the same; then what the stream has counted, then groups.
 * A stream that was only added to comes out byte for byte as from Redis. The format: rdb.c and t_stream.c of Redis.
 *
 * @module
 */

import { DumpType, DumpWriter } from "./dump_writer.ts";
import { ListpackWriter } from "./listpack_writer.ts";

/** A node has no more entries, and none is added to one that has so many bytes. */
const MAX_NODE_ENTRIES = 100;
const MAX_NODE_BYTES = 4096;
const ID_BYTES = 16;
const FLAG_SAME_FIELDS = 2;
/** Flags, the two parts of the ID, and how many parts there are; that one is not counted. */
const FIXED_PARTS = 3;

/** The fields and values of an entry, in turn: where each lies in `bytes`. */
export interface EntryFields {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/** What a stream has counted besides its entries. */
export interface StreamCounts {
  /** The last ID; the first that is there, or 0-0; the greatest that was deleted: milliseconds and number each. */
  readonly last: readonly [ms: bigint, seq: bigint];
  readonly first: readonly [ms: bigint, seq: bigint];
  readonly deleted: readonly [ms: bigint, seq: bigint];
  /** How many entries there are, and how many were ever added. */
  readonly entries: number;
  readonly added: bigint;
}

/** Writes one stream: all of its entries, then what it has counted, then its groups one after the other. */
export class StreamWriter {
  readonly #to: DumpWriter;
  /** How many nodes there are stands in front of them, and is known behind the last. */
  readonly #nodes = new DumpWriter();
  #nodeCount = 0;
  readonly #node = new ListpackWriter();
  readonly #id = new Uint8Array(ID_BYTES);
  #ms = 0n;
  #seq = 0n;
  #entryCount = 0;
  /** The fields of the node's first entry. */
  #names: Uint8Array[] = [];

  /** Writes it to `to`. */
  constructor(to: DumpWriter) {
    this.#to = to;
  }

  /** Adds an entry, whose ID is greater than that before. */
  entry(ms: bigint, seq: bigint, fields: EntryFields): void {
    const { lengths } = fields;
    const node = this.#node;
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    // With the byte at its end, which is not written yet.
    const isFull = this.#entryCount === MAX_NODE_ENTRIES ||
      node.length + 1 + bytes >= MAX_NODE_BYTES;
    const isSame = this.#entryCount > 0 && !isFull
      ? this.#hasSameNames(fields)
      : this.#begin(ms, seq, fields);
    this.#entryCount++;
    node.addInteger(isSame ? FLAG_SAME_FIELDS : 0);
    node.addInteger(BigInt.asIntN(64, ms - this.#ms));
    node.addInteger(BigInt.asIntN(64, seq - this.#seq));
    if (!isSame) node.addInteger(lengths.length / 2);
    for (const [i, length] of lengths.entries()) {
      if (i % 2 === 1 || !isSame) node.add(fields.bytes, fields.starts[i]!, length);
    }
    node.addInteger(FIXED_PARTS + (isSame ? lengths.length / 2 : lengths.length + 1));
  }

  /** Ends the node before, and begins one with the fields of its first entry. */
  #begin(ms: bigint, seq: bigint, { bytes, starts, lengths }: EntryFields): true {
    this.#endNode();
    const node = this.#node;
    this.#nodeCount++;
    [this.#ms, this.#seq] = [ms, seq];
    this.#names = [];
    node.begin();
    node.addInteger(0); // how many entries there are, which is known at the end
    node.addInteger(0);
    node.addInteger(lengths.length / 2);
    for (let i = 0; i < lengths.length; i += 2) {
      const [at, length] = [starts[i]!, lengths[i]!];
      this.#names.push(bytes.slice(at, at + length));
      node.add(bytes, at, length);
    }
    node.addInteger(0);
    return true;
  }

  #hasSameNames({ bytes, starts, lengths }: EntryFields): boolean {
    const names = this.#names;
    if (lengths.length !== 2 * names.length) return false;
    return names.every((name, i) => {
      const at = starts[2 * i]!;
      return lengths[2 * i] === name.length && name.every((byte, j) => byte === bytes[at + j]);
    });
  }

  #endNode(): void {
    if (this.#entryCount === 0) return;
    const node = this.#node;
    node.setFirst(this.#entryCount);
    this.#entryCount = 0;
    const view = new DataView(this.#id.buffer);
    view.setBigUint64(0, this.#ms);
    view.setBigUint64(8, this.#seq);
    this.#nodes.string(this.#id, 0, ID_BYTES);
    this.#nodes.listpack(node);
  }

  /** All entries have come; so many groups follow. */
  head({ last, first, deleted, entries, added }: StreamCounts, groups: number): void {
    this.#endNode();
    const to = this.#to;
    to.begin(DumpType.stream);
    to.count(this.#nodeCount);
    to.append(this.#nodes);
    to.count(entries);
    for (const number of [...last, ...first, ...deleted, added]) to.bigCount(number);
    to.count(groups);
  }

  /** A group, in which so many entries are pending. One that has read nobody knows what has read -1. */
  group(
    name: Uint8Array,
    last: readonly [ms: bigint, seq: bigint],
    read: bigint,
    pending: number,
  ): void {
    const to = this.#to;
    to.string(name, 0, name.length);
    for (const number of [...last, BigInt.asUintN(64, read)]) to.bigCount(number);
    to.count(pending);
  }

  /** An entry that is pending in the group, in the order of IDs, which have 16 bytes, the highest first. */
  pending(id: Uint8Array, start: number, timeMs: number, deliveries: number): void {
    const to = this.#to;
    to.raw(id, start, ID_BYTES);
    to.time(timeMs);
    to.bigCount(deliveries);
  }

  /** How many consumers the group has, which follow. */
  consumers(count: number): void {
    this.#to.count(count);
  }

  /** A consumer, and how many of the pending entries are its. */
  consumer(name: Uint8Array, seenMs: number, owned: number): void {
    const to = this.#to;
    to.string(name, 0, name.length);
    to.time(seenMs);
    to.count(owned);
  }

  /** One of these. */
  owned(id: Uint8Array, start: number): void {
    this.#to.raw(id, start, ID_BYTES);
  }
}
