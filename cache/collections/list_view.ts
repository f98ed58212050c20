// A list, opened: entries by their position.
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import { Collection } from "./collection.ts";
import { entrySize, Shape, sizeForSpan, writeSpan } from "./entries.ts";

/** A list. */
export class ListView extends Collection {
  constructor() {
    super(ItemType.list, Shape.member);
  }

  /** Inserts an element before number `index`, or behind the last where that is the count. */
  insert(index: number, bytes: Uint8Array, start: number, length: number): void {
    const at = this.seek(index) ? this.at : this.end;
    this.splice(at, 0, this.#compose(bytes, start, length), 1);
  }

  /** Replaces element `index`, which must be there. */
  set(index: number, bytes: Uint8Array, start: number, length: number): void {
    if (!this.seek(index)) throw new RangeError(`Cannot set element ${index}: it is not there`);
    const removed = entrySize(this.shape, this.bytes, this.at);
    this.splice(this.at, removed, this.#compose(bytes, start, length), 0);
  }

  #compose(bytes: Uint8Array, start: number, length: number): number {
    this.reserveEntry(sizeForSpan(length));
    return writeSpan(this.entry, 0, bytes, start, length);
  }
}
