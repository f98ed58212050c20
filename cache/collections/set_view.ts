// A set, opened.
// Knows entries and their order only; collection.ts has where they lie.

import { ItemType } from "../item_types.ts";
import { Shape, sizeForSpan, writeSpan } from "../trees/entries.ts";
import { KeyedCollection } from "./keyed.ts";

/** A set. */
export class SetView extends KeyedCollection {
  /** A set, to be opened. */
  constructor() {
    super(ItemType.set, Shape.member);
  }

  /** Adds a member. Returns false if it is there already. */
  add(member: Uint8Array, start: number, length: number): boolean {
    if (this.find(member, start, length)) return false;
    this.reserveEntry(sizeForSpan(length));
    this.addEntry(writeSpan(this.entry, 0, member, start, length));
    return true;
  }
}
