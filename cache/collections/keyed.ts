// What sets, hashes and sorted sets have in common: members that are there once, and are found by their bytes.
// Knows entries and their order only; collection.ts has where they lie.

import { Collection } from "./collection.ts";
import {
  entrySize,
  equalBytes,
  MAX_SHORT_SPAN,
  memberAt,
  Shape,
  spanLength,
  spanStart,
} from "./entries.ts";

/** A collection whose members are found by their bytes. */
export abstract class KeyedCollection extends Collection {
  /** Puts the cursor on the member that is these bytes. Returns false if there is none. */
  find(member: Uint8Array, start: number, length: number): boolean {
    const { bytes, end, shape } = this;
    let index = 0;
    for (let at = this.from; at < end; index++) {
      const place = memberAt(shape, at);
      const first = bytes[place]!;
      if (first <= MAX_SHORT_SPAN) {
        if (first === length && equalBytes(bytes, place + 1, member, start, length)) {
          this.at = at;
          this.index = index;
          return true;
        }
        at = place + 1 + first;
        if (shape === Shape.field) at += entrySize(Shape.member, bytes, at);
      } else {
        if (this.#isLong(place, member, start, length)) {
          this.at = at;
          this.index = index;
          return true;
        }
        at += entrySize(shape, bytes, at);
      }
    }
    return false;
  }

  #isLong(place: number, member: Uint8Array, start: number, length: number): boolean {
    const { bytes } = this;
    return spanLength(bytes, place) === length &&
      equalBytes(bytes, spanStart(bytes, place), member, start, length);
  }

  /** Removes a member. Returns whether it was there. */
  remove(member: Uint8Array, start: number, length: number): boolean {
    if (!this.find(member, start, length)) return false;
    this.splice(this.at, entrySize(this.shape, this.bytes, this.at), 0, -1);
    return true;
  }

  /**
   * Calls `visit` with the cursor on each of about `most` members, or more. `cursor` is 0 at first, then what the
   * last call returned, which is 0 after the last member. Members that are there all the while are visited, whatever
   * comes and goes.
   */
  scan(_cursor: number, _most: number, visit: () => void): number {
    for (let more = this.seek(0); more; more = this.next()) visit();
    return 0;
  }
}
