// An item of several members, opened on a key of a locked shard: finds its entries, packed or in trees, makes a tree of
// what gets too large, and stores what has changed. While it is open for change nothing else may be changed in its
// shard. What it has changed is not in the item before it is closed, and views on other keys of the shard that are
// open then may not be used any more.

import { indirectKind, isIndirect, type ItemType, packedKind, typeOf } from "../item_types.ts";
import { KeyEventHint } from "../key_events.ts";
import * as layout from "../layout.ts";
import { KEEP_DEADLINE, Outcome } from "../outcome.ts";
import { PutRequest } from "../put_request.ts";
import type { Shard } from "../shard.ts";
import { ChangeLog, type Operation } from "./change_log.ts";
import {
  beginTreeChangeLocked,
  dropTreeLocked,
  storeChangedLocked,
  storePatchedLocked,
  storePlantedLocked,
} from "./commit.ts";
import { Descriptor, DESCRIPTOR_BYTES } from "../trees/descriptor.ts";
import { entrySize, type Shape } from "../trees/entries.ts";
import { hasFinder, orderOf } from "../trees/shrink.ts";
import { PackedEntries } from "./packed_entries.ts";
import { SpanReader } from "../trees/spans.ts";
import { TreeForm } from "../trees/tree_form.ts";

const { EIGHTH_BYTE_SHIFT, KIND_MEMBER_DEADLINES, MEMBER_TAIL_BYTES, SLOT_BYTES } = layout;

/** What was found under a key. */
export const Opening = {
  /** Nothing. */
  absent: 0,
  found: 1,
  /** A value of another type. The view may not be used. */
  wrongType: 2,
} as const;
/** One of the values of the constant of the same name. */
export type Opening = typeof Opening[keyof typeof Opening];

/** Entries above this many bytes in all become a tree. */
const MAX_PACKED_BYTES = 480;
/** A collection may take this part of a shard's slots. */
const MAX_SHARE = 0.5;
/** One that comes back may take this part, since its leaves may be less full than they were. */
const MAX_RESTORED_SHARE = 0.75;
/** What an entry takes at most, besides its bytes; and how much more than its bytes where leaves are half full. */
const ENTRY_HEAD_BYTES = 24;
const SPACE_PER_BYTE = 2.2;

/** An opened item: where its entries are, and how they are stored when it is closed. */
export abstract class OpenedItem extends PackedEntries {
  /** Whether the entries are in trees. */
  protected isTree = false;
  /** The shard that the key is in. */
  shard!: Shard;
  readonly #type: ItemType;
  readonly #put = new PutRequest();
  /**
   * Reads entries in plain form.
   *
   * @ignore
   */
  protected readonly packedSpans: SpanReader = new SpanReader();
  readonly #descriptor = new Descriptor();
  readonly #changes = new ChangeLog();
  #form: TreeForm | null = null;
  /** The item that was opened, or 0. */
  protected address = 0;
  #isChanged = false;
  #isReplacing = false;
  /** Whether the item was a tree when it was opened, which the log has then. */
  #wasTree = false;

  /** A view on items of this type. */
  constructor(type: ItemType, shape: Shape) {
    super(shape);
    this.#type = type;
  }

  /**
   * Its trees.
   *
   * @ignore
   */
  protected get form(): TreeForm {
    return this.#form ??= new TreeForm(this.shape, orderOf(this.#type), hasFinder(this.#type));
  }

  /**
   * Reads its members.
   *
   * @ignore
   */
  protected get spans(): SpanReader {
    return this.isTree ? this.form.spans : this.packedSpans;
  }

  /**
   * Opens what is under a key of `database`, in its locked shard. `isRead` counts a hit or a miss. The bytes of the key
   * have to stay until the view is closed.
   */
  open(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
    isRead: boolean,
  ): Opening {
    const address = isRead
      ? shard.getLocked(hash, key, start, length)
      : shard.peekLocked(hash, key, start, length);
    if (address !== 0 && typeOf(shard.memory, address) !== this.#type) return Opening.wrongType;
    this.#begin(shard, database, hash, key, start, length);
    if (address === 0) return Opening.absent;
    this.address = address;
    if (isIndirect(shard.memory, address)) this.#openTree(address);
    else this.openPacked(shard.memory, address);
    return Opening.found;
  }

  /** Begins what will replace whatever is under a key, its deadline too, when it is closed. */
  openEmpty(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.#begin(shard, database, hash, key, start, length);
    this.#isReplacing = true;
    this.#change();
  }

  #begin(
    shard: Shard,
    database: number,
    hash: number,
    key: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.shard = shard;
    this.#put.database = database;
    this.#put.setKey(hash, key, start, length);
    this.clear();
    this.address = 0;
    this.isTree = false;
    this.#wasTree = false;
    this.#isChanged = false;
    this.#isReplacing = false;
  }

  #openTree(address: number): void {
    const { memory } = this.shard;
    this.#descriptor.read(memory, address);
    this.form.open(memory, this.#descriptor);
    this.isTree = true;
    this.#wasTree = true;
    this.enterShard(memory);
  }

  /** How many members there are. */
  get count(): number {
    if (this.isTree) return this.form.tree.count;
    return this.packedCount;
  }

