// A hash, opened: fields with a value each, and perhaps a deadline. Fields whose deadline has passed are gone: they are
// removed when the hash is opened, or while it is large in steps, by the sweep; until then no lookup finds them.
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import { KeyEventHint } from "../key_events.ts";
import { MEMBER_TAIL_BYTES } from "../layout.ts";
import {
  hasMemberDeadlines,
  MemberDeadlines,
  readTail,
  readTime,
  writeTime,
} from "../member_deadlines.ts";
import type { Shard } from "../shard.ts";
import { Opening } from "./opened_item.ts";
import {
  DEADLINE_HEAD_BYTES,
  Shape,
  sizeForSpan,
  SPAN_DEADLINE,
  spanLength,
  spanSize,
  writeSpan,
} from "../trees/entries.ts";
import { KeyedCollection } from "./keyed.ts";

/** Up to so many fields are looked at in one go where some of them have expired. */
const SWEEP_FIELDS = 1000;

/** A hash. */
export class HashView extends KeyedCollection {
  readonly #deadlines = new MemberDeadlines();
  /** Whether a lookup finds fields that have expired, too. */
  #isRaw = false;

  /** A hash, to be opened. */
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
    // What was noted before this pass may be gone.
    if (deadlines.swept === 0) deadlines.seenMs = 0;
    deadlines.swept = this.scan(deadlines.swept, SWEEP_FIELDS, () => {
      if (this.isExpired) expired.push(this.member());
      else if (this.deadlineMs !== 0) deadlines.see(this.deadlineMs);
    });
    for (const field of expired) this.remove(field, 0, field.length);
    if (deadlines.swept === 0) deadlines.endSweep();
    this.beginChange(0);
    const { keyEvents } = this.shard.memory.region;
    if (keyEvents !== null) keyEvents.hint = KeyEventHint.isSwept;
    this.close();
    if (keyEvents !== null) keyEvents.hint = 0;
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
  protected override writeTail(to: Uint8Array, at: number): boolean {
    const deadlines = this.#deadlines;
    if (!deadlines.isThere || deadlines.lasting === this.count) return false;
    deadlines.write(to, at);
    return true;
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
    if (!super.find(field, fieldStart, fieldBytes)) {
      this.addEntry(end);
      return true;
    }
    const isNew = this.isExpired;
    const wasTree = this.isTree;
    this.beginChange(end);
    // What has become a tree just now has to be searched anew.
    if (this.isTree !== wasTree) super.find(field, fieldStart, fieldBytes);
    this.replaceEntry(end);
    return isNew;
  }

  /** Adds the plain field of `size` bytes in {@linkcode entry}, which is not there. */
  protected override addEntry(size: number): void {
    this.#noteDeadline(false);
    super.addEntry(size);
  }

  /** Replaces the field at the cursor by the plain one of `size` bytes in {@linkcode entry}. */
  protected override replaceEntry(size: number): void {
    this.#noteDeadline(true);
    super.replaceEntry(size);
  }

  /** The field in {@linkcode entry} is about to come, or to replace that at the cursor. */
  #noteDeadline(isThere: boolean): void {
    const deadlines = this.#deadlines;
    const { entry } = this;
    const at = spanSize(entry, 0);
    const deadlineMs = entry[at] === SPAN_DEADLINE ? readTime(entry, at + 1) : 0;
    if (deadlineMs === 0 && !deadlines.isThere) return;
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
