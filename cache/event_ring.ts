// Change events between threads: one bounded ring per actor, in the region. A thread that changes a
// key puts the key's hash and first bytes into the ring of each actor whose filter lets it through.
// The actor sleeps until then. A full ring loses events but says so: "anything may have changed".
// The ring is D. Vyukov's bounded queue with one reader: a slot's stamp says whose turn it is.

import * as regionLayout from "./region_layout.ts";
import * as layout from "./layout.ts";
import { ChangeFilter, hashPrefixes, mayBeWatched, watchedLengths } from "./change_filter.ts";
import * as databaseLayout from "./database_layout.ts";
import { inDatabase } from "./hash.ts";
import { noteKeyEvent } from "./key_event_notes.ts";
import type { Region } from "./region.ts";

const { WORD_BYTES } = layout;
const { DATABASE_MASK } = databaseLayout;
const {
  ACTOR_RING_ENTRIES,
  ACTOR_RING_HEAD,
  ACTOR_RING_OVERFLOW,
  ACTOR_RING_SIGNAL,
  ACTOR_RING_TAIL,
  ACTOR_WATCHES,
  ACTOR_WATCHES_ALL,
  EVENT_CHANGED_BY,
  EVENT_HASH,
  EVENT_KEY,
  EVENT_KEY_BYTES,
  EVENT_KIND,
  EVENT_KIND_BITS,
  EVENT_KIND_MASK,
  EVENT_LENGTH_SHIFT,
  EVENT_STAMP,
  EVENT_WORDS,
  REGION_KEY_EVENTS,
  REGION_WATCHERS,
  RING_ENTRIES,
  RING_ENTRY_MASK,
} = regionLayout;

/** What happened to a key. */
export const ChangeKind = { put: 1, deleted: 2, expired: 3, evicted: 4 } as const;
/** One of the values of the constant of the same name. */
export type ChangeKind = typeof ChangeKind[keyof typeof ChangeKind];

/** An event, as {@linkcode EventReader.drain} hands it out. Valid until the next one. */
export interface ChangeEvent {
  /** Hash of the key, as it is in database 0. */
  readonly hash: number;
  /** Its stored database. */
  readonly database: number;
  /** What happened to it. */
  readonly kind: ChangeKind;
  /** Length of the key; 0 where it is not known. */
  readonly keyBytes: number;
  /** The key's first bytes, at most EVENT_KEY_BYTES of them. */
  readonly key: Uint8Array;
  /** Who has changed it, from `Region.changedBy`; or 0. */
  readonly changedBy: number;
}

/** Called by {@linkcode EventReader.drain} for each event, in the order of the ring. */
export type ChangeListener = (hash: number, kind: ChangeKind, event: ChangeEvent) => void;

const NO_KEY = new Uint8Array();

/** Whether any actor watches anything. If not, no event has to be published. */
export function hasWatchers(region: Region): boolean {
  return region.words[REGION_WATCHERS] !== 0;
}

/**
 * Tells every actor whose filter lets this key through that it has changed. `kind` is a ChangeKind, perhaps with a
 * KeyEventHint. `hash` is that of the key in its stored database. The key is `keyBytes` bytes of `key` from `start`.
 * Costs one load when nobody watches anything. The caller holds the lock of the key's shard, so that events of one key
 * are in the order of its changes.
 */
export function publishChange(
  region: Region,
  hash: number,
  kind: number,
  key: Uint8Array = NO_KEY,
  start = 0,
  keyBytes = 0,
  database = 0,
): void {
  if (region.words[REGION_WATCHERS] !== 0) {
    const classes = region.words[REGION_KEY_EVENTS]!;
    if (classes !== 0) noteKeyEvent(region, classes, kind, database, key, start, keyBytes);
    // Watches are of keys in whatever database, as those of Redis are.
    const plain = inDatabase(hash, database);
    const entryKind = (kind & EVENT_KIND_MASK) | (database << EVENT_KIND_BITS);
    publishToWatchers(region, plain, entryKind, key, start, keyBytes);
  }
}

