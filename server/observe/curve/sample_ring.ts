// The uses of sampled keys on their way from workers to main: each worker writes into a ring of its own in the region,
// main reads all of them. What finds a full ring is lost and counted. Knows nothing of what main does with it.

import { leastEighths, type Shard } from "../../../cache/mod.ts";
import type { ServerRegion } from "../../contract/counters.ts";
import type { SampledCommand, SampleListener } from "../../contract/keys/key_samples.ts";
import {
  OWN_SAMPLES,
  OWN_SAMPLES_HEAD,
  OWN_SAMPLES_LOST,
  OWN_SAMPLES_TAIL,
  SAMPLE_ENTRIES,
  SAMPLE_WORDS,
} from "../../contract/metrics/own_layout.ts";
import { KeyUse } from "./curve_model.ts";

/** An entry: hash; eighths of the item or a number of hits, below them a KeyUse; its deadline in ms. */
const HASH = 0;
const EIGHTHS_AND_USE = 1;
const DEADLINE_LOW = 2;
const DEADLINE_HIGH = 3;
/** The command on several keys that counts no hits and misses. */
const LOOKS_ONLY = "EXISTS";
const USE_BITS = 3;
const USE_MASK = (1 << USE_BITS) - 1;
const WORD_RANGE = 2 ** 32;
const ENTRY_MASK = SAMPLE_ENTRIES - 1;
/** Of one key so many hits in a row are told one by one in a tick: else a hot key would fill the ring. */
const MOST_HITS = 32;
/** Keys whose hits are counted at a time, each where its hash says. */
const HOT_PLACES = 64;

/** Writes into a worker's ring. */
export class SampleWriter implements SampleListener {
  readonly #words: Int32Array;
  readonly #own: number;
  readonly #hotHashes = new Int32Array(HOT_PLACES);
  readonly #hits = new Int32Array(HOT_PLACES);

  constructor(region: ServerRegion, actor: number) {
    this.#words = region.words;
    this.#own = region.ownWord(actor);
  }

  /** A tick is over. */
  tick(): void {
    for (let place = 0; place < HOT_PLACES; place++) this.#endHits(place);
  }

  usedLocked(hash: number, shard: Shard, address: number, command: SampledCommand): void {
    const { memory } = shard;
    const use = useOf(hash, memory.lastRead, address, command);
    memory.lastRead = 0;
    if (use === 0) return;
    if (address === 0) this.#write(hash, use, 0, 0);
    else this.#write(hash, use, leastEighths(memory, address), shard.deadlineLocked(address));
  }

  readUnlocked(hash: number): void {
    this.#write(hash, KeyUse.read | KeyUse.hit, 0, 0);
  }

  #write(hash: number, use: number, eighths: number, deadlineMs: number): void {
    const place = hash & (HOT_PLACES - 1);
    if (this.#hotHashes[place] !== hash || use !== (KeyUse.read | KeyUse.hit)) {
      this.#endHits(place);
      this.#hotHashes[place] = hash;
    }
    if (++this.#hits[place]! <= MOST_HITS) this.#enter(hash, use, eighths, deadlineMs);
  }

  /** A row of hits is over: tells how many were not told. */
  #endHits(place: number): void {
    const untold = this.#hits[place]! - MOST_HITS;
    this.#hits[place] = 0;
    if (untold > 0) this.#enter(this.#hotHashes[place]!, KeyUse.hits, untold, 0);
  }

  #enter(hash: number, use: number, eighths: number, deadlineMs: number): void {
    const words = this.#words;
    const own = this.#own;
    const head = words[own + OWN_SAMPLES_HEAD]!;
    if (((head - Atomics.load(words, own + OWN_SAMPLES_TAIL)) | 0) >= SAMPLE_ENTRIES) {
      words[own + OWN_SAMPLES_LOST]!++;
      return;
    }
    const at = own + OWN_SAMPLES + (head & ENTRY_MASK) * SAMPLE_WORDS;
    words[at + HASH] = hash;
    words[at + EIGHTHS_AND_USE] = (eighths << USE_BITS) | use;
    words[at + DEADLINE_LOW] = deadlineMs | 0;
    words[at + DEADLINE_HIGH] = Math.floor(deadlineMs / WORD_RANGE);
    Atomics.store(words, own + OWN_SAMPLES_HEAD, (head + 1) | 0);
  }
}

/** What a command has done with one of its keys: a KeyUse, or 0. `lastRead` is of its shard. */
function useOf(
  hash: number,
  lastRead: number,
  address: number,
  { name, isWrite, keys }: SampledCommand,
): number {
  const write = isWrite ? KeyUse.write : 0;
  if (lastRead === hash) return write | KeyUse.read | KeyUse.hit;
  if (lastRead === ~hash) return write | KeyUse.read;
  // Of several keys in one shard only the last has left a trace.
  if (isWrite || keys?.many !== true || name === LOOKS_ONLY) return write;
  return address === 0 ? KeyUse.read : KeyUse.read | KeyUse.hit;
}

/** Takes uses of sampled keys; see {@linkcode CurveModel.use}. */
export type SampleTaker = (hash: number, use: number, eighths: number, deadlineMs: number) => void;

/** Reads the rings of all workers, for main. */
export class SampleReader {
  readonly #words: Int32Array;
  readonly #rings: readonly number[];
  #lost = 0;
  #next = 0;

  constructor({ region }: { readonly region: ServerRegion }) {
    this.#words = region.words;
    const { actorCount } = region.geometry;
    this.#rings = Array.from({ length: actorCount - 1 }, (_, i) => region.ownWord(i + 1));
  }

  /** Hands out what has come, the oldest of each worker first, at most `most`. Returns how many there were. */
  drain(most: number, take: SampleTaker): number {
    let count = 0;
    for (let i = 0; i < this.#rings.length && count < most; i++) {
      count += this.#drainOne(this.#rings[this.#next]!, most - count, take);
      // Where there were too many, the others come first the next time.
      this.#next = (this.#next + 1) % this.#rings.length;
    }
    return count;
  }

  #drainOne(own: number, most: number, take: SampleTaker): number {
    const words = this.#words;
    const first = words[own + OWN_SAMPLES_TAIL]!;
    const there = (Atomics.load(words, own + OWN_SAMPLES_HEAD) - first) | 0;
    const end = (first + Math.min(there, most)) | 0;
    for (let tail = first; tail !== end; tail = (tail + 1) | 0) {
      const at = own + OWN_SAMPLES + (tail & ENTRY_MASK) * SAMPLE_WORDS;
      const packed = words[at + EIGHTHS_AND_USE]!;
      const deadlineMs = words[at + DEADLINE_HIGH]! * WORD_RANGE +
        (words[at + DEADLINE_LOW]! >>> 0);
      take(words[at + HASH]!, packed & USE_MASK, packed >>> USE_BITS, deadlineMs);
    }
    Atomics.store(words, own + OWN_SAMPLES_TAIL, end);
    return Math.min(there, most);
  }

  /** How many were lost since the last call. */
  takeLost(): number {
    let lost = 0;
    for (const own of this.#rings) lost += Atomics.load(this.#words, own + OWN_SAMPLES_LOST) >>> 0;
    const since = lost - this.#lost;
    this.#lost = lost;
    return since;
  }
}
