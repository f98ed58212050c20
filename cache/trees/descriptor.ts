// What the value of an item is that owns slots: how many eighths these are, how much there is, and the root of each
// structure with its depth. The first word is the same for trees and for byte objects, so that whoever counts
// an item's space need not know more. A descriptor is small, but lies anywhere in the item, even in two pieces.

import { readValuePart, valueByteAt, writeValuePart } from "../item.ts";
import * as layout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";

const { ADDRESS_BITS, ADDRESS_MASK, MEMBER_TAIL_BYTES, WORD_BYTES } = layout;

const EIGHTHS = 0;
const COUNT = 1;
const ROOTS = 2;
const WORDS = 4;
/** Bytes of a descriptor. */
export const DESCRIPTOR_BYTES = WORDS * WORD_BYTES;

/** A copy of a descriptor. */
export class Descriptor {
  /** Its words. */
  readonly words: Int32Array<ArrayBuffer> = new Int32Array(
    WORDS + Math.ceil(MEMBER_TAIL_BYTES / WORD_BYTES),
  );
  /** The same memory as bytes, with space for what may follow a descriptor. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(this.words.buffer);

  /** Whether anything was set to what it was not since it was read. */
  isChanged = false;

  /** Reads that of the item at `address`. */
  read(memory: ShardMemory, address: number): void {
    this.isChanged = false;
    const at = valueByteAt(memory, address, 0);
    if (at + DESCRIPTOR_BYTES > memory.cursorEnd) {
      return readValuePart(memory, address, 0, DESCRIPTOR_BYTES, this.bytes, 0);
    }
    for (let i = 0; i < WORDS; i++) this.words[i] = memory.view.getInt32(at + i * WORD_BYTES, true);
  }

  /** Writes it to the item at `address`. */
  write(memory: ShardMemory, address: number): void {
    writeValuePart(memory, address, 0, this.bytes, 0, DESCRIPTOR_BYTES);
  }

  /** Eighths that the item owns besides its own pieces. */
  get eighths(): number {
    return this.words[EIGHTHS]!;
  }

  set eighths(eighths: number) {
    this.#set(EIGHTHS, eighths);
  }

  /** Members, or bytes. */
  get count(): number {
    return this.words[COUNT]!;
  }

  set count(count: number) {
    this.#set(COUNT, count);
  }

  /** The root of structure 0 or 1, which is 0 where there is none. */
  root(which: number): number {
    return this.words[ROOTS + which]! & ADDRESS_MASK;
  }

  /** Its depth. */
  depth(which: number): number {
    return this.words[ROOTS + which]! >>> ADDRESS_BITS;
  }

  /** Sets both. */
  setRoot(which: number, root: number, depth: number): void {
    this.#set(ROOTS + which, root | (depth << ADDRESS_BITS));
  }

  #set(index: number, word: number): void {
    if (this.words[index] === word) return;
    this.words[index] = word;
    this.isChanged = true;
  }
}
