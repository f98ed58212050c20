// A collection, opened: a cursor on its entries, and their removal by number. What lists, sets, hashes and sorted sets
// have in common. opened_item.ts has how entries are found and stored.

import { entrySize, equalBytes, memberAt, spanLength } from "../trees/entries.ts";
import { OpenedItem } from "./opened_item.ts";

/** An opened collection. The views on the four types extend it. */
export abstract class Collection extends OpenedItem {
  /** Where the entry at the cursor begins. */
  protected at = 0;

  /** Puts the cursor on entry `index`. Returns false if there is none. */
  seek(index: number): boolean {
    if (index < 0) return false;
    let left = index;
    if (this.isTree) {
      if (index >= this.count) return false;
      left -= this.form.tree.seekIndex(index);
      this.enterLeaf();
    }
    let at = this.from;
    for (; left > 0 && at < this.end; left--) at += entrySize(this.shape, this.bytes, at);
    if (at >= this.end) return false;
    this.at = at;
    return true;
  }

  /** The leaf that the tree's walk is at is where the cursor moves. */
  protected enterLeaf(): void {
    const { tree } = this.form;
    this.from = tree.from;
    this.end = tree.end;
  }

  /** Puts the cursor on the next entry. Returns false if there is none. */
  next(): boolean {
    const at = this.at + entrySize(this.shape, this.bytes, this.at);
    if (at < this.end) this.at = at;
    else {
      if (!this.isTree || !this.form.tree.nextLeaf()) return false;
      this.enterLeaf();
      this.at = this.from;
    }
    return true;
  }

  /** Puts the cursor on the entry before. Returns false if there is none. */
  previous(): boolean {
    let behind = this.at;
    if (behind === this.from) {
      if (!this.isTree || !this.form.tree.previousLeaf()) return false;
      this.enterLeaf();
      behind = this.end;
    }
    let at = this.from;
    for (let next = at; next < behind; next += entrySize(this.shape, this.bytes, at)) at = next;
    this.at = at;
    return true;
  }

  /** How many entries of the packed item or leaf are before byte `at`. */
  protected entriesBefore(at: number): number {
    let count = 0;
    for (let i = this.from; i < at; count++) i += entrySize(this.shape, this.bytes, i);
    return count;
  }

  /** Length of the member, or field, at the cursor. */
  get memberBytes(): number {
    return spanLength(this.bytes, memberAt(this.shape, this.at));
  }

  /** Copies the member, or field, at the cursor to `to`, from `at`. */
  readMember(to: Uint8Array, at: number): void {
    this.readSpan(memberAt(this.shape, this.at), to, at);
  }

  /** Whether the member, or field, at the cursor is these bytes. */
  isMember(bytes: Uint8Array, start: number, length: number): boolean {
    if (this.memberBytes !== length) return false;
    const { spans } = this;
    spans.contiguous(this.shard.memory, this.bytes, memberAt(this.shape, this.at));
    return equalBytes(spans.bytes, spans.start, bytes, start, length);
  }

  /** A copy of the member, or field, at the cursor. */
  member(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.memberBytes);
    this.readMember(copy, 0);
    return copy;
  }

  /** Copies what the span at `place` holds. */
  protected readSpan(place: number, to: Uint8Array, at: number): void {
    this.spans.read(this.shard.memory, this.bytes, place, to, at);
  }

  /** Removes up to `count` entries from number `index` on. */
  removeRange(index: number, count: number): void {
    const removed = Math.min(count, this.count - index);
    if (removed <= 0 || index < 0) return;
    this.beginChange(0);
    this.noteRange(index, removed);
    if (this.isTree) {
      for (let left = removed; left > 0;) left -= this.form.removeSome(index, left);
      return;
    }
    this.seek(index);
    let at = this.at;
    for (let i = 0; i < removed; i++) at += entrySize(this.shape, this.bytes, at);
    this.splice(this.at, at - this.at, 0, -removed);
  }

  /** Notes for the log that entries are about to be removed. */
  protected abstract noteRange(index: number, count: number): void;
}
