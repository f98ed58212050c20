// How the events of commands are called that change two keys, in the order in which Redis tells of them; and the plain
// way, by which a name says it all.

import {
  KeyEventHint,
  KeyEventKind,
  type KeyEvents,
  type Region,
  storedDatabase,
} from "../../../cache/mod.ts";
import { Args } from "../../contract/args.ts";
import { eventNumber } from "../../contract/notifications/event_names.ts";
import { EventNaming } from "./event_naming.ts";

const NEW = eventNumber("new");
const DEL = eventNumber("del");
const SET = eventNumber("set");
const EXPIRE = eventNumber("expire");
const SINGLE: Readonly<Record<number, number>> = {
  [KeyEventKind.expired]: eventNumber("expired"),
  [KeyEventKind.evicted]: eventNumber("evicted"),
  [KeyEventKind.missed]: eventNumber("keymiss"),
};
const HEXPIRED = eventNumber("hexpired");

/** Each change is the event of that name. */
export function named(naming: EventNaming, name: string): void {
  namedBy(naming, eventNumber(name));
}

/** Each change is the event of that number. */
export function namedBy(naming: EventNaming, number: number): void {
  for (const place of naming.places()) nameOne(naming, place, number);
}

function nameOne(naming: EventNaming, place: number, given: number): void {
  const { events } = naming;
  const kind = events.kindOf(place);
  const single = SINGLE[kind];
  if (single !== undefined) return naming.tell(single, place);
  const number = events.has(place, KeyEventHint.isSwept) ? HEXPIRED : given;
  if (kind === KeyEventKind.put) {
    if (events.has(place, KeyEventHint.isNew)) naming.tell(NEW, place);
    if (events.has(place, KeyEventHint.isUntold)) return;
    naming.tell(number, place);
    if (number === SET && events.has(place, KeyEventHint.hasDeadline)) naming.tell(EXPIRE, place);
    return;
  }
  if (events.has(place, KeyEventHint.isEmptied)) naming.tell(number, place);
  naming.tell(DEL, place);
}

/** What was neither stored nor deleted is told of first; returns the places of all else. */
function changes(naming: EventNaming): number[] {
  const { events } = naming;
  const changed: number[] = [];
  for (const place of naming.places()) {
    const kind = events.kindOf(place);
    const isChange = (kind === KeyEventKind.put || kind === KeyEventKind.deleted) &&
      !events.has(place, KeyEventHint.isSwept);
    if (isChange) changed.push(place);
    else nameOne(naming, place, SET);
  }
  return changed;
}

/** RENAME: the new key is another one, even where there was one of its name. */
export function renamed(naming: EventNaming): void {
  inOrder(naming, "rename_from", "rename_to");
}

/** MOVE. */
export function moved(naming: EventNaming): void {
  inOrder(naming, "move_from", "move_to");
}

/** One key was deleted, and another one stored. */
function inOrder(naming: EventNaming, from: string, to: string): void {
  const { events } = naming;
  const changed = changes(naming);
  const stored = changed.find((place) => events.kindOf(place) === KeyEventKind.put);
  const deleted = changed.findLast((place) => events.kindOf(place) === KeyEventKind.deleted);
  if (stored === undefined || deleted === undefined) return;
  naming.tell(NEW, stored);
  naming.tell(eventNumber(from), deleted);
  naming.tell(eventNumber(to), stored);
}

/** One key was stored, in however many steps, and is another one than was there before. */
export function replaced(naming: EventNaming, name: string): void {
  const { events } = naming;
  const changed = changes(naming);
  const stored = changed.find((place) => events.kindOf(place) === KeyEventKind.put);
  if (stored === undefined) return changed.forEach((place) => naming.tell(DEL, place));
  naming.tell(NEW, stored);
  naming.tell(eventNumber(name), stored);
}

/** An element went from the list that is argument 0 to that of argument 1: told of there first. */
export function moveOfList(naming: EventNaming, pop: string, push: string): void {
  const [popped, pushed] = [eventNumber(pop), eventNumber(push)];
  const changed = changes(naming);
  for (const place of changed) if (naming.isKey(place, 1)) tellPut(naming, place, pushed);
  for (const place of changed) if (naming.isKey(place, 0)) nameSource(naming, place, popped);
}

function tellPut(naming: EventNaming, place: number, number: number): void {
  if (naming.events.kindOf(place) === KeyEventKind.put) nameOne(naming, place, number);
}

/** Tells that the source has lost something; where it is the destination too, it was not new before. */
function nameSource(naming: EventNaming, place: number, number: number): void {
  naming.tell(number, place);
  if (naming.events.kindOf(place) === KeyEventKind.deleted) naming.tell(DEL, place);
}

/** A member went from the set that is argument 0 to that of argument 1. */
export function moveOfSet(naming: EventNaming): void {
  const [removed, added] = [eventNumber("srem"), eventNumber("sadd")];
  const changed = changes(naming);
  for (const place of changed) if (naming.isKey(place, 0)) nameOne(naming, place, removed);
  for (const place of changed) if (naming.isKey(place, 1)) nameOne(naming, place, added);
}

/** Names the events of a thread that no command is known of: they have expired, or somebody has stored them. */
export function namePlainly(region: Region, events: KeyEvents): void {
  named(new EventNaming(region, events, new Args(), 0, storedDatabase(region, 0)), "set");
  events.named = events.count;
}
