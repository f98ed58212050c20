// What a view has changed in a tree, for the log: a row of operations, each with its members in plain form. The same
// operations in the same order make the same of what was there before. Keys of records are written as entries, too.
//
//   operation 1 | number of the entry 4 | how many entries, or bytes, 4 | the entry, or the member, in plain form

import { entrySize, type Shape, spanSize } from "../trees/entries.ts";

/** What was done. */
export const Operation = {
  /** A member has these values. */
  put: 1,
  /** A member is gone. */
  remove: 2,
  /** An element came before this one. */
  insert: 3,
  /** This element is another. */
  set: 4,
  /** So many elements from this one on are gone. */
  removeRange: 5,
  /** These entries, of so many bytes, are behind the first so many; where they are not there yet. */
  addAll: 6,
  /** The record with this key is gone. */
  removeRecord: 7,
  /** The records from this key to that one are gone. */
  removeRecords: 8,
  /** From this byte of the record with this key on are so many others, which follow the key. */
  patch: 9,
} as const;
/** One of the values of the constant of the same name. */
export type Operation = typeof Operation[keyof typeof Operation];

const HEAD_BYTES = 9;
const KEPT_BYTES = 4096;

/** Operations in a row. */
export class ChangeLog {
  /** The operations. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** Bytes of them. */
  used = 0;

  /** Forgets all. */
  clear(): void {
    this.used = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = new Uint8Array(KEPT_BYTES);
  }

  /** Adds an operation. Its entry is `length` bytes of `entry`, from `start`. */
  add(
    operation: Operation,
    index: number,
    count: number,
    entry: Uint8Array,
    start: number,
    length: number,
  ): void {
    const at = this.begin(operation, index, count, length);
    this.bytes.set(entry.subarray(start, start + length), at);
  }

  /** Adds an operation with `length` bytes, which the caller has to write to the place that is returned. */
  begin(operation: Operation, index: number, count: number, length = count): number {
    const { used } = this;
    const end = used + HEAD_BYTES + length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(this.bytes.subarray(0, used));
      this.bytes = grown;
    }
    this.bytes[used] = operation;
    write32(this.bytes, used + 1, index);
    write32(this.bytes, used + 5, count);
    this.used = end;
    return used + HEAD_BYTES;
  }
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i);
}

function read32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>>
    0;
}

/** Reads operations one after the other. */
export class ChangeReader {
  operation = 0;
  index = 0;
  count = 0;
  /** Where the entry begins. */
  entry = 0;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #shape: Shape;
  #next: number;

  /** Operations on entries of this shape, from byte `start` to `end` of `bytes`. */
  constructor(bytes: Uint8Array, start: number, end: number, shape: Shape) {
    this.#bytes = bytes;
    this.#next = start;
    this.#end = end;
    this.#shape = shape;
  }

  /** Goes to the next operation. Returns false behind the last. Throws RangeError where there is none that can be. */
  next(): boolean {
    if (this.#next === this.#end) return false;
    const at = this.#next;
    this.entry = at + HEAD_BYTES;
    if (this.entry > this.#end) throw tooShort(at);
    this.operation = this.#bytes[at]!;
    this.index = read32(this.#bytes, at + 1);
    this.count = read32(this.#bytes, at + 5);
    this.#next = this.entry + this.#size();
    if (this.#next > this.#end) throw tooShort(at);
    return true;
  }

  #size(): number {
    switch (this.operation) {
      case Operation.put:
      case Operation.insert:
      case Operation.set:
      case Operation.removeRecord:
        return entrySize(this.#shape, this.#bytes, this.entry);
      case Operation.removeRecords: {
        const first = entrySize(this.#shape, this.#bytes, this.entry);
        return first + entrySize(this.#shape, this.#bytes, this.entry + first);
      }
      case Operation.patch:
        return entrySize(this.#shape, this.#bytes, this.entry) + this.count;
      case Operation.remove:
        return spanSize(this.#bytes, this.entry);
      case Operation.removeRange:
        return 0;
      case Operation.addAll:
        return this.count;
      default:
        throw new RangeError(`Cannot read changes: there is no operation ${this.operation}`);
    }
  }
}

function tooShort(at: number): RangeError {
  return new RangeError(`Cannot read changes: the one at byte ${at} does not end`);
}
