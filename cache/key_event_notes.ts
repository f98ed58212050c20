// Who notes key events, and of which classes: the bits that clients have asked for are in the region, for all threads.
// Nothing is noted unless somebody has asked for it, and then only by threads that fetch what they have noted.

import * as regionLayout from "./region_layout.ts";
import { CLIENT_DATABASE, KeyEventClass, KeyEventKind } from "./key_events.ts";
import { Duty, type Region } from "./region.ts";

const { EVENT_KIND_MASK, REGION_KEY_EVENTS, REGION_WATCHERS } = regionLayout;
const HOW = KeyEventClass.keyspace | KeyEventClass.keyevent;

/** Which classes of a kind have to be asked for: a put or delete may be of any type. */
const CLASSES_OF_KIND: readonly number[] = (() => {
  const { expired, evicted, missed } = KeyEventClass;
  const all = Object.values(KeyEventClass).reduce((sum, bit) => sum | bit, 0);
  const asked = all & ~(HOW | expired | evicted | missed);
  return [0, asked, asked, expired, evicted, missed];
})();

/** Notes a change for who fetches it, where anybody does and these `classes` are asked for. */
export function noteKeyEvent(
  region: Region,
  classes: number,
  kind: number,
  database: number,
  key: Uint8Array,
  start: number,
  keyBytes: number,
): void {
  if ((classes & CLASSES_OF_KIND[kind & EVENT_KIND_MASK]!) === 0 || region.keyEvents === null) {
    return;
  }
  region.duties |= Duty.keyEvents;
  region.keyEvents.note(kind, database, key, start, keyBytes);
}

/** Notes that a key was asked for that is not there. Costs one load while nobody watches anything. */
export function noteMiss(region: Region, key: Uint8Array, start: number, keyBytes: number): void {
  const { words } = region;
  if (words[REGION_WATCHERS] === 0) return;
  const classes = words[REGION_KEY_EVENTS]!;
  noteKeyEvent(region, classes, KeyEventKind.missed, CLIENT_DATABASE, key, start, keyBytes);
}

/** Notes a change that was asked for and has changed nothing: of that Redis tells, too. Costs one load as `noteMiss()`. */
export function noteUnchanged(
  region: Region,
  database: number,
  key: Uint8Array,
  start: number,
  keyBytes: number,
): void {
  const { words } = region;
  if (words[REGION_WATCHERS] === 0) return;
  const classes = words[REGION_KEY_EVENTS]!;
  noteKeyEvent(region, classes, KeyEventKind.put, database, key, start, keyBytes);
}

/** The classes of events that are asked for. */
export function keyEventClasses({ words }: Region): number {
  return words[REGION_KEY_EVENTS]!;
}

/** Asks for these classes of events from all threads. Any thread may do so, and several may do the same. */
export function chooseKeyEvents({ words }: Region, classes: number): void {
  const chosen = (classes & HOW) === 0 ? 0 : classes;
  const before = Atomics.exchange(words, REGION_KEY_EVENTS, chosen);
  if ((before === 0) === (chosen === 0)) return;
  Atomics.add(words, REGION_WATCHERS, chosen === 0 ? -1 : 1);
}
