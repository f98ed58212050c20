// What one thread has done to keys, for those who are told of it by name: keyspace notifications. The engine notes key
// and kind under the lock; who has the thread's turn fetches them when that is released. How an event is called depends
// on the command, so that is not known here.

import * as regionLayout from "./region_layout.ts";
import { copyBytes } from "./copy.ts";

const { EVENT_KIND_BITS, EVENT_KIND_MASK } = regionLayout;

/** Classes of events, as bits: what `notify-keyspace-events` chooses. */
export const KeyEventClass = {
  /** How they are told: on a channel for each key, and on one for each event. */
  keyspace: 1,
  keyevent: 2,
  generic: 4,
  string: 8,
  list: 16,
  set: 32,
  hash: 64,
  sortedSet: 128,
  expired: 256,
  evicted: 512,
  stream: 1024,
  missed: 2048,
  module: 4096,
  added: 8192,
} as const;

/** What happened to a key: the values of ChangeKind, and one more. */
export const KeyEventKind = { put: 1, deleted: 2, expired: 3, evicted: 4, missed: 5 } as const;
/** One of the values of the constant of the same name. */
export type KeyEventKind = typeof KeyEventKind[keyof typeof KeyEventKind];

/** What more is known of a change: bits above its kind, which watchers do not see. */
export const KeyEventHint = {
  /** The key was not there before. */
  isNew: 1 << EVENT_KIND_BITS,
  /** It was stored with a deadline. */
  hasDeadline: 2 << EVENT_KIND_BITS,
  /** It was deleted since its last member went. */
  isEmptied: 4 << EVENT_KIND_BITS,
  /** Fields of it have expired. */
  isSwept: 8 << EVENT_KIND_BITS,
  /** Of the change itself nothing is to be told, but that the key is new. */
  isUntold: 16 << EVENT_KIND_BITS,
  /** It was a stream, and trimmed on the way. */
  isTrimmed: 32 << EVENT_KIND_BITS,
} as const;

/** The database of an event that is in that of the client, whichever that is. */
export const CLIENT_DATABASE: number = -1;

/** Buffers of more are not kept. */
const KEPT_BYTES = 64 * 1024;
const KEPT_EVENTS = 1024;
/** Most events, and bytes of their keys, between two times that they are fetched, as of one script: no more are noted. */
export const MAX_EVENTS = 65_536;
export const MAX_EVENT_BYTES: number = 16 * 1024 * 1024;
const FIRST_EVENTS = 16;
const FIRST_BYTES = 1024;

/** The events of one thread that were not fetched yet, in their order. */
export class KeyEvents {
  /** How many there are. */
  count = 0;
  /** Hints that all that is noted gets. */
  hint = 0;
  /** How many of them have names already. */
  named = 0;
  /**
   * What is to be told, in its order: numbers of names, each with the place of the event whose key it is about, and the
   * database as clients call it.
   */
  readonly names: number[] = [];
  #kinds = new Int32Array(FIRST_EVENTS);
  #databases = new Int32Array(FIRST_EVENTS);
  /** Where the key of each ends. */
  #ends = new Int32Array(FIRST_EVENTS);
  #bytes = new Uint8Array(FIRST_BYTES);

  /** Notes an event: its kind with hints, the stored database, and the key. Beyond the most that are kept it is lost. */
  note(kind: number, database: number, key: Uint8Array, start: number, keyBytes: number): void {
    const place = this.count;
    const from = this.startOf(place);
    const end = from + keyBytes;
    if (place === MAX_EVENTS || end > MAX_EVENT_BYTES) return;
    if (place === this.#kinds.length) this.#grow();
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    copyBytes(key, start, this.#bytes, from, keyBytes);
    this.#kinds[place] = kind | this.hint;
    this.#databases[place] = database;
    this.#ends[place] = end;
    this.count = place + 1;
  }

  #grow(): void {
    const length = 2 * this.#kinds.length;
    this.#kinds = longer(this.#kinds, length);
    this.#databases = longer(this.#databases, length);
    this.#ends = longer(this.#ends, length);
  }

  /** Kind of event number `place`, without hints. */
  kindOf(place: number): KeyEventKind {
    return (this.#kinds[place]! & EVENT_KIND_MASK) as KeyEventKind;
  }

  /** Whether the event has a KeyEventHint. */
  has(place: number, hint: number): boolean {
    return (this.#kinds[place]! & hint) !== 0;
  }

  /** Its stored database, or CLIENT_DATABASE. */
  databaseOf(place: number): number {
    return this.#databases[place]!;
  }

  /** The keys of all. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Where its key begins in `bytes`. */
  startOf(place: number): number {
    return place === 0 ? 0 : this.#ends[place - 1]!;
  }

  /** Where its key ends. */
  endOf(place: number): number {
    return this.#ends[place]!;
  }

  /** Of changes from number `from` on nothing is to be told, but that a key is new. */
  hush(from: number): void {
    this.mark(from, KeyEventHint.isUntold);
  }

  /** Gives changes from number `from` on a KeyEventHint. */
  mark(from: number, hint: number): void {
    for (let place = from; place < this.count; place++) {
      this.#kinds[place] = this.#kinds[place]! | hint;
    }
  }

  /** Adds to what is to be told. */
  name(number: number, place: number, database: number): void {
    this.names.push(number, place, database);
  }

  /** Forgets all, and buffers that are larger than they need be. */
  clear(): void {
    this.count = 0;
    this.named = 0;
    this.names.length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
    if (this.#kinds.length <= KEPT_EVENTS) return;
    this.#kinds = new Int32Array(FIRST_EVENTS);
    this.#databases = new Int32Array(FIRST_EVENTS);
    this.#ends = new Int32Array(FIRST_EVENTS);
  }
}

function longer(places: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(places);
  return grown;
}
