// The log ring: where every thread appends what it changes, and main reads it off to write it to disk. A record is
// all that one locked operation has changed. It is appended before the locks are released, so the order of the
// ring is the order of every shard. Knows no files.
//
// Positions count words, modulo 2^32: two of them are compared by their difference. Who appends takes its place
// with a compare-exchange, copies, and last stores the record's first word, which was 0: so a reader knows what
// is complete. Main clears what it has read before it gives the space back.

import type { RegionGeometry } from "../geometry.ts";
import * as regionLayout from "../region_layout.ts";
import { EffectBuffer } from "./effect_buffer.ts";
import * as layout from "./effect_layout.ts";
import { LogHoles } from "./log_holes.ts";

const { ACTOR_LOG_INTENT, ACTOR_LOG_PLACE, LOG_FLUSHED, LOG_GAPS } = regionLayout;
const { LOG_HEAD, LOG_SIGNAL, LOG_STATE, LOG_TAIL } = regionLayout;
const { RECORD_ACTOR_SHIFT, RECORD_FIRST, RECORD_LAST, RECORD_LENGTH_MASK } = layout;

/** Whether what is appended reaches the disk. */
export const LogState = { ok: 0, failing: 1 } as const;
/** One of the values of the constant of the same name. */
export type LogState = typeof LogState[keyof typeof LogState];

/** A write may begin while so much of the ring is free: what writes at work append has to find space, too. */
const ROOM_SHARE = 1 / 4;
/** A record has parts of at most this share of the ring, and of so many words. */
const PART_SHARE = 1 / 8;
const MAX_PART_WORDS = 256 * 1024;
/** Longest wait of a write that has not begun, and how long none waits again after one in vain. */
const ROOM_WAIT_MS = 50;
const ROOM_PAUSE_MS = 200;
/** Longest wait of one that has changed its items, with its locks held. */
const SPACE_WAIT_MS = 1000;
const NAP_MS = 1;
/** Up to so many words are copied one by one: a view costs more (bench/engine). */
const LOOP_WORDS = 64;
const MAIN = 0;

/** The log ring as one thread sees it. */
export class LogRing {
  /** What the operation at work has changed so far. */
  readonly buffer: EffectBuffer = new EffectBuffer();
  /** How many records this thread has appended. */
  commits = 0;
  /** Position just past this thread's latest record. */
  lastOfThread = 0;
  /** Bytes of the ring. */
  readonly capacityBytes: number;
  /** This thread's number. Main reads the ring, so it never waits for space in it. */
  #actor = MAIN;
  readonly #words: Int32Array;
  readonly #ring: Int32Array;
  readonly #ringBytes: Uint8Array;
  readonly #mask: number;
  readonly #roomWords: number;
  readonly #partWords: number;
  readonly #blockWords: number;
  readonly #blocksWord: number;
  #noWaitUntilMs = 0;
  #readAt: number;
  readonly #holes = new LogHoles();

  /** `words` are the region's header; the last two say where actors' blocks are. */
  constructor(
    buffer: SharedArrayBuffer,
    words: Int32Array,
    { logByte, logBytes }: RegionGeometry,
    blocksWord: number,
    blockWords: number,
  ) {
    this.capacityBytes = logBytes;
    this.#words = words;
    this.#ring = new Int32Array(buffer, logByte, logBytes / 4);
    this.#ringBytes = new Uint8Array(buffer, logByte, logBytes);
    const capacity = logBytes / 4;
    this.#mask = capacity - 1;
    this.#roomWords = capacity * ROOM_SHARE;
    this.#partWords = Math.min(MAX_PART_WORDS, capacity * PART_SHARE);
    this.#blocksWord = blocksWord;
    this.#blockWords = blockWords;
    this.#readAt = Atomics.load(words, LOG_HEAD);
  }

  /** What this thread appends will name `actor`. Returns the ring. */
  attach(actor: number): this {
    this.#actor = actor;
    return this;
  }

  /** Position just past all that was appended. Under a shard's lock all changes of that shard are before it. */
  get tail(): number {
    return Atomics.load(this.#words, LOG_TAIL);
  }

  /** Words of the ring that are not in use. */
  get #freeWords(): number {
    return this.#mask + 1 - ((this.tail - Atomics.load(this.#words, LOG_HEAD)) >>> 0);
  }

