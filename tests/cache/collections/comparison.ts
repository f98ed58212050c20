// Compares an opened collection with the entries that it has to have: what it holds, its cursor in both directions,
// and what is found by member, score and rank.

import { assert, assertEquals } from "@std/assert";
import {
  type Collection,
  HashView,
  ListView,
  type SetView,
  SortedSetView,
  StreamView,
} from "../../../cache/mod.ts";
import { compareRecords } from "./records.ts";
import { byMember, bytesOf, type Entry, textOf } from "./members.ts";

function entryAt(view: Collection): Entry {
  const member = textOf(view.member());
  assertEquals(view.memberBytes, member.length);
  if (view instanceof HashView) {
    return { member, value: textOf(view.value()), number: view.deadlineMs };
  }
  return { member, value: "", number: isScored(view) ? view.score : 0 };
}

/** Whether entries have scores, and are in their order. */
function isScored(view: Collection): view is SortedSetView | StreamView {
  return view instanceof SortedSetView || view instanceof StreamView;
}

/** All entries, from the first to the last. */
function entriesOf(view: Collection): Entry[] {
  const entries: Entry[] = [];
  for (let more = view.seek(0); more; more = view.next()) entries.push(entryAt(view));
  return entries;
}

function shown(view: Collection, entries: readonly Entry[]): Entry[] {
  const plain = entries.map((entry) => view instanceof HashView ? entry : { ...entry, value: "" });
  return view instanceof ListView || isScored(view) ? plain : plain.sort(byMember);
}

/** Throws where the view has not these entries. `at` says where the cursor is tried, from 0 to 999. */
export function compareWith(view: Collection, entries: readonly Entry[], at: number): void {
  const found = entriesOf(view);
  assertEquals(view.count, found.length);
  assertEquals(shown(view, found), shown(view, entries));
  const place = Math.floor(at * found.length / 1000);
  assert(!view.seek(found.length) && !view.seek(-1));
  assertEquals(view.seek(place), found.length > 0);
  if (found.length === 0) return;
  const start = Math.max(0, place - 5);
  for (let i = place; i >= start; i--) {
    assertEquals(entryAt(view), found[i]);
    assertEquals(view.previous(), i > 0);
  }
  if (view instanceof StreamView) compareRecords(view, found, place);
  else if (!(view instanceof ListView)) compareFinds(view as SetView, found, place);
  if (view instanceof SortedSetView) compareRanks(view, found, place);
}

function compareFinds(view: SetView, found: readonly Entry[], place: number): void {
  for (const entry of found.slice(place, place + 5)) {
    const bytes = bytesOf(`-${entry.member}`);
    assert(view.find(bytes, 1, bytes.length - 1), "a member is not found");
    assertEquals(entryAt(view), entry);
    assert(!view.find(bytes, 0, bytes.length), "a member is found that is not there");
  }
}

function compareRanks(view: SortedSetView, found: readonly Entry[], place: number): void {
  const { member, number } = found[place]!;
  const bytes = bytesOf(member);
  assertEquals(view.rank(bytes, 0, bytes.length), place);
  for (const score of [number, 0, 3.5, -Infinity, Infinity]) {
    const below = found.filter((entry) => entry.number < score).length;
    const upTo = found.filter((entry) => entry.number <= score).length;
    assertEquals([view.rankOfScore(score, false), view.rankOfScore(score, true)], [below, upTo]);
  }
  if (found.some((entry) => entry.number !== number)) return;
  assertEquals(view.rankOfLex(bytes, 0, bytes.length, false), place);
  assertEquals(view.rankOfLex(bytes, 0, bytes.length, true), place + 1);
}
