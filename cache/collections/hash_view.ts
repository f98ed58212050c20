// A hash, opened: fields with a value each, and perhaps a deadline. Fields whose deadline has passed are gone: they are
// removed when the hash is opened, or while it is large in steps, by the sweep; until then no lookup finds them.
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import { KIND_MEMBER_DEADLINES, MEMBER_TAIL_BYTES } from "../layout.ts";
import {
  hasMemberDeadlines,
  MemberDeadlines,
  readTail,
  readTime,
  writeTime,
} from "../member_deadlines.ts";
import type { Shard } from "../shard.ts";
import { Opening } from "./collection.ts";
import {
  DEADLINE_HEAD_BYTES,
  entrySize,
  Shape,
  sizeForSpan,
  SPAN_DEADLINE,
  spanLength,
  spanSize,
  writeSpan,
} from "./entries.ts";
import { KeyedCollection } from "./keyed.ts";

/** Up to so many fields are looked at in one go where some of them have expired. */
const SWEEP_FIELDS = 1000;

/** A hash. */
export class HashView extends KeyedCollection {
  readonly #deadlines = new MemberDeadlines();
  /** Whether a lookup finds fields that have expired, too. */
  #isRaw = false;

  constructor() {
    super(ItemType.hash, Shape.field);
  }

  /** Opens the hash, without fields that have expired unless there are many; see Collection.open(). */
  override open(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
    isRead: boolean,
  ): Opening {
    const opening = this.#openRaw(shard, database, hash, key, start, length, isRead);
    if (opening !== Opening.found || !this.isDue || this.count > SWEEP_FIELDS) return opening;
    this.#sweep();
    return this.#openRaw(shard, database, hash, key, start, length, false);
  }