  /** Whether a write may begin. */
  hasRoom(): boolean {
    return this.#freeWords >= this.#roomWords;
  }

  /** The same, after waiting for 50 ms at most. Only where no lock is held. */
  waitForRoom(): boolean {
    if (this.hasRoom()) return true;
    const fromMs = performance.now();
    if (this.#actor === MAIN || fromMs < this.#noWaitUntilMs) return false;
    if (this.#waitForWords(this.#roomWords, fromMs + ROOM_WAIT_MS)) return true;
    this.#noWaitUntilMs = performance.now() + ROOM_PAUSE_MS;
    return false;
  }

  #waitForWords(wanted: number, untilMs: number): boolean {
    while (this.#freeWords < wanted) {
      if (performance.now() >= untilMs) return false;
      const head = Atomics.load(this.#words, LOG_HEAD);
      Atomics.wait(this.#words, LOG_HEAD, head, NAP_MS);
    }
    return true;
  }

  /** Appends what the buffer holds as one record, if anything. The locks are still held. */
  commit(): void {
    const { buffer } = this;
    if (buffer.isEmpty) return;
    const { words, used } = buffer;
    if (used > this.#partWords) this.#appendParts(words, used);
    else this.#append(words, 0, used, RECORD_FIRST | RECORD_LAST);
    buffer.clear();
    this.commits++;
    if (Atomics.load(this.#words, LOG_SIGNAL) !== 0) this.#wake();
  }

  #appendParts(words: Int32Array, used: number): void {
    const step = this.#partWords - 1;
    const end = used - 1;
    for (let from = 0; from < end; from += step) {
      const count = Math.min(step, end - from);
      const first = from === 0 ? RECORD_FIRST : 0;
      const last = from + count === end ? RECORD_LAST : 0;
      if (!this.#append(words, from, count + 1, first | last)) return;
    }
  }

  /** Appends `count` words: the first for the length, then those of `from` behind word `start`. */
  #append(from: Int32Array, start: number, count: number, parts: number): boolean {
    const words = this.#words;
    const intent = this.#blockWord(this.#actor) + ACTOR_LOG_INTENT;
    const place = this.#blockWord(this.#actor) + ACTOR_LOG_PLACE;
    // Main looks at this only once the thread has ended.
    words[intent] = count;
    let tail = Atomics.load(words, LOG_TAIL);
    for (;;) {
      words[place] = tail;
      const used = (tail - Atomics.load(words, LOG_HEAD)) >>> 0;
      if (used + count > this.#mask + 1 && !this.#waitWithLocks(count)) {
        words[intent] = 0;
        return false;
      }
      const seen = Atomics.compareExchange(words, LOG_TAIL, tail, (tail + count) | 0);
      if (seen === tail) break;
      tail = seen;
    }
    words[intent] = -count; // The place is this actor's for certain.
    this.#copyIn(from, start + 1, tail + 1, count - 1);
    const head = count | parts | (this.#actor << RECORD_ACTOR_SHIFT);
    Atomics.store(this.#ring, tail & this.#mask, head);
    words[intent] = 0;
    this.lastOfThread = (tail + count) | 0;
    return true;
  }

  /** The items are changed, and the record has no space: waits, then gives the record up. */
  #waitWithLocks(count: number): boolean {
    const untilMs = performance.now() + SPACE_WAIT_MS;
    if (this.#actor !== MAIN && this.#waitForWords(count, untilMs)) return true;
    Atomics.add(this.#words, LOG_GAPS, 1);
    return false;
  }

  #copyIn(from: Int32Array, start: number, to: number, count: number): void {
    const ring = this.#ring;
    const mask = this.#mask;
    if (count <= LOOP_WORDS) {
      for (let i = 0; i < count; i++) ring[(to + i) & mask] = from[start + i]!;
      return;
    }
    const at = to & mask;
    const here = Math.min(count, mask + 1 - at);
    ring.set(from.subarray(start, start + here), at);
    if (here < count) ring.set(from.subarray(start + here, start + count), 0);
  }

  #blockWord(actor: number): number {
    return this.#blocksWord + actor * this.#blockWords;
  }

  #wake(): void {
    if (Atomics.compareExchange(this.#words, LOG_SIGNAL, 1, 0) === 1) {
      Atomics.notify(this.#words, LOG_SIGNAL);
    }
  }

  /** Position of what the next {@linkcode read} gives. */
  get readPosition(): number {
    return this.#readAt;
  }

  /**
   * Copies complete records to `to`, as many as are there and have space, and gives theirs back. Returns how
   * many bytes. `to` must have space for a part: 1 MiB. Only main reads.
   */
  read(to: Uint8Array): number {
    const ring = this.#ring;
    const mask = this.#mask;
    const from = this.#readAt;
    const most = Math.min(to.length >>> 2, (Atomics.load(this.#words, LOG_TAIL) - from) >>> 0);
    let count = 0;
    while (count < most) {
      const length = Atomics.load(ring, (from + count) & mask) & RECORD_LENGTH_MASK;
      if (length === 0 || count + length > most) break;
      count += length;
    }
    if (count === 0) {
      if (most > 0) this.#holes.fill(ring, from);
      return 0;
    }
    const at = from & mask;
    const here = Math.min(count, mask + 1 - at);
    to.set(this.#ringBytes.subarray(at * 4, (at + here) * 4));
    to.set(this.#ringBytes.subarray(0, (count - here) * 4), here * 4);
    ring.fill(0, at, at + here);
    ring.fill(0, 0, count - here);
    this.#readAt = (from + count) | 0;
    Atomics.store(this.#words, LOG_HEAD, this.#readAt);
    Atomics.notify(this.#words, LOG_HEAD);
    return count * 4;
  }

  /** Resolves when something may have been appended that was not read, or after `timeoutMs`. Only for main. */
  async sleep(timeoutMs: number): Promise<void> {
    const words = this.#words;
    Atomics.store(words, LOG_SIGNAL, 1);
    if (Atomics.load(words, LOG_TAIL) === this.#readAt) {
      await Atomics.waitAsync(words, LOG_SIGNAL, 1, timeoutMs).value;
    }
    Atomics.store(words, LOG_SIGNAL, 0);
  }

  /**
   * Actor `actor` has ended and will never run again. If it did so while it appended, a place in the ring stays
   * empty: what is behind that can be read later (log_holes.ts).
   */
  noteEnded(actor: number): void {
    const block = this.#blockWord(actor);
    const count = this.#words[block + ACTOR_LOG_INTENT]!;
    const place = this.#words[block + ACTOR_LOG_PLACE]!;
    if (count !== 0) this.#holes.note(place, Math.abs(count), count < 0);
    this.#words[block + ACTOR_LOG_INTENT] = 0;
  }

  /** Position up to which all is on disk. */
  get flushed(): number {
    return Atomics.load(this.#words, LOG_FLUSHED);
  }

  /** Whether all before `position` is on disk. */
  isFlushed(position: number): boolean {
    return ((this.flushed - position) | 0) >= 0;
  }

  /** All before `position` is on disk. Wakes those who wait for that. */
  setFlushed(position: number): void {
    Atomics.store(this.#words, LOG_FLUSHED, position);
    Atomics.notify(this.#words, LOG_FLUSHED);
  }

  /** Resolves when more is on disk than `flushed`, the state has changed, or after `timeoutMs`. */
  async flushedAfter(flushed: number, timeoutMs: number): Promise<void> {
    await Atomics.waitAsync(this.#words, LOG_FLUSHED, flushed, timeoutMs).value;
  }

  /** Whether what is appended reaches the disk. */
  get state(): LogState {
    return Atomics.load(this.#words, LOG_STATE) as LogState;
  }

  /** Says so, and wakes those who wait. Only for main. */
  set state(state: LogState) {
    Atomics.store(this.#words, LOG_STATE, state);
    Atomics.notify(this.#words, LOG_FLUSHED);
  }

  /** How many records were given up because the ring was full for too long. The log lacks them. */
  get gaps(): number {
    return Atomics.load(this.#words, LOG_GAPS);
  }
}