  /** At least as many bytes as all members and values have in sum. */
  get byteBound(): number {
    if (!this.isTree) return this.end - this.from;
    return this.form.eighths << EIGHTH_BYTE_SHIFT;
  }

  /** Whether there would be space for `entries` more entries, with `bytes` bytes of members and values in all. */
  hasRoom(entries: number, bytes: number): boolean {
    const { memory } = this.shard;
    const more = SPACE_PER_BYTE * (bytes + entries * ENTRY_HEAD_BYTES);
    // A few bytes need no more than the nodes that they may divide.
    const share = memory.isRestoring ? MAX_RESTORED_SHARE : MAX_SHARE;
    return this.byteBound + more <= share * memory.geometry.slotCount * SLOT_BYTES;
  }

  /** A change begins. */
  #change(): void {
    if (this.#isChanged) return;
    this.#isChanged = true;
    this.#changes.clear();
    beginTreeChangeLocked(this.shard.memory, this.address);
  }

  /** A change begins that adds an entry of `added` bytes, perhaps. Makes a tree of a packed item that gets too large. */
  protected beginChange(added: number): void {
    this.#change();
    if (!this.isTree && this.end - this.from + added > MAX_PACKED_BYTES) this.#plant();
  }

  /** Makes a tree of the packed entries. */
  #plant(): void {
    const { form } = this;
    this.takeOver(0);
    form.begin(this.shard.memory);
    this.isTree = true;
    for (let at = this.from; at < this.end; at += entrySize(this.shape, this.bytes, at)) {
      form.append(this.bytes, at);
    }
    this.enterShard(this.shard.memory);
  }

  /** Whether the log is to have each change: else it gets the whole item when that is closed. */
  protected get isNoting(): boolean {
    return this.#wasTree && this.shard.memory.region.log !== null;
  }

  /** Adds the plain entry at `at` of `bytes`, behind all others of a list; not if its member is there. */
  abstract addPlain(bytes: Uint8Array, at: number): void;

  /**
   * Notes what was done to a tree, for the log. The entry is `length` bytes of `bytes`, from `start`.
   *
   * @ignore
   */
  protected note(
    operation: Operation,
    index: number,
    count: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (!this.isNoting) return;
    this.#changes.add(operation, index, count, bytes, start, length);
  }

  /**
   * Stores what has changed, or deletes the key where nothing is left. Not needed where nothing was changed, and then it
   * does nothing.
   */
  close(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const { shard } = this;
    const put = this.#put;
    shard.memory.pinned = 0;
    if (this.isTree) return this.#closeTree();
    if (this.from === this.end) {
      shard.deleteLocked(put.hash, put.key, put.keyStart, put.keyBytes, KeyEventHint.isEmptied);
      return;
    }
    put.kind = packedKind(this.#type);
    const hasTail = this.writeTail(this.entry, 0);
    if (!hasTail && !this.isReshaped && this.address !== 0 && !this.#isReplacing) {
      put.setValue(this.bytes, this.from, this.end - this.from);
      if (storePatchedLocked(shard, this.address, put, this.patchFrom, this.patchEnd)) return;
    }
    if (hasTail) {
      put.kind |= KIND_MEMBER_DEADLINES;
      this.splice(this.end, 0, MEMBER_TAIL_BYTES, 0);
    }
    put.setValue(this.bytes, this.from, this.end - this.from);
    put.setTerms(this.#isReplacing ? 0 : KEEP_DEADLINE);
    if (shard.putLocked(put) !== Outcome.stored) throw new Error("Cannot store a packed item");
  }

  #closeTree(): void {
    const { shard, form, address } = this;
    const { memory } = shard;
    const put = this.#put;
    const descriptor = this.#descriptor;
    form.describe(descriptor);
    if (form.tree.count === 0) {
      if (this.#wasTree) dropTreeLocked(memory, address, descriptor, form.grownEighths);
      else form.drop();
      shard.deleteLocked(put.hash, put.key, put.keyStart, put.keyBytes, KeyEventHint.isEmptied);
      return;
    }
    const hasTail = this.writeTail(descriptor.bytes, DESCRIPTOR_BYTES);
    put.kind = indirectKind(this.#type) | (hasTail ? KIND_MEMBER_DEADLINES : 0);
    put.setTerms(this.#isReplacing ? 0 : KEEP_DEADLINE);
    put.setValue(descriptor.bytes, 0, DESCRIPTOR_BYTES + (hasTail ? MEMBER_TAIL_BYTES : 0));
    if (!this.#wasTree) return storePlantedLocked(shard, descriptor, put);
    const isSame = !hasTail && !descriptor.isChanged;
    storeChangedLocked(shard, address, form.grownEighths, put, isSame, this.#changes);
  }

  /** Deletes the key with all that is in it. Nothing may have been changed since it was opened. */
  deleteKey(): void {
    const { hash, key, keyStart, keyBytes } = this.#put;
    this.shard.deleteLocked(hash, key, keyStart, keyBytes, KeyEventHint.isEmptied);
  }

  /** Writes to `to`, from `at`, what follows the entries or the descriptor. Returns false where nothing does. */
  protected writeTail(_to: Uint8Array, _at: number): boolean {
    return false;
  }
}
