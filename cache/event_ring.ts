// Change events between threads: one bounded ring per actor, in the region. Whoever changes a key
// that an actor's filter may be watching puts the key's hash there; the actor sleeps until then.
// A full ring loses events but says so: "anything may have changed". Knows hashes, not keys.
// The ring is D. Vyukov's bounded queue with one reader: a slot's stamp says whose turn it is.

import {
  ACTOR_FILTER,
  ACTOR_RING_ENTRIES,
  ACTOR_RING_HEAD,
  ACTOR_RING_OVERFLOW,
  ACTOR_RING_SIGNAL,
  ACTOR_RING_TAIL,
  EVENT_WORDS,
  FILTER_BITS,
  REGION_WATCHERS,
  RING_ENTRIES,
} from "./layout.ts";
import type { Region } from "./region.ts";

/** What happened to a key. */
export const ChangeKind = { put: 1, deleted: 2, expired: 3, evicted: 4 } as const;
/** One of the values of the constant of the same name. */
export type ChangeKind = typeof ChangeKind[keyof typeof ChangeKind];

/** Called by {@linkcode EventReader.drain} for each event, in the order of the ring. */
export type ChangeListener = (hash: number, kind: ChangeKind) => void;

/**
 * Tells every actor whose filter has this hash that its key has changed. Costs one load when
 * nobody watches anything. Called while the key's shard is locked, so that events of one key
 * are in the order of its changes.
 */
export function publishChange(region: Region, hash: number, kind: ChangeKind): void {
  if (region.words[REGION_WATCHERS] !== 0) publishToWatchers(region, hash, kind);
}

function publishToWatchers(region: Region, hash: number, kind: ChangeKind): void {
  const bit = hash & (FILTER_BITS - 1);
  for (let actor = 0; actor < region.geometry.actorCount; actor++) {
    const base = region.actorWord(actor);
    const filter = Atomics.load(region.words, base + ACTOR_FILTER + (bit >>> 5));
    if ((filter & (1 << (bit & 31))) !== 0) append(region.words, base, hash, kind);
  }
}

function append(words: Int32Array, base: number, hash: number, kind: ChangeKind): void {
  for (;;) {
    const tail = Atomics.load(words, base + ACTOR_RING_TAIL);
    const head = Atomics.load(words, base + ACTOR_RING_HEAD);
    if (((tail - head) | 0) >= RING_ENTRIES) {
      Atomics.store(words, base + ACTOR_RING_OVERFLOW, 1);
      break;
    }
    const next = (tail + 1) | 0;
    if (Atomics.compareExchange(words, base + ACTOR_RING_TAIL, tail, next) !== tail) continue;
    const at = base + ACTOR_RING_ENTRIES + (tail & (RING_ENTRIES - 1)) * EVENT_WORDS;
    words[at + 1] = hash;
    words[at + 2] = kind;
    Atomics.store(words, at, next);
    break;
  }
  Atomics.add(words, base + ACTOR_RING_SIGNAL, 1);
  Atomics.notify(words, base + ACTOR_RING_SIGNAL, 1);
}

/** The reading end of one actor's ring, and its filter. One per actor. */
export class EventReader {
  readonly #words: Int32Array;
  readonly #base: number;
  /** How many watched hashes share each filter bit. */
  readonly #uses = new Uint32Array(FILTER_BITS);
  #watched = 0;

  /** Reads what other threads put into the ring of `actor`. */
  constructor(region: Region, actor: number) {
    this.#words = region.words;
    this.#base = region.actorWord(actor);
  }

  /** From now on changes of keys with this hash reach the ring (others may, too). */
  watch(hash: number): void {
    const bit = hash & (FILTER_BITS - 1);
    if (this.#uses[bit]!++ === 0) {
      Atomics.or(this.#words, this.#base + ACTOR_FILTER + (bit >>> 5), 1 << (bit & 31));
    }
    if (this.#watched++ === 0) Atomics.add(this.#words, REGION_WATCHERS, 1);
  }

  /** Takes back one {@linkcode watch} of the same hash. */
  unwatch(hash: number): void {
    const bit = hash & (FILTER_BITS - 1);
    if (this.#uses[bit] === 0) return;
    if (--this.#uses[bit]! === 0) {
      Atomics.and(this.#words, this.#base + ACTOR_FILTER + (bit >>> 5), ~(1 << (bit & 31)));
    }
    if (--this.#watched === 0) Atomics.sub(this.#words, REGION_WATCHERS, 1);
  }

  /**
   * Hands every event in the ring to `listener`. Returns false when events were lost since the
   * last call: then anything that is watched may have changed.
   */
  drain(listener: ChangeListener): boolean {
    const words = this.#words;
    const base = this.#base;
    const complete = Atomics.exchange(words, base + ACTOR_RING_OVERFLOW, 0) === 0;
    for (;;) {
      const head = Atomics.load(words, base + ACTOR_RING_HEAD);
      const at = base + ACTOR_RING_ENTRIES + (head & (RING_ENTRIES - 1)) * EVENT_WORDS;
      const next = (head + 1) | 0;
      if (Atomics.load(words, at) !== next) return complete;
      const hash = words[at + 1]!;
      const kind = words[at + 2] as ChangeKind;
      Atomics.store(words, base + ACTOR_RING_HEAD, next);
      listener(hash, kind);
    }
  }

  /** Value of the signal word; pass it to {@linkcode changed} to sleep until it moves on. */
  signal(): number {
    return Atomics.load(this.#words, this.#base + ACTOR_RING_SIGNAL);
  }

  /** Resolves when an event has come since `signal` was read, at the latest after `timeoutMs`. */
  async changed(signal: number, timeoutMs: number): Promise<void> {
    const at = this.#base + ACTOR_RING_SIGNAL;
    await Atomics.waitAsync(this.#words, at, signal, timeoutMs).value;
  }
}