/** Tells every actor that anything may have changed, for example after a shard was cleared. */
export function publishOverflow(region: Region): void {
  if (!hasWatchers(region)) return;
  for (let actor = 0; actor < region.geometry.actorCount; actor++) {
    const base = region.actorWord(actor);
    Atomics.store(region.words, base + ACTOR_RING_OVERFLOW, 1);
    wake(region.words, base);
  }
}

function publishToWatchers(
  region: Region,
  hash: number,
  kind: number,
  key: Uint8Array,
  start: number,
  keyBytes: number,
): void {
  const lengths = watchedLengths(region);
  const hashed = keyBytes === 0 ? -1 : hashPrefixes(region, lengths, key, start, keyBytes);
  for (let actor = 0; actor < region.geometry.actorCount; actor++) {
    const base = region.actorWord(actor);
    if (!mayBeWatched(region, base, hash, hashed)) continue;
    append(region, base, hash, kind, key, start, keyBytes);
    wake(region.words, base);
    region.hasPublished = true;
  }
}

function append(
  region: Region,
  base: number,
  hash: number,
  kind: number,
  key: Uint8Array,
  start: number,
  keyBytes: number,
): void {
  const { words } = region;
  for (;;) {
    const tail = Atomics.load(words, base + ACTOR_RING_TAIL);
    const head = Atomics.load(words, base + ACTOR_RING_HEAD);
    if (((tail - head) | 0) >= RING_ENTRIES) {
      Atomics.store(words, base + ACTOR_RING_OVERFLOW, 1);
      return;
    }
    const next = (tail + 1) | 0;
    if (Atomics.compareExchange(words, base + ACTOR_RING_TAIL, tail, next) !== tail) continue;
    const at = entryWord(base, tail);
    words[at + EVENT_HASH] = hash;
    words[at + EVENT_KIND] = kind | (keyBytes << EVENT_LENGTH_SHIFT);
    words[at + EVENT_CHANGED_BY] = region.changedBy;
    const end = start + Math.min(keyBytes, EVENT_KEY_BYTES);
    const bytes = region.wordBytes;
    for (let i = start, to = WORD_BYTES * (at + EVENT_KEY); i < end; i++, to++) bytes[to] = key[i]!;
    Atomics.store(words, at + EVENT_STAMP, next);
    return;
  }
}

function entryWord(base: number, position: number): number {
  return base + ACTOR_RING_ENTRIES + (position & RING_ENTRY_MASK) * EVENT_WORDS;
}

function wake(words: Int32Array, base: number): void {
  Atomics.add(words, base + ACTOR_RING_SIGNAL, 1);
  Atomics.notify(words, base + ACTOR_RING_SIGNAL, 1);
}

