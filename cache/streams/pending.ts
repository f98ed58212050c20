// What is pending in a group: entries that were delivered and are not acknowledged, in the order of their ids, of the
// whole group or of one consumer. Finds, adds, changes and removes them; each has two records, one by id alone and one
// by consumer and id.

import type { StreamGroup } from "./group.ts";
import { FULL_ID_BYTES, StreamId } from "../collections/stream_id.ts";
import { COUNT_BYTES, NUMBER_BYTES, StreamRecord } from "./record.ts";
import { RecordKind } from "../collections/stream_records.ts";

const KEY = NUMBER_BYTES + FULL_ID_BYTES;

/** An entry that is pending in an open group. */
export class StreamPending {
  /** Its id. */
  readonly id: StreamId = new StreamId();
  /** The number of its consumer. */
  owner = 0;
  /** When it was delivered last. */
  deliveredMs = 0;
  /** How often it was delivered. */
  deliveries = 0;
  #group!: StreamGroup;
  readonly #record = new StreamRecord();
  readonly #key = new StreamRecord();

  /** Opens that with this id. Returns false where it is not pending. */
  find(group: StreamGroup, id: StreamId): boolean {
    this.#group = group;
    const { bytes, length } = this.#key.begin().number(group.number).id(id);
    if (!group.view.findRecord(RecordKind.pending, bytes, 0, length)) return false;
    this.#read();
    return true;
  }

  /** Opens the first from this id on. Returns false where there is none. */
  seek(group: StreamGroup, from: StreamId): boolean {
    this.#group = group;
    const { bytes, length } = this.#key.begin().number(group.number).id(from);
    return group.view.seekRecord(RecordKind.pending, bytes, 0, length) && this.#enter();
  }

  /** Opens the one behind it, at which the cursor still is. Returns false where there is none. */
  next(): boolean {
    return this.#group.view.next() && this.#enter();
  }

  /** Opens the one before it. */
  previous(): boolean {
    return this.#group.view.previous() && this.#enter();
  }

  /** Opens the last one of the group. */
  last(group: StreamGroup): boolean {
    this.#group = group;
    return group.view.seek(group.rankBehind(RecordKind.pending) - 1) && this.#enter();
  }

  #enter(): boolean {
    const { view, number } = this.#group;
    if (view.score !== RecordKind.pending) return false;
    this.#read();
    return this.#record.numberAt(0) === number;
  }

  #read(): void {
    const record = this.#record.read(this.#group.view);
    this.id.readFull(record.bytes, NUMBER_BYTES);
    this.owner = record.numberAt(KEY);
    this.deliveredMs = record.countAt(KEY + NUMBER_BYTES);
    this.deliveries = record.countAt(KEY + NUMBER_BYTES + COUNT_BYTES);
  }

  /** Opens the first one of a consumer from this id on, of which only the id is read. Returns false where there is none. */
  seekOwned(group: StreamGroup, consumer: number, from: StreamId): boolean {
    this.#group = group;
    const { bytes, length } = this.#record.begin().number(group.number).number(consumer).id(from);
    return group.view.seekRecord(RecordKind.pendingOf, bytes, 0, length) &&
      this.#enterOwned(consumer);
  }

  /** The same of the one behind it, at which the cursor still is. */
  nextOwned(consumer: number): boolean {
    return this.#group.view.next() && this.#enterOwned(consumer);
  }

  #enterOwned(consumer: number): boolean {
    const { view, number } = this.#group;
    if (view.score !== RecordKind.pendingOf) return false;
    const record = this.#record.read(view);
    this.id.readFull(record.bytes, 2 * NUMBER_BYTES);
    this.owner = consumer;
    return record.numberAt(0) === number && record.numberAt(NUMBER_BYTES) === consumer;
  }

  /** Adds an entry that is not pending, with what the fields have. */
  add(group: StreamGroup, id: StreamId): void {
    this.#group = group;
    this.id.copy(id);
    const record = this.#value(this.#record.begin().number(group.number).id(id));
    group.view.put(RecordKind.pending, record.bytes, 0, record.length);
    this.#addOwned();
  }

  #value(record: StreamRecord): StreamRecord {
    return record.number(this.owner).count(this.deliveredMs).count(this.deliveries);
  }

  #addOwned(): void {
    const { number, view } = this.#group;
    const { bytes, length } = this.#record.begin().number(number).number(this.owner).id(this.id);
    view.put(RecordKind.pendingOf, bytes, 0, length);
  }

  /** Writes what the fields have, of one that was `before`'s. The cursor is nowhere then. */
  save(before: number): void {
    const { number, view } = this.#group;
    const key = this.#key.begin().number(number).id(this.id);
    view.findRecord(RecordKind.pending, key.bytes, 0, key.length);
    const { bytes, length } = this.#value(this.#record.begin());
    view.overwrite(KEY, bytes, 0, length);
    if (this.owner === before) return;
    this.#removeOwned(before);
    this.#addOwned();
  }

  /** Removes it. The cursor is nowhere then. */
  remove(): void {
    const { number, view } = this.#group;
    const { bytes, length } = this.#key.begin().number(number).id(this.id);
    view.findRecord(RecordKind.pending, bytes, 0, length);
    view.removeRecord();
    this.#removeOwned(this.owner);
  }

  #removeOwned(owner: number): void {
    const { number, view } = this.#group;
    const { bytes, length } = this.#record.begin().number(number).number(owner).id(this.id);
    view.findRecord(RecordKind.pendingOf, bytes, 0, length);
    view.removeRecord();
  }
}
