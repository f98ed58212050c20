// A hash, opened: fields with a value each, and perhaps a deadline.
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import { WORD_RANGE } from "../layout.ts";
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

/** A hash. */
export class HashView extends KeyedCollection {
  constructor() {
    super(ItemType.hash, Shape.field);
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
    const low = bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) |
      (bytes[at + 4]! << 24);
    return (bytes[at + 5]! | (bytes[at + 6]! << 8)) * WORD_RANGE + (low >>> 0);
  }

  /** Gives a field a value, and a deadline unless it is 0. Returns whether the field is new. */
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
    if (this.find(field, fieldStart, fieldBytes)) {
      this.splice(this.at, entrySize(this.shape, this.bytes, this.at), end, 0);
      return false;
    }
    this.splice(this.end, 0, end, 1);
    return true;
  }

  #writeDeadline(at: number, deadlineMs: number): number {
    const { entry } = this;
    const high = Math.floor(deadlineMs / WORD_RANGE);
    const low = (deadlineMs - high * WORD_RANGE) | 0;
    entry[at] = SPAN_DEADLINE;
    for (let i = 0; i < 4; i++) entry[at + 1 + i] = low >>> (8 * i);
    entry[at + 5] = high;
    entry[at + 6] = high >>> 8;
    return at + DEADLINE_HEAD_BYTES;
  }
}
