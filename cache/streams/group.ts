// The consumer groups of an open stream: one record each, found by name, with a number that the records of its
// consumers and of what is pending begin with (stream_records.ts). Finds, makes and removes groups; counts what is theirs
// without a look at it. consumer.ts and pending.ts have the rest.

import { FULL_ID_BYTES, StreamId } from "../collections/stream_id.ts";
import { NUMBER_BYTES, StreamRecord } from "./record.ts";
import { readTextKey, RecordKind, VALUE_BYTES } from "../collections/stream_records.ts";
import type { StreamView } from "../collections/stream_view.ts";

/** What a group has read whose count is not known. */
export const READ_UNKNOWN: bigint = -1n;

const VALUE = VALUE_BYTES[RecordKind.group];
/** Longer than what follows the number of a group in any key but those of names. */
const PAST_BYTES = 64;
const NO_BYTES = new Uint8Array();
/** What is of a group, by its number. */
const OWN_KINDS: readonly RecordKind[] = [
  RecordKind.pendingOf,
  RecordKind.pending,
  RecordKind.consumerOf,
  RecordKind.consumer,
];

/** A group of an open stream. */
export class StreamGroup {
  /** The stream. */
  view!: StreamView;
  /** Its number within the stream. */
  number = 0;
  /** The last id that it has delivered. */
  readonly last: StreamId = new StreamId();
  /** How many entries it has read, or {@linkcode READ_UNKNOWN}. */
  entriesRead: bigint = READ_UNKNOWN;
  /** The key of its record. */
  readonly #key = new StreamRecord();
  readonly #record = new StreamRecord();

  /** Opens the group of this name in an open stream. Returns false where there is none. */
  find(view: StreamView, name: Uint8Array, start: number, length: number): boolean {
    this.view = view;
    this.#key.begin().key(name, start, length);
    if (!this.#seek()) return false;
    this.#read();
    return true;
  }

  #seek(): boolean {
    return this.view.findRecord(RecordKind.group, this.#key.bytes, 0, this.#key.length);
  }

  /** Makes a group of this name, which is not there, with the number and all else that its fields have. */
  create(view: StreamView, name: Uint8Array, start: number, length: number): void {
    this.view = view;
    const { bytes, length: keyBytes } = this.#key.begin().key(name, start, length);
    const record = this.#value(this.#record.begin().raw(bytes, 0, keyBytes));
    view.put(RecordKind.group, record.bytes, 0, record.length);
  }

  #value(record: StreamRecord): StreamRecord {
    return record.number(this.number).id(this.last).bigCount(this.entriesRead);
  }

  /** Writes what its fields have by now. The cursor is there then. */
  save(): void {
    this.#seek();
    const { bytes, length } = this.#value(this.#record.begin());
    this.view.overwrite(this.#key.length, bytes, 0, length);
  }

  /** Reads the record at the cursor. */
  #read(): void {
    const record = this.#record.read(this.view);
    const at = record.length - VALUE;
    this.#key.begin().raw(record.bytes, 0, at);
    this.number = record.numberAt(at);
    this.last.readFull(record.bytes, at + NUMBER_BYTES);
    this.entriesRead = record.bigCountAt(at + NUMBER_BYTES + FULL_ID_BYTES);
  }

  /** Opens the first group of an open stream, in the order of names. Returns false where there is none. */
  first(view: StreamView): boolean {
    this.view = view;
    return view.seekRecord(RecordKind.group, NO_BYTES, 0, 0) && this.#enter();
  }

  /** The same of the first group whose name is behind this one. */
  after(view: StreamView, name: Uint8Array): boolean {
    this.view = view;
    const { bytes, length } = this.#record.begin().key(name, 0, name.length).last(PAST_BYTES);
    return view.seekRecord(RecordKind.group, bytes, 0, length) && this.#enter();
  }

  /** The same of the group behind this one, wherever the cursor is. */
  next(): boolean {
    this.#seek();
    return this.view.next() && this.#enter();
  }

  #enter(): boolean {
    if (this.view.score !== RecordKind.group) return false;
    this.#read();
    return true;
  }

  /** Its name. */
  name(): Uint8Array<ArrayBuffer> {
    const { bytes, length } = this.#key;
    const name = new Uint8Array(length);
    return name.subarray(0, readTextKey(bytes, 0, name, 0));
  }

  /** How many groups there are in an open stream. */
  static countIn(view: StreamView): number {
    const end = view.rankOfRecord(RecordKind.consumer, NO_BYTES, 0, 0);
    return end - view.rankOfRecord(RecordKind.group, NO_BYTES, 0, 0);
  }

  /** Removes it with all that is its. */
  remove(): void {
    for (const kind of OWN_KINDS) {
      const from = this.rankOf(kind);
      this.view.removeRange(from, this.rankBehind(kind) - from);
    }
    this.#seek();
    this.view.removeRecord();
  }

  /** How many consumers it has. */
  get consumerCount(): number {
    return this.#count(RecordKind.consumerOf);
  }

  /** How many entries are pending. */
  get pendingCount(): number {
    return this.#count(RecordKind.pending);
  }

  /** How many entries are pending for the consumer of this number. */
  ownedCount(consumer: number): number {
    const kind = RecordKind.pendingOf;
    return this.rankBehind(kind, consumer) - this.rankOf(kind, consumer);
  }

  #count(kind: RecordKind): number {
    return this.rankBehind(kind) - this.rankOf(kind);
  }

  /** How many records are before the first of this kind that is the group's, or of this consumer of it. */
  rankOf(kind: RecordKind, consumer = -1): number {
    return this.#rank(kind, this.#numbers(consumer));
  }

  /** How many are before what follows the last of them. */
  rankBehind(kind: RecordKind, consumer = -1): number {
    return this.#rank(kind, this.#numbers(consumer).last(PAST_BYTES));
  }

  #numbers(consumer: number): StreamRecord {
    const record = this.#record.begin().number(this.number);
    return consumer < 0 ? record : record.number(consumer);
  }

  #rank(kind: RecordKind, { bytes, length }: StreamRecord): number {
    return this.view.rankOfRecord(kind, bytes, 0, length);
  }
}
