// A stream, opened: records in the order of (score, bytes), each with a key that is there once; stream_records.ts says
// which. They are found and removed by their keys, and overwritten where they lie. Knows no group and no command.

import { ItemType } from "../item_types.ts";
import { VALUE_BYTES_MASK } from "../layout.ts";
import {
  entrySize,
  SCORE_BYTES,
  Shape,
  sizeForSpan,
  spanLength,
  spanStart,
  writeSpan,
  writeSpanHead,
} from "../trees/entries.ts";
import { Bound } from "../trees/ordered_walk.ts";
import { Operation } from "./change_log.ts";
import { Collection } from "./collection.ts";
import { recordKeyBytes } from "./stream_records.ts";

/** Id and number of fields take less. */
const MAX_HEAD_BYTES = 32;
/** A key of a record takes no more bytes than its name needs, and a few. */
const KEY_HEAD_BYTES = 64;

/** A stream. */
export class StreamView extends Collection {
  /** Where {@linkcode openRecord} has put the record's bytes. */
  recordBytes: Uint8Array = new Uint8Array();
  /** The first of them there. */
  recordStart = 0;
  /** Space for what an entry begins with. */
  readonly head: Uint8Array = new Uint8Array(MAX_HEAD_BYTES);

  /** A stream, to be opened. */
  constructor() {
    super(ItemType.stream, Shape.scored);
  }

  /** The score at the cursor. */
  get score(): number {
    return this.view.getFloat64(this.at, true);
  }

  /**
   * Makes the bytes of the record at the cursor one run. Returns how many there are; where they are stands in
   * {@linkcode recordBytes} and {@linkcode recordStart}, until anything else is read or changed.
   */
  openRecord(): number {
    return this.openRecordStart(VALUE_BYTES_MASK);
  }

  /** The same of its first `most` bytes, or all where there are no more. */
  openRecordStart(most: number): number {
    const { spans, bytes } = this;
    const length = spans.beginning(this.shard.memory, bytes, this.at + SCORE_BYTES, most);
    this.recordBytes = spans.bytes;
    this.recordStart = spans.start;
    return length;
  }

  /** Puts the cursor on the first record that is not before these. Returns false where there is none. */
  seekRecord(score: number, bytes: Uint8Array, start: number, length: number): boolean {
    this.#seekPlace(score, bytes, start, length);
    if (this.at < this.end) return true;
    if (!this.isTree || !this.form.tree.nextLeaf()) return false;
    this.enterLeaf();
    this.at = this.from;
    return true;
  }

