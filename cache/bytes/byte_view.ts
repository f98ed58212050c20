// A value of bytes, opened for access to any of them: strings that are changed in part, Bloom filters, Count-Min
// sketches. A short value is changed where it lies in its item; one that grows is put together in the view and stored
// as a whole; one of more than 4 KiB gets slots of its own (block_layout.ts), so that a change copies none of the rest.
// While a view is open for change nothing else may be changed in its shard.

import { beginChangeLocked } from "../change_mark.ts";
import { Opening } from "../collections/opened_item.ts";
import { copyBytes } from "../copy.ts";
import { readValue, readValuePart, valueByteAt, writeValuePart } from "../item.ts";
import { setValueBytes, valueBytesOf, versionOf } from "../item_header.ts";
import { indirectKind, isIndirect, ItemType, packedKind, typeOf } from "../item_types.ts";
import { VALUE_BYTES_MASK } from "../layout.ts";
import { recordChanged } from "../log/record_changed.ts";
import { KEEP_DEADLINE, Outcome } from "../outcome.ts";
import { PutRequest } from "../put_request.ts";
import { touchLocked } from "../ring.ts";
import type { Shard } from "../shard.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { BLOCKS_BYTES, MAX_PACKED_BYTES } from "./block_layout.ts";
import { BlockWriter } from "./block_writer.ts";
import { blocksLength } from "./blocks.ts";
import { Place } from "./byte_place.ts";
import { ByteRanges } from "./byte_ranges.ts";
import { growValueLocked } from "./growth.ts";

/** Of a new item, until its descriptor is stored. */
const NO_DESCRIPTOR: Uint8Array = Uint8Array.of(...Array(BLOCKS_BYTES).fill(0));

/** A value of bytes. Objects are reused. */
export class ByteView {
  /** Bytes that the value has; 0 where there is none. */
  length = 0;
  #shard!: Shard;
  #type: ItemType = ItemType.string;
  #place: Place = Place.view;
  #item = 0;
  #isChanged = false;
  /** Whether this view has stored the item anew, so that it is published and counted already. */
  #isNew = false;
  /** Whether what was under the key goes. */
  #isOver = false;
  /** The item's version before it was changed, and the shortest that it has been since. */
  #version = 0;
  #shortest = 0;
  /** Its slots, where it has some: for who reads them in words, or writes them after {@linkcode prepare}. */
  readonly blocks: BlockWriter = new BlockWriter();
  readonly #ranges = new ByteRanges();
  readonly #bytes = new Uint8Array(MAX_PACKED_BYTES);
  readonly #put = new PutRequest();

  /**
   * Opens the value under a key, which must be of type `type`. `isRead`: counts a hit or miss, as a GET does. The key's
   * bytes must stay as they are until the view is closed.
   */
  open(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    keyBytes: number,
    type: ItemType,
    isRead: boolean,
  ): Opening {
    this.openEmpty(shard, database, hash, key, start, keyBytes, type);
    this.#isOver = false;
    const item = isRead
      ? shard.getLocked(hash, key, start, keyBytes)
      : shard.peekLocked(hash, key, start, keyBytes);
    this.#item = item;
    if (item === 0) return Opening.absent;
    const { memory } = shard;
    if (typeOf(memory, item) !== type) return Opening.wrongType;
    if (isIndirect(memory, item)) {
      this.#place = Place.slots;
      this.length = blocksLength(memory, item);
      this.blocks.enter(memory, item);
    } else {
      this.#place = Place.item;
      this.length = valueBytesOf(memory, item);
    }
    this.#shortest = this.length;
    return Opening.found;
  }

  /** Begins a new value of no bytes. Whatever is under the key goes when it is stored, its deadline too. */
  openEmpty(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    keyBytes: number,
    type: ItemType,
  ): void {
    this.#shard = shard;
    this.#type = type;
    this.#put.database = database;
    this.#put.kind = packedKind(type);
    this.#put.setKey(hash, key, start, keyBytes);
    this.#item = 0;
    this.#isOver = true;
    this.#isChanged = false;
    this.#isNew = false;
    this.#place = Place.view;
    this.#ranges.reset();
    this.#shortest = 0;
    this.length = 0;
  }

