// The consumers of a group: found by name, and by the number that what is pending has of them. Finds, makes, and walks
// over them in the order of their names.

import type { StreamGroup } from "./group.ts";
import { NUMBER_BYTES, StreamRecord } from "./record.ts";
import { readTextKey, RecordKind, VALUE_BYTES } from "../collections/stream_records.ts";

const VALUE = VALUE_BYTES[RecordKind.consumer];
const NUMBERS = 2 * NUMBER_BYTES;

/** A consumer of an open group. */
export class StreamConsumer {
  /** Its number within the group. */
  number = 0;
  /** When it was seen last. */
  seenMs = 0;
  #group!: StreamGroup;
  /** The key of its record by name. */
  readonly #key = new StreamRecord();
  readonly #record = new StreamRecord();

  /** Opens the consumer of this name. Returns false where there is none. */
  find(group: StreamGroup, name: Uint8Array, start: number, length: number): boolean {
    this.#group = group;
    this.#key.begin().number(group.number).key(name, start, length);
    if (!this.#seek()) return false;
    this.#read();
    return true;
  }

  #seek(): boolean {
    const { bytes, length } = this.#key;
    return this.#group.view.findRecord(RecordKind.consumer, bytes, 0, length);
  }

  #read(): void {
    const record = this.#record.read(this.#group.view);
    const at = record.length - VALUE;
    this.#key.begin().raw(record.bytes, 0, at);
    this.number = record.numberAt(at);
    this.seenMs = record.countAt(at + NUMBER_BYTES);
  }

  /** Makes a consumer of this name, which is not there. */
  create(
    group: StreamGroup,
    name: Uint8Array,
    start: number,
    length: number,
    seenMs: number,
  ): void {
    const { view, number } = group;
    this.#group = group;
    this.number = this.#nextNumber();
    this.seenMs = seenMs;
    const key = this.#key.begin().number(number).key(name, start, length);
    const record = this.#record.begin().raw(key.bytes, 0, key.length).number(this.number)
      .count(seenMs);
    view.put(RecordKind.consumer, record.bytes, 0, record.length);
    record.begin().number(number).number(this.number).raw(name, start, length);
    view.put(RecordKind.consumerOf, record.bytes, 0, record.length);
  }

  /** The number behind that of the last consumer: of one that is gone nothing is kept. */
  #nextNumber(): number {
    const { view, number } = this.#group;
    const rank = this.#group.rankBehind(RecordKind.consumerOf);
    if (!view.seek(rank - 1) || view.score !== RecordKind.consumerOf) return 0;
    const record = this.#record.read(view);
    return record.numberAt(0) === number ? record.numberAt(NUMBER_BYTES) + 1 : 0;
  }

  /** Notes that it has been seen, just after it was found: the cursor is there still. */
  touch(seenMs: number): void {
    if (this.seenMs === seenMs) return;
    this.seenMs = seenMs;
    const { bytes, length } = this.#record.begin().count(seenMs);
    this.#group.view.overwrite(this.#key.length + NUMBER_BYTES, bytes, 0, length);
  }

  /** Removes it. Nothing may be pending for it. */
  remove(): void {
    const { view } = this.#group;
    this.#seek();
    view.removeRecord();
    this.#seekNumber(this.number);
    view.removeRecord();
  }

  #seekNumber(number: number): boolean {
    const { bytes, length } = this.#record.begin().number(this.#group.number).number(number);
    return this.#group.view.findRecord(RecordKind.consumerOf, bytes, 0, length);
  }

  /** Opens the first consumer of a group, in the order of names. Returns false where there is none. */
  first(group: StreamGroup): boolean {
    this.#group = group;
    const { bytes, length } = this.#key.begin().number(group.number);
    return group.view.seekRecord(RecordKind.consumer, bytes, 0, length) && this.#enter();
  }

  /** The same of the first consumer whose name is behind this one. */
  after(group: StreamGroup, name: Uint8Array): boolean {
    this.#group = group;
    const { bytes, length } = this.#record.begin().number(group.number).key(name, 0, name.length)
      .last(VALUE + 1);
    return group.view.seekRecord(RecordKind.consumer, bytes, 0, length) && this.#enter();
  }

  /** The same of the consumer behind this one, wherever the cursor is. */
  next(): boolean {
    this.#seek();
    return this.#group.view.next() && this.#enter();
  }

  #enter(): boolean {
    if (this.#group.view.score !== RecordKind.consumer) return false;
    this.#read();
    return this.#key.numberAt(0) === this.#group.number;
  }

  /** Its name. */
  name(): Uint8Array<ArrayBuffer> {
    const { bytes, length } = this.#key;
    const name = new Uint8Array(length);
    return name.subarray(0, readTextKey(bytes, NUMBER_BYTES, name, 0));
  }

  /** The name of the group's consumer of this number. */
  nameOf(group: StreamGroup, number: number): Uint8Array<ArrayBuffer> {
    this.#group = group;
    if (!this.#seekNumber(number)) return new Uint8Array();
    const record = this.#record.read(group.view);
    return record.bytes.slice(NUMBERS, record.length);
  }
}
