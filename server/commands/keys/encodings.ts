// How Redis would keep a value, and how many members it has. The names of encodings are those that clients expect, by the
// defaults of Redis 7.0; here all collections are kept in one way. Counts nothing as a use of the key.

import {
  type HashView,
  ItemType,
  type ListView,
  type SetView,
  type Shard,
  type SortedSetView,
  type StreamView,
} from "../../../cache/mod.ts";
import type { Views } from "../../contract/collections/views.ts";
import { MAX_INT64_CHARS, parseInteger } from "../integers.ts";
import { entryCount } from "../streams/entry_answers.ts";

const EMBEDDED_BYTES = 44;
/** Most entries and longest member of what Redis keeps compact. */
const MAX_INTSET_ENTRIES = 512;
const MAX_HASH_ENTRIES = 512;
const MAX_SORTED_SET_ENTRIES = 128;
const MAX_COMPACT_BYTES = 64;

/** What a value is looked at with: views, and a few hundred bytes of scratch. */
export interface ItemViews {
  readonly views: Views;
  readonly scratch: Uint8Array;
}

/** Opens a view on the item that is looked at, whose type it has. */
export type OpenItem = (
  view: ListView | SetView | HashView | SortedSetView | StreamView,
) => void;

/** The name of the encoding that Redis 7.0 has for the value of the item at `address`. */
export function encodingOf(
  viewer: ItemViews,
  shard: Shard,
  address: number,
  open: OpenItem,
): string {
  const { views } = viewer;
  switch (shard.typeLocked(address)) {
    case ItemType.string:
      return stringEncoding(viewer, shard, address);
    case ItemType.list:
      return "quicklist";
    case ItemType.set:
      open(views.set);
      return isIntegerSet(viewer) ? "intset" : "hashtable";
    case ItemType.hash:
      open(views.hash);
      return isCompactHash(viewer) ? "listpack" : "hashtable";
    case ItemType.sortedSet:
      open(views.sortedSet);
      return isCompactSortedSet(viewer) ? "listpack" : "skiplist";
    case ItemType.stream:
      return "stream";
    default:
      return "raw";
  }
}

function stringEncoding({ scratch }: ItemViews, shard: Shard, address: number): string {
  const length = shard.valueBytesLocked(address);
  if (length > EMBEDDED_BYTES) return "raw";
  if (length > MAX_INT64_CHARS) return "embstr";
  shard.readValueLocked(address, scratch, 0);
  return parseInteger(scratch, 0, length) === undefined ? "embstr" : "int";
}

/** How many members or entries an item of this type has; null where it has bytes. */
export function membersOf({ views }: ItemViews, type: ItemType, open: OpenItem): number | null {
  const view = viewOf(views, type);
  if (view === null) return null;
  open(view);
  return type === ItemType.stream ? entryCount(views.stream) : view.count;
}

function viewOf(views: Views, type: ItemType) {
  if (type === ItemType.list) return views.list;
  if (type === ItemType.set) return views.set;
  if (type === ItemType.hash) return views.hash;
  if (type === ItemType.sortedSet) return views.sortedSet;
  return type === ItemType.stream ? views.stream : null;
}

/** Whether Redis would keep the opened set as integers. */
export function isIntegerSet({ views: { set }, scratch }: ItemViews): boolean {
  if (set.count > MAX_INTSET_ENTRIES) return false;
  for (let more = set.seek(0); more; more = set.next()) {
    const length = set.memberBytes;
    if (length > MAX_INT64_CHARS) return false;
    set.readMember(scratch, 0);
    if (parseInteger(scratch, 0, length) === undefined) return false;
  }
  return true;
}

/** Whether Redis would keep the opened hash in one piece. */
export function isCompactHash({ views: { hash } }: ItemViews): boolean {
  if (hash.count > MAX_HASH_ENTRIES) return false;
  for (let more = hash.seek(0); more; more = hash.next()) {
    if (hash.memberBytes > MAX_COMPACT_BYTES || hash.valueBytes > MAX_COMPACT_BYTES) return false;
  }
  return true;
}

/** Whether Redis would keep the opened sorted set in one piece. */
export function isCompactSortedSet({ views: { sortedSet } }: ItemViews): boolean {
  if (sortedSet.count > MAX_SORTED_SET_ENTRIES) return false;
  for (let more = sortedSet.seek(0); more; more = sortedSet.next()) {
    if (sortedSet.memberBytes > MAX_COMPACT_BYTES) return false;
  }
  return true;
}
