// Entries in packed form: one behind the other, in the item itself or, where they change or the item has several
// pieces, in a buffer. Also where the entries of a leaf are, for those that extend this.

import { headerBytes, keyBytesOf, valueBytesOf } from "../item_header.ts";
import { copyBytes } from "../copy.ts";
import { readValueWords } from "../item.ts";
import * as layout from "../layout.ts";
import { tailBytesOf } from "../member_deadlines.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { entrySize, moveBytes, type Shape } from "../trees/entries.ts";

const { EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, ITEM_CHAINED, ITEM_NEWER, WORD_BYTES } = layout;

/** Bytes that the buffers shrink back to. */
const KEPT_BYTES = 4096;
const KEPT_WORDS = KEPT_BYTES / WORD_BYTES;

/** A row of entries. */
export abstract class PackedEntries {
  /** Bytes that lie one behind the other: all entries, or those of one leaf. */
  protected bytes: Uint8Array;
  /** The same memory, for scores. */
  protected view: DataView;
  /** Where these entries begin. */
  protected from = 0;
  /** Where they end. */
  protected end = 0;
  /** The entry that is being made, in plain form. */
  protected entry: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** The same memory, for its score. */
  protected entryView: DataView = new DataView(this.entry.buffer);
  /** Whether packed entries have come, gone, or changed their length: else they were overwritten where they lie. */
  protected isReshaped = false;
  /** Else what was overwritten begins here, counted from where the entries begin. */
  protected patchFrom: number = Infinity;
  /** And ends here. */
  protected patchEnd: number = 0;
  /** What its entries are made of. */
  readonly shape: Shape;
  /** The entries while they are being changed in packed form. */
  #ownWords: Int32Array<ArrayBuffer> = new Int32Array(KEPT_WORDS);
  /** The same memory as bytes. */
  #own: Uint8Array<ArrayBuffer> = new Uint8Array(this.#ownWords.buffer);
  #ownView = new DataView(this.#ownWords.buffer);
  /** How many entries a packed one has, or -1: not counted yet. */
  #count = 0;

  /** A row of entries of this shape. */
  constructor(shape: Shape) {
    this.shape = shape;
    this.bytes = this.#own;
    this.view = this.#ownView;
  }

  /** Forgets all entries. */
  protected clear(): void {
    if (this.#own.length > KEPT_BYTES) this.#makeOwn(KEPT_BYTES);
    if (this.entry.length > KEPT_BYTES) this.#makeEntry(KEPT_BYTES);
    this.#enterOwn();
    this.from = 0;
    this.end = 0;
    this.isReshaped = false;
    this.patchFrom = Infinity;
    this.patchEnd = 0;
    this.#count = 0;
  }

  /** How many there are. */
  protected get packedCount(): number {
    if (this.#count < 0) {
      let count = 0;
      for (let at = this.from; at < this.end; count++) at += entrySize(this.shape, this.bytes, at);
      this.#count = count;
    }
    return this.#count;
  }

  /** Opens those of the packed item at `address`. */
  protected openPacked(memory: ShardMemory, address: number): void {
    const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
    const length = valueBytesOf(memory, address);
    if ((first & ITEM_CHAINED) === 0) {
      this.enterShard(memory);
      this.from = (address << EIGHTH_BYTE_SHIFT) + headerBytes(first) + keyBytesOf(memory, address);
    } else {
      if (length + WORD_BYTES > this.#own.length) this.#makeOwn(2 * length);
      this.from = readValueWords(memory, address, this.#ownWords);
      this.#enterOwn();
    }
    this.end = this.from + length - tailBytesOf(memory, address);
    this.#count = -1;
  }

  /** Makes a buffer of at least `length` bytes. */
  #makeOwn(length: number): void {
    this.#ownWords = new Int32Array(Math.ceil(length / WORD_BYTES));
    this.#own = new Uint8Array(this.#ownWords.buffer);
    this.#ownView = new DataView(this.#ownWords.buffer);
  }

  /** The entries are in the buffer. */
  #enterOwn(): void {
    this.bytes = this.#own;
    this.view = this.#ownView;
  }

  /** The entries are in the shard: in an item, or in leaves. */
  protected enterShard(memory: ShardMemory): void {
    this.bytes = memory.bytes;
    this.view = memory.view;
  }

  /** Makes space for an entry of `length` bytes in {@linkcode entry}. */
  protected reserveEntry(length: number): void {
    if (length > this.entry.length) this.#makeEntry(2 * length);
  }

  #makeEntry(length: number): void {
    this.entry = new Uint8Array(length);
    this.entryView = new DataView(this.entry.buffer);
  }

  /** Copies the plain entry at `at` of `bytes` to {@linkcode entry}. Returns its size. */
  protected copyEntry(bytes: Uint8Array, at: number): number {
    const size = entrySize(this.shape, bytes, at);
    this.reserveEntry(size);
    this.entry.set(bytes.subarray(at, at + size));
    return size;
  }

  /**
   * In packed form, replaces `removed` bytes from `at` on by the first `added` of {@linkcode entry}. There are `delta`
   * entries more then. The cursor is valid no more.
   */
  protected splice(at: number, removed: number, added: number, delta: number): void {
    if (added === removed) {
      // The same place does for it, in the item or in the copy.
      this.#write(at, added);
      this.#notePatch(at, at + added);
      return;
    }
    this.isReshaped = true;
    const place = at - this.from;
    this.takeOver(added);
    const here = this.from + place;
    this.bytes.copyWithin(here + added, here + removed, this.end);
    this.#write(here, added);
    this.end += added - removed;
    if (this.#count >= 0) this.#count += delta;
  }

  /**
   * In packed form, replaces the entry at `at` by {@linkcode entry}, which is as long, and moves it before what is at
   * `to`. The cursor is valid no more.
   */
  protected moveEntry(at: number, size: number, to: number): void {
    if (to > at) {
      moveBytes(this.bytes, at + size, to, -size);
      this.#write(to - size, size);
      this.#notePatch(at, to);
    } else {
      moveBytes(this.bytes, to, at, size);
      this.#write(to, size);
      this.#notePatch(to, at + size);
    }
  }

  #write(at: number, size: number): void {
    for (let i = 0; i < size; i++) this.bytes[at + i] = this.entry[i]!;
  }

  #notePatch(from: number, end: number): void {
    this.patchFrom = Math.min(this.patchFrom, from - this.from);
    this.patchEnd = Math.max(this.patchEnd, end - this.from);
  }

  /** Copies the packed entries to the buffer, if they are not there, with space for `more` bytes. */
  protected takeOver(more: number): void {
    if (this.bytes === this.#own && this.end + more <= this.#own.length) return;
    const length = this.end - this.from;
    if (length + more > this.#own.length) this.#makeOwn(2 * (length + more));
    copyBytes(this.bytes, this.from, this.#own, 0, length);
    this.#enterOwn();
    this.from = 0;
    this.end = length;
  }
}