  /** Puts the cursor where a record is or would be; that may be the end of a leaf. */
  #seekPlace(score: number, member: Uint8Array, start: number, length: number): void {
    if (this.isTree) {
      this.form.tree.seekScore(score, Bound.member, member, start, length);
      this.enterLeaf();
    }
    const { spans, shard: { memory }, bytes, view, from, end } = this;
    this.at = spans.lowerBound(memory, bytes, view, from, end, score, member, start, length);
  }

  /** Puts the cursor on the record with this key. Returns false where there is none: then it may not be used. */
  findRecord(score: number, key: Uint8Array, start: number, length: number): boolean {
    return this.seekRecord(score, key, start, length) && this.isAt(score, key, start, length);
  }

  /** Whether the record at the cursor has this key. */
  isAt(score: number, key: Uint8Array, start: number, length: number): boolean {
    if (this.score !== score) return false;
    const place = this.at + SCORE_BYTES;
    if (spanLength(this.bytes, place) < length) return false;
    const { spans, shard: { memory } } = this;
    spans.beginning(memory, this.bytes, place, length);
    for (let i = length - 1; i >= 0; i--) {
      if (spans.bytes[spans.start + i] !== key[start + i]) return false;
    }
    return true;
  }

  /** Puts the cursor on the last record. Returns false where there is none. */
  seekLast(): boolean {
    if (this.isTree) {
      this.form.tree.seekEnd();
      this.enterLeaf();
    }
    let at = this.from;
    if (at === this.end) return false;
    for (let next = at; next < this.end; next += entrySize(this.shape, this.bytes, at)) at = next;
    this.at = at;
    return true;
  }

  /** How many records are before the cursor. */
  get place(): number {
    const inLeaf = this.entriesBefore(this.at);
    return this.isTree ? this.form.tree.entriesBefore() + inLeaf : inLeaf;
  }

  /** How many records are before these. */
  rankOfRecord(score: number, bytes: Uint8Array, start: number, length: number): number {
    this.#seekPlace(score, bytes, start, length);
    return this.place;
  }

  /** Adds a record whose key is not there. The cursor is nowhere then. */
  put(score: number, bytes: Uint8Array, start: number, length: number): void {
    this.#addEntry(this.#write(score, bytes, start, length), false);
  }

  /** The same of one that is behind all others, which is not looked at. */
  append(score: number, bytes: Uint8Array, start: number, length: number): void {
    this.#addEntry(this.#write(score, bytes, start, length), true);
  }

  #write(score: number, bytes: Uint8Array, start: number, length: number): number {
    this.compose(score, length);
    return writeSpan(this.entry, SCORE_BYTES, bytes, start, length);
  }

  /**
   * Begins a record of this score and length behind all others. Returns the byte of {@linkcode composed} from which on its
   * bytes have to be written.
   */
  compose(score: number, length: number): number {
    this.reserveEntry(SCORE_BYTES + sizeForSpan(length));
    this.entryView.setFloat64(0, score, true);
    return writeSpanHead(this.entry, SCORE_BYTES, length);
  }

  /** Where the bytes of the record that was begun go. */
  get composed(): Uint8Array {
    return this.entry;
  }

  /** Adds the record that was begun, which ends at byte `end`. */
  appendComposed(end: number): void {
    this.#addEntry(end, true);
  }

  /** Adds the plain entry of `size` bytes in {@linkcode entry}. */
  #addEntry(size: number, isLast: boolean): void {
    this.beginChange(size);
    this.note(Operation.put, 0, 0, this.entry, 0, size);
    if (this.isTree) {
      if (isLast) this.form.append(this.entry, 0);
      else this.form.addInOrder(this.entry, 0);
    } else this.splice(isLast ? this.end : this.#placeInOrder(), 0, size, 1);
  }

  /** Before which of the packed entries {@linkcode entry} comes. */
  #placeInOrder(): number {
    const start = spanStart(this.entry, SCORE_BYTES);
    const length = spanLength(this.entry, SCORE_BYTES);
    this.#seekPlace(this.entryView.getFloat64(0, true), this.entry, start, length);
    return this.at;
  }

  /** Adds the plain entry at `at` of `bytes`, unless its key is there. */
  override addPlain(bytes: Uint8Array, at: number): void {
    const size = this.copyEntry(bytes, at);
    if (!this.#findEntry()) this.#addEntry(size, false);
  }

  /** Adds the plain entry at `at` of `bytes` in the place of that with its key, if there is one. */
  putPlain(bytes: Uint8Array, at: number): void {
    this.copyEntry(bytes, at);
    if (this.#findEntry()) this.removeRecord();
    this.#addEntry(this.copyEntry(bytes, at), false);
  }

  /** Puts the cursor on the record with the key of {@linkcode entry}. Returns false where there is none. */
  #findEntry(): boolean {
    const { entry } = this;
    const score = this.entryView.getFloat64(0, true);
    const start = spanStart(entry, SCORE_BYTES);
    const length = recordKeyBytes(score, entry, start, spanLength(entry, SCORE_BYTES));
    return this.findRecord(score, entry, start, length);
  }

  /**
   * Overwrites the record at the cursor from byte `offset` on, which is behind its key, by as many bytes as there are
   * then. The cursor stays.
   */
  overwrite(offset: number, bytes: Uint8Array, start: number, length: number): void {
    this.beginChange(0);
    if (this.isNoting) {
      const size = this.#writeKey(0, length);
      this.entry.set(bytes.subarray(start, start + length), size);
      this.note(Operation.patch, offset, length, this.entry, 0, size + length);
    }
    if (this.isTree) {
      this.form.overwrite(this.at + SCORE_BYTES, offset, bytes, start, length);
      return;
    }
    const { at } = this;
    this.reserveEntry(length);
    for (let i = 0; i < length; i++) this.entry[i] = bytes[start + i]!;
    this.splice(spanStart(this.bytes, at + SCORE_BYTES) + offset, length, length, 0);
  }

  /** Removes the record at the cursor, which is nowhere then. */
  removeRecord(): void {
    this.beginChange(0);
    if (this.isNoting) {
      this.note(Operation.removeRecord, 0, 0, this.entry, 0, this.#writeKey(0, 0));
    }
    if (this.isTree) this.form.removeAt(this.at);
    else this.splice(this.at, entrySize(this.shape, this.bytes, this.at), 0, -1);
  }

  /** Notes for the log that records are about to be removed. */
  protected override noteRange(index: number, count: number): void {
    if (!this.isNoting || !this.seek(index)) return;
    const first = this.#writeKey(0, 0);
    this.seek(index + count - 1);
    this.note(Operation.removeRecords, 0, 0, this.entry, 0, this.#writeKey(first, 0));
  }

  /**
   * Writes score and key of the record at the cursor to byte `to` of {@linkcode entry}, as an entry, with space for
   * `more` bytes behind it. Returns where that ends.
   */
  #writeKey(to: number, more: number): number {
    const { spans, score, bytes, shard: { memory } } = this;
    const place = this.at + SCORE_BYTES;
    const length = spanLength(bytes, place);
    // Of what is long only the key is needed, but that of a name is all but its end.
    const most = score >= 0 ? KEY_HEAD_BYTES : length;
    spans.beginning(memory, bytes, place, most);
    const keyBytes = recordKeyBytes(score, spans.bytes, spans.start, length);
    this.#reserveMore(to, SCORE_BYTES + sizeForSpan(keyBytes) + more);
    this.entryView.setFloat64(to, score, true);
    return writeSpan(this.entry, to + SCORE_BYTES, spans.bytes, spans.start, keyBytes);
  }

  /** Makes space for `length` bytes behind the first `kept` of {@linkcode entry}. */
  #reserveMore(kept: number, length: number): void {
    const before = this.entry;
    this.reserveEntry(kept + length);
    if (this.entry !== before) this.entry.set(before.subarray(0, kept));
  }

  /**
   * Carries out what the log says was done to the record whose key, in plain form, is at `at` of `bytes`: from byte
   * `offset` of the record on it has `count` other bytes, which follow. Where it is not there that was undone later.
   */
  patchPlain(bytes: Uint8Array, at: number, offset: number, count: number): void {
    const end = at + entrySize(this.shape, bytes, at);
    if (this.#findPlain(bytes, at) && offset + count <= this.memberBytes) {
      this.overwrite(offset, bytes, end, count);
    }
  }

  /** Removes the record with that key. */
  removePlain(bytes: Uint8Array, at: number): void {
    if (this.#findPlain(bytes, at)) this.removeRecord();
  }

  /** Removes all from that key on to the one in plain form at `to`. */
  removePlainRange(bytes: Uint8Array, at: number, to: number): void {
    const from = this.#rankOfPlain(bytes, at);
    const isThere = this.#findPlain(bytes, to);
    const end = this.#rankOfPlain(bytes, to) + (isThere ? 1 : 0);
    this.removeRange(from, end - from);
  }

  #findPlain(bytes: Uint8Array, at: number): boolean {
    this.copyEntry(bytes, at);
    const { entry } = this;
    const start = spanStart(entry, SCORE_BYTES);
    const length = spanLength(entry, SCORE_BYTES);
    return this.findRecord(this.entryView.getFloat64(0, true), entry, start, length);
  }

  #rankOfPlain(bytes: Uint8Array, at: number): number {
    this.copyEntry(bytes, at);
    this.#placeInOrder();
    return this.place;
  }
}
