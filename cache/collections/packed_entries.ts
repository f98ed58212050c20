// Entries in packed form: one behind the other, in the item itself or, where they change or the item has several
// pieces, in a buffer. Also where the entries of a leaf are, for those that extend this.

import { headerBytes, keyBytesOf, valueBytesOf } from "../item_header.ts";
import { copyBytes, readValue } from "../item.ts";
import * as layout from "../layout.ts";
import { tailBytesOf } from "../member_deadlines.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { entrySize, type Shape } from "../trees/entries.ts";

const { EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, ITEM_CHAINED, ITEM_NEWER } = layout;

/** Bytes that the buffers shrink back to. */
const KEPT_BYTES = 4096;

/** A row of entries. */
export abstract class PackedEntries {
  /** Bytes that lie one behind the other: all entries, or those of one leaf. */
  protected bytes: Uint8Array;
  /** Where these entries begin. */
  protected from = 0;
  /** Where they end. */
  protected end = 0;
  /** The entry that is being made, in plain form. */
  protected entry: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** Whether packed entries have come, gone, or changed their length: else they were overwritten where they lie. */
  protected isReshaped = false;
  /** What its entries are made of. */
  readonly shape: Shape;
  /** The entries while they are being changed in packed form. */
  #own: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** How many entries a packed one has, or -1: not counted yet. */
  #count = 0;

  /** A row of entries of this shape. */
  constructor(shape: Shape) {
    this.shape = shape;
    this.bytes = this.#own;
  }

  /** Forgets all entries. */
  protected clear(): void {
    if (this.#own.length > KEPT_BYTES) this.#own = new Uint8Array(KEPT_BYTES);
    if (this.entry.length > KEPT_BYTES) this.entry = new Uint8Array(KEPT_BYTES);
    this.bytes = this.#own;
    this.from = 0;
    this.end = 0;
    this.isReshaped = false;
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
      this.bytes = memory.bytes;
      this.from = (address << EIGHTH_BYTE_SHIFT) + headerBytes(first) + keyBytesOf(memory, address);
    } else {
      this.#reserveOwn(length, 0);
      readValue(memory, address, this.#own, 0);
      this.bytes = this.#own;
      this.from = 0;
    }
    this.end = this.from + length - tailBytesOf(memory, address);
    this.#count = -1;
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
      for (let i = 0; i < added; i++) this.bytes[at + i] = this.entry[i]!;
      return;
    }
    this.isReshaped = true;
    const length = this.end - this.from;
    const place = at - this.from;
    if (this.bytes !== this.#own) this.takeOver(added);
    else if (length + added > this.#own.length) {
      this.#reserveOwn(length + added, length);
      this.bytes = this.#own;
    }
    this.#own.copyWithin(place + added, place + removed, length);
    for (let i = 0; i < added; i++) this.#own[place + i] = this.entry[i]!;
    this.end = length - removed + added;
    if (this.#count >= 0) this.#count += delta;
  }

  /** Copies the packed entries to the buffer, if they are not there, with space for `more` bytes. */
  protected takeOver(more: number): void {
    if (this.bytes === this.#own) return;
    const length = this.end - this.from;
    this.#reserveOwn(length + more, 0);
    copyBytes(this.bytes, this.from, this.#own, 0, length);
    this.bytes = this.#own;
    this.from = 0;
    this.end = length;
  }
}