  /** Byte `index`; 0 behind the end. */
  byteAt(index: number): number {
    if (index >= this.length) return 0;
    if (this.#place === Place.view) return this.#bytes[index]!;
    if (this.#place === Place.slots) return this.blocks.byteAt(index);
    const { memory } = this.#shard;
    return memory.bytes[valueByteAt(memory, this.#item, index)]!;
  }

  /** Copies `length` bytes to `to`, from byte `from` on. The value must have so many. */
  read(from: number, length: number, to: Uint8Array, at: number): void {
    if (length === 0) return;
    if (this.#place === Place.slots) this.blocks.read(from, length, to, at);
    else if (this.#place === Place.item) {
      readValuePart(this.#shard.memory, this.#item, from, length, to, at);
    } else copyBytes(this.#bytes, from, to, at, length);
  }

  /** Whether the value has slots, so that a change copies no more than what it writes. */
  get isInSlots(): boolean {
    return this.#place === Place.slots;
  }

  /** Whether {@linkcode write} would find space for `length` bytes from `from` on. */
  mayWrite(from: number, length: number): boolean {
    const end = Math.max(this.length, from + length);
    const shard = this.#shard;
    const { keyBytes } = this.#put;
    if (this.#place === Place.slots) {
      return end <= VALUE_BYTES_MASK && this.blocks.mayTake(from, length);
    }
    if (end <= MAX_PACKED_BYTES) return end <= this.length || shard.fits(keyBytes, end);
    return end <= VALUE_BYTES_MASK && shard.fits(keyBytes, BLOCKS_BYTES) &&
      BlockWriter.mayBegin(shard.memory, this.length, length);
  }

  /**
   * Writes `length` bytes of `bytes` over the value, from byte `from` on. It grows where that is behind its end; what is
   * between becomes zero bytes. Returns false, with nothing changed, where there is no space.
   */
  write(from: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (length === 0) return true;
    if (!this.prepare(from, length)) return false;
    if (this.#place === Place.slots) this.blocks.write(from, bytes, start, length);
    else if (this.#place === Place.item) {
      writeValuePart(this.#shard.memory, this.#item, from, bytes, start, length);
    } else copyBytes(bytes, start, this.#bytes, from, length);
    return true;
  }

  /** Sets byte `index`, as {@linkcode write} does. */
  setByte(index: number, byte: number): boolean {
    if (!this.prepare(index, 1)) return false;
    if (this.#place === Place.slots) this.blocks.setByte(index, byte);
    else if (this.#place === Place.view) this.#bytes[index] = byte;
    else {
      const { memory } = this.#shard;
      memory.bytes[valueByteAt(memory, this.#item, index)] = byte;
    }
    return true;
  }

  /** Writes over bytes of a stored value that follow from its others: no new version, no event, nothing in the log. */
  note(from: number, bytes: Uint8Array, start: number, length: number): void {
    const { memory } = this.#shard;
    beginChangeLocked(memory);
    if (this.#place === Place.slots) this.blocks.write(from, bytes, start, length);
    else writeValuePart(memory, this.#item, from, bytes, start, length);
  }

  /** Counts the opened value as in use, where it was opened for a change and none was needed. */
  touch(): void {
    if (this.#item !== 0) touchLocked(this.#shard.memory, this.#item);
  }

  /** Makes the value longer, by zero bytes, or cuts it off. Returns false where there is no space. */
  setLength(length: number): boolean {
    if (length >= this.length) return this.prepare(length, 0);
    if (length > MAX_PACKED_BYTES && this.#place === Place.item && !this.prepare(0, 0)) {
      return false;
    }
    this.#begin();
    if (this.#place === Place.slots) this.blocks.cut(length);
    else if (this.#place === Place.item) this.#toView(length);
    this.length = length;
    if (length < this.#shortest) this.#shortest = length;
    this.#isChanged = true;
    return true;
  }

  /** Sees to it that `length` bytes from `from` on can be written, and counts them as written. */
  prepare(from: number, length: number): boolean {
    if (!this.mayWrite(from, length)) return false;
    const end = Math.max(this.length, from + length);
    this.#begin();
    if (this.#place === Place.slots || end > MAX_PACKED_BYTES) {
      if (this.#place !== Place.slots) this.#toSlots();
      this.blocks.reach(end);
    } else if (end > this.length) {
      const isInItem = this.#place === Place.item;
      if (isInItem && !growValueLocked(this.#shard.memory, this.#item, end)) {
        this.#toView(this.length);
      }
      if (this.#place === Place.view) this.#bytes.fill(0, this.length, end);
    }
    this.length = end;
    this.#isChanged = true;
    if (length > 0) this.#ranges.add(from, length);
    return true;
  }

  /** Before the first change. Nothing is harmed where none follows. */
  #begin(): void {
    if (this.#isChanged) return;
    const { memory } = this.#shard;
    beginChangeLocked(memory);
    memory.beginOperation();
    if (this.#item !== 0) this.#version = versionOf(memory, this.#item);
  }

  /** The first `length` bytes of a short item go to the view. */
  #toView(length: number): void {
    readValuePart(this.#shard.memory, this.#item, 0, length, this.#bytes, 0);
    this.#place = Place.view;
  }

  /** Makes of the item, or of nothing, an item with slots, and moves the bytes there. */
  #toSlots(): void {
    const { memory } = this.#shard;
    const { length } = this;
    let bytes = this.#bytes;
    if (this.#place === Place.item) {
      bytes = new Uint8Array(length);
      readValue(memory, this.#item, bytes, 0);
    }
    this.#storePacked(NO_DESCRIPTOR, BLOCKS_BYTES);
    const { hash, key, keyStart, keyBytes } = this.#put;
    this.#item = this.#shard.peekLocked(hash, key, keyStart, keyBytes);
    setValueBytes(memory, this.#item, BLOCKS_BYTES, indirectKind(this.#type));
    this.#version = versionOf(memory, this.#item);
    this.#isNew = true;
    this.#isChanged = true;
    this.#place = Place.slots;
    this.#shortest = 0;
    this.#ranges.addAll(length);
    this.blocks.begin(memory, this.#item);
    this.blocks.reach(length);
    this.blocks.write(0, bytes, 0, length);
    if (bytes !== this.#bytes) bytes.buffer.transfer(0);
  }

  /** Stores a value in an item as a whole. */
  #storePacked(bytes: Uint8Array, length: number): void {
    const put = this.#put;
    put.setValue(bytes, 0, length);
    put.setTerms(this.#isOver ? 0 : KEEP_DEADLINE);
    if (this.#shard.putLocked(put) !== Outcome.stored) {
      throw new Error(`Cannot store ${length} bytes: they do not fit`);
    }
  }

  /**
   * Stores what was changed, if anything was, and publishes it. Needs not be called after reads. The view has to be opened
   * anew after it.
   */
  close(): void {
    const { memory } = this.#shard;
    const isChanged = this.#isChanged || this.#isOver;
    if (isChanged && this.#place === Place.view) this.#storePacked(this.#bytes, this.length);
    else if (isChanged) this.#storeChanged(memory);
    this.#isChanged = false;
    this.#isOver = false;
  }

  /** The item was changed where it lies. */
  #storeChanged(memory: ShardMemory): void {
    const item = this.#item;
    if (this.#place === Place.slots) this.blocks.store(this.length);
    this.#shard.changedLocked(item, this.#put, this.#isNew);
    const { log } = memory.region;
    if (log === null) return;
    const { hash } = this.#put;
    const ranges = this.#ranges;
    ranges.fit(this.length);
    recordChanged(log.buffer, memory, item, hash, this.#version, this.#shortest, ranges);
  }
}
