// A list, opened: entries by their position.
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import { Operation } from "./change_log.ts";
import { Collection } from "./collection.ts";
import { entrySize, Shape, sizeForSpan, writeSpan } from "../trees/entries.ts";

/** A list. */
export class ListView extends Collection {
  /** A list, to be opened. */
  constructor() {
    super(ItemType.list, Shape.member);
  }

  /** Inserts an element before number `index`, or behind the last where that is the count. */
  insert(index: number, bytes: Uint8Array, start: number, length: number): void {
    this.#insertEntry(index, this.#compose(bytes, start, length));
  }

  #insertEntry(index: number, size: number): void {
    this.beginChange(size);
    this.note(Operation.insert, index, 0, this.entry, 0, size);
    if (this.isTree) this.form.insert(index, this.entry, 0);
    else this.splice(this.#placeOf(index), 0, size, 1);
  }

  /** Where a packed element goes. Both ends are found without a walk. */
  #placeOf(index: number): number {
    if (index === 0) return this.from;
    return index < this.count && this.seek(index) ? this.at : this.end;
  }

  /** Replaces element `index`, which must be there. */
  set(index: number, bytes: Uint8Array, start: number, length: number): void {
    const size = this.#compose(bytes, start, length);
    this.beginChange(size);
    if (!this.seek(index)) throw new RangeError(`Cannot set element ${index}: it is not there`);
    this.note(Operation.set, index, 0, this.entry, 0, size);
    if (this.isTree) this.form.replace(this.at, this.entry, 0);
    else this.splice(this.at, entrySize(this.shape, this.bytes, this.at), size, 0);
  }

  /** Adds the plain entry at `at` of `bytes` behind all others. */
  override addPlain(bytes: Uint8Array, at: number): void {
    this.#insertEntry(this.count, this.copyEntry(bytes, at));
  }

  /** Notes for the log that elements are about to be removed. */
  protected override noteRange(index: number, count: number): void {
    this.note(Operation.removeRange, index, count, this.entry, 0, 0);
  }

  #compose(bytes: Uint8Array, start: number, length: number): number {
    this.reserveEntry(sizeForSpan(length));
    return writeSpan(this.entry, 0, bytes, start, length);
  }
}