/** The reading end of one actor's ring, and its filter. One per actor. */
export class EventReader {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #base: number;
  readonly #filter: ChangeFilter;
  readonly #key = new Uint8Array(EVENT_KEY_BYTES);
  readonly #event = {
    hash: 0,
    database: 0,
    kind: 0 as ChangeKind,
    keyBytes: 0,
    key: NO_KEY,
    changedBy: 0,
  };
  #watched = 0;

  /** Reads the events in the ring of `actor`. Watches of an earlier reader end. */
  constructor(region: Region, actor: number) {
    this.#words = region.words;
    this.#bytes = region.wordBytes;
    this.#base = region.actorWord(actor);
    this.#filter = new ChangeFilter(this.#words, this.#base);
    if (Atomics.exchange(this.#words, this.#base + ACTOR_WATCHES, 0) !== 0) {
      Atomics.sub(this.#words, REGION_WATCHERS, 1);
    }
  }

  /** From now on changes of keys with this hash reach the ring. Some others may reach it too. */
  watch(hash: number): void {
    this.#filter.add(hash);
    this.#count(1);
  }

  /** Takes back one {@linkcode watch} of the same hash. */
  unwatch(hash: number): void {
    if (this.#filter.remove(hash)) this.#count(-1);
  }

  /** From now on changes of keys that begin with `prefix`, which is not empty, reach the ring. */
  watchPrefix(prefix: Uint8Array): void {
    this.#filter.addPrefix(prefix);
    this.#count(1);
  }

  /** Takes back one {@linkcode watchPrefix} of the same prefix. */
  unwatchPrefix(prefix: Uint8Array): void {
    if (this.#filter.removePrefix(prefix)) this.#count(-1);
  }

  /** From now on the changes of all keys reach the ring. */
  watchAll(): void {
    Atomics.add(this.#words, this.#base + ACTOR_WATCHES_ALL, 1);
    this.#count(1);
  }

  /** Takes back one {@linkcode watchAll}. */
  unwatchAll(): void {
    Atomics.sub(this.#words, this.#base + ACTOR_WATCHES_ALL, 1);
    this.#count(-1);
  }

  /** Counts watches. A word of the region counts the actors that have any. */
  #count(by: number): void {
    const before = this.#watched;
    this.#watched += by;
    if ((before === 0) === (this.#watched === 0)) return;
    Atomics.add(this.#words, REGION_WATCHERS, by);
    Atomics.store(this.#words, this.#base + ACTOR_WATCHES, this.#watched === 0 ? 0 : 1);
  }

  /**
   * Hands up to `max` events in the ring to `listener`. Returns how many there were; with fewer than
   * `max` the ring is empty.
   */
  drain(listener: ChangeListener, max: number): number {
    const event = this.#event;
    for (let count = 0; count < max; count++) {
      if (!this.#next(true)) return count;
      listener(event.hash, event.kind, event);
    }
    return max;
  }

  /** Forgets the events in the ring, unread. */
  skip(): void {
    // Bounded by the size of the ring, since writers go on meanwhile.
    for (let count = 0; count < RING_ENTRIES && this.#next(false); count++);
  }

  /** Whether events were lost since the last call. Then any watched key may have changed. */
  takeOverflow(): boolean {
    return Atomics.exchange(this.#words, this.#base + ACTOR_RING_OVERFLOW, 0) !== 0;
  }

  /** Takes the next event out of the ring and reads it if wanted. Returns false if there is none. */
  #next(isWanted: boolean): boolean {
    const words = this.#words;
    const head = Atomics.load(words, this.#base + ACTOR_RING_HEAD);
    const at = entryWord(this.#base, head);
    const next = (head + 1) | 0;
    if (Atomics.load(words, at) !== next) return false;
    if (isWanted) this.#readEntry(at);
    Atomics.store(words, this.#base + ACTOR_RING_HEAD, next);
    return true;
  }

  #readEntry(at: number): void {
    const event = this.#event;
    const words = this.#words;
    event.hash = words[at + EVENT_HASH]!;
    const kind = words[at + EVENT_KIND]!;
    event.kind = (kind & EVENT_KIND_MASK) as ChangeKind;
    event.database = (kind >>> EVENT_KIND_BITS) & DATABASE_MASK;
    event.keyBytes = kind >>> EVENT_LENGTH_SHIFT;
    event.changedBy = words[at + EVENT_CHANGED_BY]!;
    const length = Math.min(event.keyBytes, EVENT_KEY_BYTES);
    const from = WORD_BYTES * (at + EVENT_KEY);
    this.#key.set(this.#bytes.subarray(from, from + length));
    event.key = this.#key.subarray(0, length);
  }

  /** Value of the signal word; pass it to {@linkcode changed} to sleep until it moves on. */
  signal(): number {
    return Atomics.load(this.#words, this.#base + ACTOR_RING_SIGNAL);
  }

  /** Resolves when an event has come since `signal` was read, or after `timeoutMs`. */
  async changed(signal: number, timeoutMs: number): Promise<void> {
    const at = this.#base + ACTOR_RING_SIGNAL;
    await Atomics.waitAsync(this.#words, at, signal, timeoutMs).value;
  }
}
