// What sets, hashes and sorted sets have in common: members that are there once, and are found by their bytes.
// Knows entries and their order only; opened_item.ts has where they lie.

import { hashKey } from "../hash.ts";
import { Operation } from "./change_log.ts";
import { Collection } from "./collection.ts";
import { entrySize, memberAt, sizeForSpan, spanLength } from "../trees/entries.ts";

const NO_BYTES = new Uint8Array();

/** A collection whose members are found by their bytes. */
export abstract class KeyedCollection extends Collection {
  /**
   * Puts the cursor on the member that is these bytes. Returns false if there is none. In a sorted set the cursor may not
   * be moved from there.
   */
  find(member: Uint8Array, start: number, length: number): boolean {
    if (this.isTree) {
      const { form } = this;
      const found = form.find(hashKey(member, start, length), member, start, length);
      this.from = form.finder.from;
      this.end = form.finder.end;
      this.at = found;
    } else {
      const { spans, shard, bytes, shape, from, end } = this;
      this.at = spans.findIn(shard.memory, bytes, shape, from, end, member, start, length);
    }
    return this.at >= 0;
  }

  /** Adds the plain entry of `size` bytes in {@linkcode entry}, whose member was just not found. */
  protected addEntry(size: number): void {
    const isSought = this.isTree;
    this.beginChange(size);
    this.note(Operation.put, 0, 0, this.entry, 0, size);
    if (this.isTree) this.form.add(this.entry, 0, isSought);
    else this.splice(this.end, 0, size, 1);
  }

  /** Replaces the entry at the cursor by the plain one of `size` bytes in {@linkcode entry}. A change has begun. */
  protected replaceEntry(size: number): void {
    this.note(Operation.put, 0, 0, this.entry, 0, size);
    if (this.isTree) this.form.replace(this.at, this.entry, 0);
    else this.splice(this.at, entrySize(this.shape, this.bytes, this.at), size, 0);
  }

  /** Adds the plain entry at `at` of `bytes`, unless its member is there. */
  override addPlain(bytes: Uint8Array, at: number): void {
    const { packedSpans } = this;
    const length = packedSpans.contiguous(this.shard.memory, bytes, memberAt(this.shape, at));
    if (this.find(packedSpans.bytes, packedSpans.start, length)) return;
    this.addEntry(this.copyEntry(bytes, at));
  }

  /** Removes a member. Returns whether it was there. */
  remove(member: Uint8Array, start: number, length: number): boolean {
    if (!this.find(member, start, length)) return false;
    this.beginChange(0);
    this.#noteRemoval();
    if (this.isTree) this.form.removeFound(this.at);
    else this.splice(this.at, entrySize(this.shape, this.bytes, this.at), 0, -1);
    return true;
  }

  /** Notes for the log that the member at the cursor is about to be removed. */
  #noteRemoval(): void {
    if (!this.isNoting) return;
    const place = memberAt(this.shape, this.at);
    this.reserveEntry(sizeForSpan(spanLength(this.bytes, place)));
    const size = this.spans.writePlain(this.shard.memory, this.bytes, place, this.entry, 0);
    this.note(Operation.remove, 0, 0, this.entry, 0, size);
  }

  /** Notes for the log that members are about to be removed. */
  protected override noteRange(index: number, count: number): void {
    if (!this.isNoting || !this.seek(index)) return;
    for (let i = 0; i < count; i++) {
      this.#noteRemoval();
      this.next();
    }
  }

  /**
   * Calls `visit` with the cursor on each of about `most` members, or more. `cursor` is 0 at first, then what the
   * last call returned, which is 0 after the last member. Members that are there all the while are visited, whatever
   * comes and goes.
   */
  scan(cursor: number, most: number, visit: () => void): number {
    if (!this.isTree) {
      for (let more = this.seek(0); more; more = this.next()) visit();
      return 0;
    }
    const { finder } = this.form;
    finder.seekHash(cursor | 0, NO_BYTES, 0, 0);
    for (let visited = 0;;) {
      this.from = finder.from;
      this.end = finder.end;
      for (this.at = this.from; this.at < this.end; visited++) {
        const size = entrySize(this.shape, this.bytes, this.at);
        visit();
        this.at += size;
      }
      const next = finder.nextHash();
      if (!finder.nextLeaf()) return 0;
      // Members of one hash may be in several leaves.
      if (visited >= most && next !== cursor >>> 0) return next;
    }
  }
}
