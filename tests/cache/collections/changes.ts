// Changes of an opened collection, and of the model's entries beside it. What a change answers is compared.

import { assert, assertEquals } from "@std/assert";
import {
  type Collection,
  HashView,
  ListView,
  SetView,
  SortedSetView,
  StreamView,
} from "../../../cache/mod.ts";
import { keyOf, recordFor } from "./records.ts";
import { byScore, bytesOf, type Entry, memberOf, scoreFor, textOf, valueFor } from "./members.ts";

/** What is added: `count` members from number `id` on, in a list from `at` thousandths on. */
export interface Addition {
  readonly id: number;
  readonly count: number;
  readonly at: number;
  /** Number of the write, which values and scores depend on. */
  readonly write: number;
}

/** Adds members from number `id` on, for as long as there is room. */
export function addMany(
  view: Collection,
  before: readonly Entry[],
  { id, count, at, write }: Addition,
): Entry[] {
  let entries = [...before];
  for (let i = 0; i < count; i++) {
    const member = memberOf((id + i) % 500);
    const value = valueFor(write + i);
    if (!view.hasRoom(1, member.length + value.length)) return entries;
    entries = addOne(view, entries, { member, value, number: 0 }, { id: id + i, at, write });
  }
  return entries;
}

function addOne(
  view: Collection,
  entries: Entry[],
  entry: Entry,
  { id, at, write }: Omit<Addition, "count">,
): Entry[] {
  const bytes = bytesOf(entry.member);
  if (view instanceof StreamView) return addRecord(view, entries, id, write);
  const known = entries.findIndex(({ member }) => member === entry.member);
  if (view instanceof ListView) {
    const place = Math.floor(at * (entries.length + 1) / 1000);
    // One in four replaces an element.
    const isSet = place < entries.length && id % 4 === 0;
    if (isSet) view.set(place, bytes, 0, bytes.length);
    else view.insert(place, bytes, 0, bytes.length);
    return entries.toSpliced(place, isSet ? 1 : 0, entry);
  }
  if (view instanceof SetView) {
    assertEquals(view.add(bytes, 0, bytes.length), known < 0);
    return known < 0 ? [...entries, entry] : entries;
  }
  const others = known < 0 ? entries : entries.toSpliced(known, 1);
  if (view instanceof HashView) {
    const number = id % 5 === 0 ? 1_900_000_000_000 + id : 0;
    const value = bytesOf(entry.value);
    const isNew = view.put(bytes, 0, bytes.length, value, 0, value.length, number);
    assertEquals(isNew, known < 0);
    return [...others, { ...entry, number }];
  }
  assert(view instanceof SortedSetView);
  const number = scoreFor(id, write);
  assertEquals(view.put(bytes, 0, bytes.length, number), known < 0);
  return [...others, { ...entry, number }].sort(byScore);
}

/** Adds the record of a number, or overwrites what is behind its key where it is there. */
function addRecord(view: StreamView, entries: Entry[], id: number, write: number): Entry[] {
  const record = recordFor(id, write);
  const key = keyOf(record);
  const bytes = bytesOf(record.member);
  const known = entries.findIndex((one) => one.number === record.number && keyOf(one) === key);
  const isKnown = view.findRecord(record.number, bytes, 0, key.length);
  assertEquals(isKnown, known >= 0);
  if (!isKnown) {
    const isLast = entries.every((one) => byScore(one, record) < 0);
    if (isLast && write % 2 === 0) view.append(record.number, bytes, 0, bytes.length);
    else view.put(record.number, bytes, 0, bytes.length);
    return [...entries, record].sort(byScore);
  }
  const old = entries[known]!.member;
  const end = Math.min(old.length, bytes.length);
  const from = Math.min(end, key.length + write % 3);
  view.overwrite(from, bytes, from, end - from);
  const member = old.slice(0, from) + record.member.slice(from, end) + old.slice(end);
  return entries.with(known, { ...record, member });
}

export function remove(view: Collection, entries: Entry[], id: number, place: number): Entry[] {
  if (view instanceof ListView) return removeRange(view, entries, place, 1);
  if (view instanceof StreamView) {
    const record = id % 5 === 0 ? recordFor(id, 0) : entries[place] ?? recordFor(id, 0);
    const key = bytesOf(keyOf(record));
    if (view.findRecord(record.number, key, 0, key.length)) view.removeRecord();
    return entries.filter((one) => one.number !== record.number || keyOf(one) !== keyOf(record));
  }
  // One that is there, mostly.
  const member = id % 5 === 0 ? memberOf(id) : entries[place]?.member ?? "";
  const bytes = bytesOf(member);
  const known = entries.findIndex((entry) => entry.member === member);
  const keyed = view as SetView | HashView | SortedSetView;
  assertEquals(keyed.remove(bytes, 0, bytes.length), known >= 0);
  return known < 0 ? entries : entries.toSpliced(known, 1);
}

/** Removes entries by their number in the view, whose order is its own in sets and hashes. */
export function removeRange(
  view: Collection,
  entries: Entry[],
  place: number,
  count: number,
): Entry[] {
  const order = membersInOrder(view);
  view.removeRange(place, count);
  if (view instanceof ListView || view instanceof StreamView) {
    return entries.toSpliced(place, count);
  }
  const gone = new Set(order.slice(place, place + count));
  return entries.filter(({ member }) => !gone.has(member));
}

function membersInOrder(view: Collection): string[] {
  const order: string[] = [];
  for (let more = view.seek(0); more; more = view.next()) order.push(textOf(view.member()));
  return order;
}
