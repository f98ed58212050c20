// Applies operations on the members of a collection, as record_members.ts has written them, to the one that has the
// version before. restore.ts has found that, and stamps it afterwards.

import { ChangeReader, Operation } from "../collections/change_log.ts";
import type { Collection } from "../collections/collection.ts";
import { entrySize, memberAt, Shape } from "../trees/entries.ts";
import { HashView } from "../collections/hash_view.ts";
import { KeyedCollection } from "../collections/keyed.ts";
import { ListView } from "../collections/list_view.ts";
import { SetView } from "../collections/set_view.ts";
import { SortedSetView } from "../collections/sorted_set_view.ts";
import { StreamView } from "../collections/stream_view.ts";
import { SpanReader } from "../trees/spans.ts";
import { ItemType } from "../item_types.ts";
import type { Shard } from "../shard.ts";

/** Restores members in one thread. */
export class MembersRestore {
  readonly #list = new ListView();
  readonly #set = new SetView();
  readonly #hash = new HashView();
  readonly #sortedSet = new SortedSetView();
  readonly #stream = new StreamView();
  readonly #spans = new SpanReader();

  #viewOf(type: ItemType): Collection {
    switch (type) {
      case ItemType.list:
        return this.#list;
      case ItemType.set:
        return this.#set;
      case ItemType.hash:
        return this.#hash;
      case ItemType.stream:
        return this.#stream;
      default:
        return this.#sortedSet;
    }
  }

  /**
   * Applies the operations in `bytes`, from `start` to `end`, to the collection of this type under a key. Returns false
   * where it is too large for the shard then: it has no members any more, and is gone. Throws RangeError where there are
   * no operations that can be.
   */
  applyLocked(
    shard: Shard,
    type: ItemType,
    database: number,
    hash: number,
    key: Uint8Array,
    keyBytes: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const view = this.#viewOf(type);
    view.open(shard, database, hash, key, 0, keyBytes, false);
    const reader = new ChangeReader(bytes, start, end, view.shape);
    let fits = true;
    while (fits && reader.next()) fits = this.#apply(view, reader, bytes);
    if (!fits) view.removeRange(0, view.count);
    view.close();
    return fits;
  }

  /** Carries an operation out. Returns false, and does not, where there is no space for what it adds. */
  #apply(view: Collection, reader: ChangeReader, bytes: Uint8Array): boolean {
    const { operation, entry, index, count } = reader;
    if (operation === Operation.addAll) return addAll(view, bytes, index, entry, entry + count);
    if (operation === Operation.removeRange) {
      view.removeRange(index, count);
      return true;
    }
    if (view instanceof StreamView) return applyToStream(view, reader, bytes);
    const { memory } = view.shard;
    const isRemoval = operation === Operation.remove;
    const shape = isRemoval ? Shape.member : view.shape;
    if (!isRemoval && !view.hasRoom(1, entrySize(shape, bytes, entry))) return false;
    const length = this.#spans.contiguous(memory, bytes, memberAt(shape, entry));
    const { bytes: member, start } = this.#spans;
    if (view instanceof ListView) {
      if (operation === Operation.insert) view.insert(index, member, start, length);
      else if (operation === Operation.set) view.set(index, member, start, length);
    } else if (view instanceof KeyedCollection) {
      view.remove(member, start, length);
      if (operation === Operation.put) view.addPlain(bytes, entry);
    }
    return true;
  }
}

/**
 * Adds entries. Those of a list come behind `index` others: where there are more they are there already. Returns false
 * where there is no space for all.
 */
function addAll(
  view: Collection,
  bytes: Uint8Array,
  index: number,
  start: number,
  end: number,
): boolean {
  if (view instanceof ListView && view.count !== index) return true;
  for (let at = start; at < end;) {
    const next = at + entrySize(view.shape, bytes, at);
    if (next > end) throw new RangeError("Cannot read changes: a member does not end");
    if (!view.hasRoom(1, next - at)) return false;
    view.addPlain(bytes, at);
    at = next;
  }
  return true;
}

/** Carries out an operation on a record. Returns false, and does not, where there is no space for what it adds. */
function applyToStream(stream: StreamView, reader: ChangeReader, bytes: Uint8Array): boolean {
  const { operation, entry, index, count } = reader;
  const size = entrySize(Shape.scored, bytes, entry);
  switch (operation) {
    case Operation.put:
      if (!stream.hasRoom(1, size)) return false;
      stream.putPlain(bytes, entry);
      break;
    case Operation.patch:
      stream.patchPlain(bytes, entry, index, count);
      break;
    case Operation.removeRecord:
      stream.removePlain(bytes, entry);
      break;
    case Operation.removeRecords:
      stream.removePlainRange(bytes, entry, entry + size);
  }
  return true;
}
