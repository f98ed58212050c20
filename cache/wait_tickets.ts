// Who waits longest for a key, among the clients of all threads. Who begins to wait draws a ticket from a
// counter in the region. Each actor has a table there with the oldest ticket of its own clients for each key
// that any of them waits for, and looks into those of the others before it serves one. An entry has a few places,
// as a bucket has its window, so a look costs a few reads per actor, however many wait. Only its actor writes a
// table; what others read may be a moment old, so an older ticket there is a reason to look again, never a lock.
//
// Keys are known by 32 bits that depend on a number which is another one in each process: who knows the source
// cannot find keys that are taken for each other.

import * as layout from "./region_layout.ts";
import type { Region } from "./region.ts";

const {
  ACTOR_WAITS,
  REGION_SEED,
  REGION_TICKETS,
  WAIT_ENTRIES,
  WAIT_MASK,
  WAIT_PRINT,
  WAIT_TICKET,
  WAIT_WINDOW,
  WAIT_WORDS,
} = layout;

const FNV_PRIME = 0x01000193;
/** What {@linkcode WaitTickets.enter} returns where a key has no place left. */
export const NO_PLACE: number = -1;

/** Whether ticket `a` was drawn before `b`. They go round after 2^32. */
export function isOlder(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** The tickets as one actor sees them. */
export class WaitTickets {
  readonly #words: Int32Array;
  readonly #region: Region;
  readonly #actor: number;

  /** Forgets what an earlier thread has left behind that was this actor. */
  constructor(region: Region, actor: number) {
    this.#words = region.words;
    this.#region = region;
    this.#actor = actor;
    clearWaits(region, actor);
  }

  /** A new ticket; never 0. */
  draw(): number {
    for (;;) {
      const ticket = (Atomics.add(this.#words, REGION_TICKETS, 1) + 1) | 0;
      if (ticket !== 0) return ticket;
    }
  }

  /** The print of a key in what clients call `database`. */
  printOf(key: Uint8Array, start: number, length: number, database: number): number {
    let print = this.#words[REGION_SEED]! ^ database;
    for (let i = start; i < start + length; i++) print = Math.imul(print ^ key[i]!, FNV_PRIME);
    print = Math.imul(print ^ (print >>> 16), 0x85ebca6b);
    return print ^ (print >>> 13);
  }

  /**
   * Enters that a client of this actor waits for the key, the first one, with this ticket. Returns the place for
   * {@linkcode renew} and {@linkcode leave}, or NO_PLACE.
   */
  enter(print: number, ticket: number): number {
    const words = this.#words;
    for (let i = 0; i < WAIT_WINDOW; i++) {
      const at = this.#place(this.#actor, print, i);
      if (words[at + WAIT_TICKET] !== 0) continue;
      words[at + WAIT_PRINT] = print;
      Atomics.store(words, at + WAIT_TICKET, ticket);
      return at;
    }
    return NO_PLACE;
  }

  /** From now on the oldest ticket of the entry at this place is `ticket`. */
  renew(place: number, ticket: number): void {
    Atomics.store(this.#words, place + WAIT_TICKET, ticket);
  }

  /** No client of this actor waits for the key of the entry at this place any more. */
  leave(place: number): void {
    Atomics.store(this.#words, place + WAIT_TICKET, 0);
  }

  /** The oldest ticket that clients of other actors have for the key, or 0. */
  oldestElsewhere(print: number): number {
    const words = this.#words;
    const { actorCount } = this.#region.geometry;
    let oldest = 0;
    for (let actor = 0; actor < actorCount; actor++) {
      if (actor === this.#actor) continue;
      for (let i = 0; i < WAIT_WINDOW; i++) {
        const at = this.#place(actor, print, i);
        const ticket = Atomics.load(words, at + WAIT_TICKET);
        if (ticket === 0 || words[at + WAIT_PRINT] !== print) continue;
        if (oldest === 0 || isOlder(ticket, oldest)) oldest = ticket;
      }
    }
    return oldest;
  }

  #place(actor: number, print: number, i: number): number {
    return this.#region.actorWord(actor) + ACTOR_WAITS + ((print + i) & WAIT_MASK) * WAIT_WORDS;
  }
}

/** Forgets who waits in an actor that has ended. */
export function clearWaits(region: Region, actor: number): void {
  const base = region.actorWord(actor) + ACTOR_WAITS;
  for (let i = 0; i < WAIT_ENTRIES; i++) {
    const at = base + i * WAIT_WORDS + WAIT_TICKET;
    if (region.words[at] !== 0) Atomics.store(region.words, at, 0);
  }
}
