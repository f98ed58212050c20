// An item of several members, opened: what lists, sets, hashes and sorted sets have in common. A view is opened on
// a key of a locked shard, read through a cursor, changed, and closed. While it is open for change nothing else may
// be changed in its shard. What it has changed is not in the item before it is closed, and views on other keys of
// the shard that are open then may not be used any more.

import { tailBytesOf } from "../member_deadlines.ts";
import { headerBytes, keyBytesOf, valueBytesOf } from "../item_header.ts";
import { readValue } from "../item.ts";
import { type ItemType, packedKind, typeOf } from "../item_types.ts";
import * as layout from "../layout.ts";
import { KEEP_DEADLINE, Outcome } from "../outcome.ts";
import { PutRequest } from "../put_request.ts";
import type { Shard } from "../shard.ts";
import { entrySize, memberAt, type Shape, spanLength, spanStart } from "./entries.ts";

const { EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, ITEM_CHAINED, ITEM_NEWER } = layout;

/** What was found under a key. */
export const Opening = {
  /** Nothing. */
  absent: 0,
  found: 1,
  /** A value of another type. The view may not be used. */
  wrongType: 2,
} as const;
/** One of the values of the constant of the same name. */
export type Opening = typeof Opening[keyof typeof Opening];

/** Bytes that the view's own buffers shrink back to. */
const KEPT_BYTES = 4096;
/** Bytes that an entry takes besides its members, at most. */
const ENTRY_HEAD_BYTES = 24;

/** An opened item with members. The views on the four types extend it. */
export abstract class Collection {
  /** Bytes that lie one behind the other: all entries, or those of one leaf. */
  protected bytes: Uint8Array;
  /** Where these entries begin. */
  protected from = 0;
  /** Where they end. */
  protected end = 0;
  /** Where the entry at the cursor begins. */
  protected at = 0;
  /** Its number. */
  protected index: number = -1;
  /** The entry that is being made. */
  protected entry: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** The shard that the key is in. */
  protected shard!: Shard;
  /** The item that was opened. */
  protected address = 0;
  /** What its entries are made of. */
  protected readonly shape: Shape;
  readonly #type: ItemType;
  readonly #put = new PutRequest();
  /** The entries while they are being changed. */
  #own: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** How many entries there are, or -1: not counted yet. */
  #count = 0;
  #isChanged = false;
  #isReplacing = false;

  /** A view on items of this type. */
  constructor(type: ItemType, shape: Shape) {
    this.#type = type;
    this.shape = shape;
    this.bytes = this.#own;
  }