  #openRaw(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
    isRead: boolean,
  ): Opening {
    const opening = super.open(shard, database, hash, key, start, length, isRead);
    this.#deadlines.isThere = false;
    if (opening !== Opening.found || !hasMemberDeadlines(shard.memory, this.address)) {
      return opening;
    }
    readTail(shard.memory, this.address);
    this.#deadlines.read(shard.memory.tail, 0);
    return opening;
  }

  /** See Collection.openEmpty(). */
  override openEmpty(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
  ): void {
    super.openEmpty(shard, database, hash, key, start, length);
    this.#deadlines.isThere = false;
  }

  /** The same with space for deadlines; see Collection.hasRoom(). */
  override hasRoom(entries: number, bytes: number): boolean {
    return super.hasRoom(entries, bytes + MEMBER_TAIL_BYTES);
  }

  /** Whether fields may have expired that nobody has removed: only of a large hash when it is open. */
  get isDue(): boolean {
    const { isThere, earliestMs } = this.#deadlines;
    return isThere && earliestMs <= this.shard.memory.now();
  }

  /** Whether the field at the cursor has expired. */
  get isExpired(): boolean {
    if (!this.#deadlines.isThere) return false;
    const { deadlineMs } = this;
    return deadlineMs !== 0 && deadlineMs <= this.shard.memory.now();
  }

  /**
   * Opens the hash under a key and removes fields that have expired, or looks for them in a part of a large hash: then the
   * next call goes on behind it.
   */
  sweep(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
  ): void {
    const opening = this.#openRaw(shard, database, hash, key, start, length, false);
    if (opening === Opening.found && this.isDue) this.#sweep();
  }

  #sweep(): void {
    const deadlines = this.#deadlines;
    const expired: Uint8Array[] = [];
    deadlines.swept = this.scan(deadlines.swept, SWEEP_FIELDS, () => {
      if (this.isExpired) expired.push(this.member());
      else if (this.deadlineMs !== 0) deadlines.see(this.deadlineMs);
    });
    for (const field of expired) this.remove(field, 0, field.length);
    if (deadlines.swept === 0) deadlines.endSweep();
    this.splice(this.end, 0, 0, 0);
    this.close();
  }

  /** Puts the cursor on the field that is these bytes. Returns false if there is none, or if it has expired. */
  override find(field: Uint8Array, start: number, length: number): boolean {
    return super.find(field, start, length) && (this.#isRaw || !this.isExpired);
  }

  /** Removes a field. Returns whether it was there and had not expired. */
  override remove(field: Uint8Array, start: number, length: number): boolean {
    if (!this.#deadlines.isThere) return super.remove(field, start, length);
    if (!super.find(field, start, length)) return false;
    const hasExpired = this.isExpired;
    if (this.deadlineMs === 0) this.#deadlines.lasting--;
    this.#isRaw = true;
    super.remove(field, start, length);
    this.#isRaw = false;
    return !hasExpired;
  }

  /** Removes up to `count` fields from number `index` on, those that have expired included. */
  override removeRange(index: number, count: number): void {
    if (this.#deadlines.isThere) {
      let more = this.seek(index);
      for (let i = 0; i < count && more; i++, more = this.next()) {
        if (this.deadlineMs === 0) this.#deadlines.lasting--;
      }
    }
    super.removeRange(index, count);
  }

  /** Writes the tail, where fields have deadlines. */
  protected override writeTail(): number {
    const deadlines = this.#deadlines;
    if (!deadlines.isThere || deadlines.lasting === this.count) return 0;
    deadlines.write(this.entry, 0);
    this.splice(this.end, 0, MEMBER_TAIL_BYTES, 0);
    return KIND_MEMBER_DEADLINES;
  }

  get #valuePlace(): number {
    return this.at + spanSize(this.bytes, this.at);
  }

  /** Length of the value at the cursor. */
  get valueBytes(): number {
    return spanLength(this.bytes, this.#valuePlace);
  }

  /** Copies the value at the cursor to `to`, from `at`. */
  readValue(to: Uint8Array, at: number): void {
    this.readSpan(this.#valuePlace, to, at);
  }

  /** A copy of the value at the cursor. */
  value(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.valueBytes);
    this.readValue(copy, 0);
    return copy;
  }

  /** Deadline of the field at the cursor in milliseconds since 1970, or 0. */
  get deadlineMs(): number {
    const { bytes } = this;
    const at = this.#valuePlace;
    if (bytes[at] !== SPAN_DEADLINE) return 0;
    return readTime(bytes, at + 1);
  }

  /**
   * Gives a field a value, and a deadline unless it is 0: then it has none. Returns whether the field is new, or has
   * expired.
   */
  put(
    field: Uint8Array,
    fieldStart: number,
    fieldBytes: number,
    value: Uint8Array,
    valueStart: number,
    valueBytes: number,
    deadlineMs = 0,
  ): boolean {
    this.reserveEntry(sizeForSpan(fieldBytes) + DEADLINE_HEAD_BYTES + sizeForSpan(valueBytes));
    let end = writeSpan(this.entry, 0, field, fieldStart, fieldBytes);
    if (deadlineMs !== 0) end = this.#writeDeadline(end, deadlineMs);
    end = writeSpan(this.entry, end, value, valueStart, valueBytes);
    const isThere = super.find(field, fieldStart, fieldBytes);
    const isNew = !isThere || this.isExpired;
    if (deadlineMs !== 0 || this.#deadlines.isThere) this.#noteDeadline(isThere, deadlineMs);
    if (isThere) this.splice(this.at, entrySize(this.shape, this.bytes, this.at), end, 0);
    else this.splice(this.end, 0, end, 1);
    return isNew;
  }

  /** The field at the cursor, which `isThere` or else is about to come, gets this deadline. */
  #noteDeadline(isThere: boolean, deadlineMs: number): void {
    const deadlines = this.#deadlines;
    if (!deadlines.isThere) deadlines.begin(this.count);
    if (isThere && this.deadlineMs === 0) deadlines.lasting--;
    if (deadlineMs === 0) deadlines.lasting++;
    else deadlines.note(deadlineMs);
  }

  #writeDeadline(at: number, deadlineMs: number): number {
    this.entry[at] = SPAN_DEADLINE;
    writeTime(this.entry, at + 1, deadlineMs);
    return at + DEADLINE_HEAD_BYTES;
  }
}
