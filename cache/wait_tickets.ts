// Who waits longest for a key, among the clients of all threads. Who begins to wait draws a ticket from a
// counter in the region. Each actor has a table there with the oldest ticket of its own clients for each key
// that any of them waits for, and looks into those of the others before it serves one. An entry may be in two
// windows and goes to the emptier one, so a look costs a few reads per actor, however many wait, and nine tenths of a table
// can be used. Only its actor writes it; what others read may be a moment old, so an older ticket there is a reason to look
// again, never a lock.
//
// Keys are known by 32 bits that depend on a number which is another one in each process: who knows the source
// cannot find keys that are taken for each other.

import * as layout from "./region_layout.ts";
import type { Region } from "./region.ts";

const {
  ACTOR_WAITS,
  ACTOR_WATCHES,
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
/** Mixes a print to its second window. */
const SECOND_WINDOW = 0x9e3779b1;
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
    const first = this.#free(print, 0);
    const second = this.#free(print, 1);
    const at = first < second
      ? this.#place(this.#actor, print, 1)
      : this.#place(this.#actor, print, 0);
    for (let i = 0; i < WAIT_WINDOW; i++) {
      const place = at + i * WAIT_WORDS;
      if (words[place + WAIT_TICKET] !== 0) continue;
      words[place + WAIT_PRINT] = print;
      Atomics.store(words, place + WAIT_TICKET, ticket);
      return place;
    }
    return NO_PLACE;
  }

  /** How many places are free in one of the two windows of a print. */
  #free(print: number, window: 0 | 1): number {
    const at = this.#place(this.#actor, print, window);
    let count = 0;
    for (let i = 0; i < WAIT_WINDOW; i++) {
      if (this.#words[at + i * WAIT_WORDS + WAIT_TICKET] === 0) count++;
    }
    return count;
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
      const watches = Atomics.load(words, this.#region.actorWord(actor) + ACTOR_WATCHES);
      if (actor === this.#actor || watches === 0) continue;
      for (let window = 0; window < 2; window++) {
        const at = this.#place(actor, print, window);
        for (let i = 0; i < WAIT_WINDOW; i++) {
          const place = at + i * WAIT_WORDS;
          const ticket = Atomics.load(words, place + WAIT_TICKET);
          if (ticket === 0 || words[place + WAIT_PRINT] !== print) continue;
          if (oldest === 0 || isOlder(ticket, oldest)) oldest = ticket;
        }
      }
    }
    return oldest;
  }

  /** First word of one of the two windows that a print has among an actor's entries. */
  #place(actor: number, print: number, window: number): number {
    const index = window === 0 ? print : Math.imul(print, SECOND_WINDOW) >>> 16;
    return this.#region.actorWord(actor) + ACTOR_WAITS + (index & WAIT_MASK) * WAIT_WORDS;
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