  /**
   * Opens what is under a key of `database`, in its locked shard. `isRead` counts a hit or a miss. The bytes of the key
   * have to stay until the view is closed.
   */
  open(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
    isRead: boolean,
  ): Opening {
    const address = isRead
      ? shard.getLocked(hash, key, start, length)
      : shard.peekLocked(hash, key, start, length);
    if (address !== 0 && typeOf(shard.memory, address) !== this.#type) return Opening.wrongType;
    this.#begin(shard, database, hash, key, start, length);
    this.address = address;
    if (address === 0) return Opening.absent;
    this.#count = -1;
    this.#openPacked(address);
    return Opening.found;
  }

  /** Begins what will replace whatever is under a key, its deadline too, when it is closed. */
  openEmpty(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.#begin(shard, database, hash, key, start, length);
    this.#isChanged = true;
    this.#isReplacing = true;
  }

  #begin(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.shard = shard;
    this.#put.database = database;
    this.#put.setKey(hash, key, start, length);
    if (this.#own.length > KEPT_BYTES) this.#own = new Uint8Array(KEPT_BYTES);
    if (this.entry.length > KEPT_BYTES) this.entry = new Uint8Array(KEPT_BYTES);
    this.bytes = this.#own;
    this.from = 0;
    this.end = 0;
    this.at = 0;
    this.index = -1;
    this.#count = 0;
    this.#isChanged = false;
    this.#isReplacing = false;
  }

  #openPacked(address: number): void {
    const { memory } = this.shard;
    const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
    const length = valueBytesOf(memory, address);
    if ((first & ITEM_CHAINED) === 0) {
      this.bytes = memory.bytes;
      this.from = (address << EIGHTH_BYTE_SHIFT) + headerBytes(first) + keyBytesOf(memory, address);
    } else {
      this.#reserveOwn(length, 0);
      readValue(memory, address, this.#own, 0);
      this.bytes = this.#own;
      this.from = 0;
    }
    this.end = this.from + length - tailBytesOf(memory, address);
  }

  #reserveOwn(length: number, used: number): void {
    if (length <= this.#own.length) return;
    const grown = new Uint8Array(2 * length);
    grown.set(this.#own.subarray(0, used));
    this.#own = grown;
  }

  /** Makes space for an entry of `length` bytes in {@linkcode entry}. */
  protected reserveEntry(length: number): void {
    if (length > this.entry.length) this.entry = new Uint8Array(2 * length);
  }

  /** How many members there are. */
  get count(): number {
    if (this.#count < 0) {
      let count = 0;
      for (let at = this.from; at < this.end; count++) at += entrySize(this.shape, this.bytes, at);
      this.#count = count;
    }
    return this.#count;
  }

  /** At least as many bytes as all members and values have in sum. */
  get byteBound(): number {
    return this.end - this.from;
  }

  /** Whether there would be space for `entries` more entries, with `bytes` bytes of members and values in all. */
  hasRoom(entries: number, bytes: number): boolean {
    const more = bytes + entries * ENTRY_HEAD_BYTES;
    return this.shard.fits(this.#put.keyBytes, this.end - this.from + more);
  }

  /**
   * Stores what has changed, or deletes the key where nothing is left. Not needed where nothing was changed, and then it
   * does nothing.
   */
  close(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const { shard } = this;
    const put = this.#put;
    if (this.from === this.end) {
      shard.deleteLocked(put.hash, put.key, put.keyStart, put.keyBytes);
      return;
    }
    put.kind = packedKind(this.#type) | this.writeTail();
    this.#isChanged = false;
    put.setValue(this.bytes, this.from, this.end - this.from);
    put.setTerms(this.#isReplacing ? 0 : KEEP_DEADLINE);
    if (shard.putLocked(put) !== Outcome.stored) {
      throw new Error("Cannot store a collection: it is too large, which nobody has asked");
    }
  }

  /** Writes behind the packed entries what belongs there. Returns what that adds to the kind of the item. */
  protected writeTail(): number {
    return 0;
  }

  /** Puts the cursor on entry `index`. Returns false if there is none. */
  seek(index: number): boolean {
    if (index < 0) return false;
    let at = this.from;
    for (let i = 0; at < this.end; i++) {
      if (i === index) return this.#place(at, index);
      at += entrySize(this.shape, this.bytes, at);
    }
    return false;
  }

  #place(at: number, index: number): boolean {
    this.at = at;
    this.index = index;
    return true;
  }

  /** Puts the cursor on the next entry. Returns false, and leaves it, if there is none. */
  next(): boolean {
    const at = this.at + entrySize(this.shape, this.bytes, this.at);
    return at < this.end && this.#place(at, this.index + 1);
  }

  /** Puts the cursor on the entry before. Returns false, and leaves it, if there is none. */
  previous(): boolean {
    return this.seek(this.index - 1);
  }

  /** Length of the member, or field, at the cursor. */
  get memberBytes(): number {
    return spanLength(this.bytes, memberAt(this.shape, this.at));
  }

  /** Copies the member, or field, at the cursor to `to`, from `at`. */
  readMember(to: Uint8Array, at: number): void {
    this.readSpan(memberAt(this.shape, this.at), to, at);
  }

  /** A copy of the member, or field, at the cursor. */
  member(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.memberBytes);
    this.readMember(copy, 0);
    return copy;
  }

  /** Copies what the span at `place` holds. */
  protected readSpan(place: number, to: Uint8Array, at: number): void {
    const start = spanStart(this.bytes, place);
    const length = spanLength(this.bytes, place);
    for (let i = 0; i < length; i++) to[at + i] = this.bytes[start + i]!;
  }

  /** Removes `count` entries from number `index` on. */
  removeRange(index: number, count: number): void {
    if (count <= 0 || !this.seek(index)) return;
    const from = this.at;
    let at = from;
    for (let i = 0; i < count && at < this.end; i++) at += entrySize(this.shape, this.bytes, at);
    this.splice(from, at - from, 0, -Math.min(count, this.count - index));
  }

  /**
   * Replaces `removed` bytes from `at` on by the first `added` of {@linkcode entry}. There are `delta` entries more then.
   * The cursor is valid no more.
   */
  protected splice(at: number, removed: number, added: number, delta: number): void {
    const length = this.end - this.from;
    const count = this.#count < 0 ? -1 : this.#count + delta;
    const place = at - this.from;
    if (this.bytes !== this.#own) {
      this.#reserveOwn(length + added, 0);
      for (let i = 0; i < length; i++) this.#own[i] = this.bytes[this.from + i]!;
      this.bytes = this.#own;
      this.from = 0;
    } else if (length + added > this.#own.length) {
      this.#reserveOwn(length + added, length);
      this.bytes = this.#own;
    }
    if (added !== removed) this.#own.copyWithin(place + added, place + removed, length);
    for (let i = 0; i < added; i++) this.#own[place + i] = this.entry[i]!;
    this.end = length - removed + added;
    this.#count = count;
    this.#isChanged = true;
  }
}
