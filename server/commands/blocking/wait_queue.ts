// The clients of one worker that wait for one key, in the order in which they came. Each waits in the queues of
// all its keys. Knows neither commands nor what is under a key.

import { NO_PLACE, type WaitTickets } from "../../../cache/mod.ts";
import type { WaitObject } from "./wait_objects.ts";

/** How long those that wait longer in another worker have the first right to what is there: it may be busy, or hang. */
export const PRECEDENCE_MS = 1000;
/** Longest time between two looks whether they have used it. */
const MAX_LOOK_MS = 64;

/** A place in a queue. */
export interface Spot<Client extends Ticketed> {
  readonly client: Client;
  readonly queue: WaitQueue<Client>;
  /** Which argument of the client's command is the key. */
  readonly index: number;
  before: Spot<Client> | null;
  after: Spot<Client> | null;
}

/** One that waits. */
export interface Ticketed {
  /** Drawn when it began to wait. */
  readonly ticket: number;
}

/** Who waits for one key. */
export class WaitQueue<Client extends Ticketed> {
  /** Hash of the key in database 0. */
  readonly hash: number;
  /** What the tickets know the key by. */
  readonly print: number;
  /** Its database, by the number that clients use. */
  readonly database: number;
  readonly object: WaitObject;
  readonly key: Uint8Array;
  /** Who waits longest. */
  first: Spot<Client> | null = null;
  /** Where a look at all of them goes on. */
  resumeAt: Spot<Client> | null = null;
  #last: Spot<Client> | null = null;
  #place = NO_PLACE;
  readonly #tickets: WaitTickets;
  /** The timer of the next look. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lookMs = 1;
  /** The ticket in another worker that has precedence, and since when. */
  #preceding = 0;
  #sinceMs = 0;

  constructor(
    tickets: WaitTickets,
    hash: number,
    print: number,
    database: number,
    object: WaitObject,
    key: Uint8Array,
  ) {
    this.#tickets = tickets;
    this.hash = hash;
    this.print = print;
    this.database = database;
    this.object = object;
    this.key = key;
  }

  /** Lets a client wait behind all others. Returns null where there is no place for the queue's ticket. */
  add(client: Client, index: number): Spot<Client> | null {
    if (this.first === null) {
      this.#place = this.#tickets.enter(this.print, client.ticket);
      if (this.#place === NO_PLACE) return null;
    }
    const spot: Spot<Client> = { client, queue: this, index, before: this.#last, after: null };
    if (this.#last === null) this.first = spot;
    else this.#last.after = spot;
    this.#last = spot;
    return spot;
  }

  /** Whether the latest client in it is this one. */
  endsWith(client: Client): boolean {
    return this.#last !== null && this.#last.client === client;
  }

  /** A client waits here no more. */
  remove(spot: Spot<Client>): void {
    if (this.resumeAt === spot) this.resumeAt = spot.after;
    if (spot.after === null) this.#last = spot.before;
    else spot.after.before = spot.before;
    if (spot.before !== null) {
      spot.before.after = spot.after;
      return;
    }
    this.first = spot.after;
    if (this.first !== null) return this.#tickets.renew(this.#place, this.first.client.ticket);
    this.#tickets.leave(this.#place);
    this.settle();
  }

  /** Whether clients of other workers wait longer, and may still take what is there first. */
  gives(older: number, nowMs: number): boolean {
    if (older !== this.#preceding) {
      this.#preceding = older;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs < PRECEDENCE_MS;
  }

  /** Calls `look` soon, each time in a row after a longer while; at once where `isNext`. */
  lookLater(look: () => void, isNext = false): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      look();
    }, isNext ? 0 : this.#lookMs);
    if (!isNext) this.#lookMs = Math.min(2 * this.#lookMs, MAX_LOOK_MS);
  }

  /** There is nothing to look after. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lookMs = 1;
    this.#preceding = 0;
  }
}
