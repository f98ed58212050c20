// The region: one SharedArrayBuffer that holds all items, and the words by which threads see each
// other. Creates regions and attaches to them; knows no keys and no protocol.

import {
  type ActorNames,
  ENGINE_COUNTERS,
  type EngineCounter,
  hashOfNames,
  placeOf,
  placesOf,
} from "./actor_names.ts";
import { DATABASE_COUNT, REGION_DATABASES } from "./database_layout.ts";
import { COUNTER_WORDS, MAX_KEY_BYTES, WORD_BYTES } from "./layout.ts";
import {
  ACTOR_BLOCK_BYTES,
  ACTOR_COUNTERS,
  ACTOR_GAUGES,
  ACTOR_OWN,
  LAYOUT_VERSION,
  MAGIC,
  MAX_ACTOR_COUNTERS,
  MAX_ACTOR_GAUGES,
  REGION_ACTORS,
  REGION_AVERAGE_ITEM,
  REGION_HEADER_BYTES,
  REGION_HISTORY,
  REGION_LAYOUT,
  REGION_LOG_BYTES,
  REGION_MAGIC,
  REGION_NAMES,
  REGION_NUMBERS,
  REGION_PERSISTENCE,
  REGION_SEED,
  REGION_SHARD_BYTES,
  REGION_SHARD_COUNT,
  REGION_SLOW_ENTRIES,
  REGION_STATE,
} from "./region_layout.ts";
import { planRegion, type RegionGeometry } from "./geometry.ts";
import { readCounter } from "./counters.ts";
import type { KeyEvents } from "./key_events.ts";
import { LogRing } from "./log/log_ring.ts";
import { formatShard } from "./shard_format.ts";

/** What a server over this region should be doing. */
export const RegionState = { loading: 0, ready: 1, draining: 2 } as const;
/** One of the values of the constant of the same name. */
export type RegionState = typeof RegionState[keyof typeof RegionState];

/**
 * What a thread has to do when a command has run, in `Region.duties`. All are asked for by one load: a second one beside
 * it cost a pipelined GET 10 % (bench:beside).
 */
export const Duty = {
  /** It took long, and is to be timed. */
  timing: 1,
  /** There are key events to be told of. */
  keyEvents: 2,
  /** Somebody sees all commands. */
  monitors: 4,
} as const;

/** The defaults of {@linkcode RegionOptions}. */
const DEFAULT_AVERAGE_ITEM_BYTES = 160;
const DEFAULT_ACTOR_COUNT = 2;
const NO_NAMES: ActorNames<never, never> = { counters: [], gauges: [] };

/** How to make a region. */
export interface RegionOptions<C extends string = never, G extends string = never> {
  /** Bytes of the whole region, everything included. */
  readonly memoryBytes: number;
  /** Expected average of an item's header, key and value, in bytes; sizes the index. */
  readonly averageItemBytes?: number;
  /** Threads that may use the region: main and the workers. */
  readonly actorCount?: number;
  /** Bytes of the log ring, of those of the region; none unless given. */
  readonly logBytes?: number;
  /** Counters and gauges of every thread, beside the engine's own. */
  readonly names?: ActorNames<C, G>;
}

/** A region as one thread sees it, with counters `C` and gauges `G` beside its own. */
export class Region<C extends string = never, G extends string = never> {
  /** The memory itself; what another thread needs to attach. */
  readonly buffer: SharedArrayBuffer;
  /** What lies where. */
  readonly geometry: RegionGeometry;
  /** The header and the actor blocks as words. */
  readonly words: Int32Array;
  /** The same memory as bytes. */
  readonly wordBytes: Uint8Array;
  /** Number of the client whose changes this thread publishes, or 0. */
  changedBy = 0;
  /** When this thread began what may take long, by `performance.now()`; 0: it has not, or is done. */
  longSinceMs = 0;
  /** Whether this thread has told any thread of a change. Who looks at it sets it back. */
  hasPublished = false;
  /** What this thread has done to keys, for who is to be told by name; null where nobody fetches it. */
  keyEvents: KeyEvents | null = null;
  /** What is to be done once the command at work has run: bits of {@linkcode Duty}, most often none. */
  duties = 0;
  /** Hashes of the beginnings of a key whose change is being published; see change_filter.ts. */
  readonly prefixHashes: Int32Array = new Int32Array(16);
  /** Space for the key of an item whose change is being published. */
  readonly eventKey: Uint8Array = new Uint8Array(MAX_KEY_BYTES);
  /** Where this thread's changes go, or null where nothing keeps them; see {@linkcode restores}. */
  log: LogRing | null;

  readonly #counterPlaces: ReadonlyMap<string, number>;
  readonly #gaugePlaces: ReadonlyMap<string, number>;

  private constructor(
    buffer: SharedArrayBuffer,
    geometry: RegionGeometry,
    names: ActorNames<C, G>,
  ) {
    this.buffer = buffer;
    this.geometry = geometry;
    const counters = [...ENGINE_COUNTERS, ...names.counters];
    this.#counterPlaces = placesOf("counters", counters, MAX_ACTOR_COUNTERS);
    this.#gaugePlaces = placesOf("gauges", names.gauges, MAX_ACTOR_GAUGES);
    this.words = new Int32Array(buffer, 0, geometry.shardsByte / WORD_BYTES);
    this.wordBytes = new Uint8Array(buffer, 0, geometry.shardsByte);
    const blockWords = ACTOR_BLOCK_BYTES / WORD_BYTES;
    this.log = geometry.logBytes === 0
      ? null
      : new LogRing(buffer, this.words, geometry, this.actorWord(0), blockWords);
  }

  /**
   * Makes a region. Throws RangeError when `memoryBytes` is too small or cannot be had, or when a
   * thread's block has no space for all names.
   */
  static create<C extends string = never, G extends string = never>(
    options: RegionOptions<C, G>,
  ): Region<C, G> {
    const average = options.averageItemBytes ?? DEFAULT_AVERAGE_ITEM_BYTES;
    const names = options.names ?? NO_NAMES;
    const geometry = planRegion(
      options.memoryBytes,
      average,
      options.actorCount ?? DEFAULT_ACTOR_COUNT,
      options.logBytes,
    );
    const region = new Region<C, G>(new SharedArrayBuffer(geometry.regionBytes), geometry, names);
    const words = region.words;
    words[REGION_MAGIC] = MAGIC;
    words[REGION_LAYOUT] = LAYOUT_VERSION;
    words[REGION_SHARD_COUNT] = geometry.shardCount;
    words[REGION_SHARD_BYTES] = geometry.shard.shardBytes;
    words[REGION_AVERAGE_ITEM] = geometry.averageItemBytes;
    words[REGION_ACTORS] = geometry.actorCount;
    words[REGION_NAMES] = hashOfNames(names);
    words[REGION_LOG_BYTES] = geometry.logBytes;
    words[REGION_SEED] = Math.random() * 2 ** 32;
    for (let i = 0; i < DATABASE_COUNT; i++) words[REGION_DATABASES + i] = i;
    for (let i = 0; i < geometry.shardCount; i++) {
      formatShard(region.buffer, region.shardByte(i), geometry.shard);
    }
    return region;
  }

  /**
   * Attaches to a region that another thread made. Throws Error when the buffer is no region, or was
   * made with other names.
   */
  static attach<C extends string = never, G extends string = never>(
    buffer: SharedArrayBuffer,
    names: ActorNames<C, G> = NO_NAMES,
  ): Region<C, G> {
    const headerBytes = Math.min(buffer.byteLength, REGION_HEADER_BYTES);
    const words = new Int32Array(buffer, 0, Math.floor(headerBytes / WORD_BYTES));
    if (words[REGION_MAGIC] !== MAGIC || words[REGION_LAYOUT] !== LAYOUT_VERSION) {
      throw new Error("Cannot attach to region: it was made by another version or is no region");
    }
    if (words[REGION_NAMES] !== hashOfNames(names)) {
      throw new Error("Cannot attach to region: it was made with other counters or gauges");
    }
    const geometry = planRegion(
      buffer.byteLength,
      words[REGION_AVERAGE_ITEM]!,
      words[REGION_ACTORS]!,
      words[REGION_LOG_BYTES]!,
    );
    return new Region<C, G>(buffer, geometry, names);
  }

  /** Where shard `index` starts, in bytes. */
  shardByte(index: number): number {
    return this.geometry.shardsByte + index * this.geometry.shard.shardBytes;
  }

  /** First word of actor `actor`'s block. Actor 0 is main, workers count from 1. */
  actorWord(actor: number): number {
    return (REGION_HEADER_BYTES + actor * ACTOR_BLOCK_BYTES) / WORD_BYTES;
  }

  /** First of the {@linkcode OWN_WORDS} words in which the server keeps figures of an actor. */
  ownWord(actor: number): number {
    return this.actorWord(actor) + ACTOR_OWN;
  }

  /** First word of one of an actor's counters. */
  counterWord(actor: number, name: EngineCounter | C): number {
    const place = placeOf(this.#counterPlaces, name);
    return this.actorWord(actor) + ACTOR_COUNTERS + place * COUNTER_WORDS;
  }

  /** One actor's counter, from any thread. */
  counter(actor: number, name: EngineCounter | C): number {
    return readCounter(this.words, this.counterWord(actor, name));
  }

  /** The sum of a counter over all actors. */
  total(name: EngineCounter | C): number {
    let sum = 0;
    for (let actor = 0; actor < this.geometry.actorCount; actor++) sum += this.counter(actor, name);
    return sum;
  }

  /** Word of one of an actor's gauges. */
  gaugeWord(actor: number, name: G): number {
    return this.actorWord(actor) + ACTOR_GAUGES + placeOf(this.#gaugePlaces, name);
  }

  /** One actor's gauge, from any thread. */
  gauge(actor: number, name: G): number {
    return Atomics.load(this.words, this.gaugeWord(actor, name)) >>> 0;
  }

  /** The sum of a gauge over all workers, which are all actors but main. */
  gaugeTotal(name: G): number {
    const place = ACTOR_GAUGES + placeOf(this.#gaugePlaces, name);
    let sum = 0;
    for (let actor = 1; actor < this.geometry.actorCount; actor++) {
      sum += Atomics.load(this.words, this.actorWord(actor) + place) >>> 0;
    }
    return sum;
  }

  /** First of the words in which main tells all threads of what is on disk. */
  get persistenceWord(): number {
    return REGION_PERSISTENCE;
  }

  /** First of the {@linkcode HISTORY_WORDS} words in which the server keeps what has been. */
  get historyWord(): number {
    return REGION_HISTORY;
  }

  /** A number that no thread has been given before; counted from 1. */
  nextNumber(): number {
    return (Atomics.add(this.words, REGION_NUMBERS, 1) + 1) >>> 0;
  }

  /** Number of the next entry in the list of slow commands; counted from 0. */
  nextSlowEntry(): number {
    return Atomics.add(this.words, REGION_SLOW_ENTRIES, 1) >>> 0;
  }

  /** This thread restores what is on disk already, so its changes go nowhere. To be called before it has a cache. */
  restores(): void {
    this.log = null;
  }

  /** Something begins that may take long, so the clock is read; whoever measures it ends it. */
  beginLong(): void {
    if (this.longSinceMs !== 0) return;
    this.longSinceMs = performance.now();
    this.duties |= Duty.timing;
  }

  /** Whatever took long was none of what comes now. */
  endLong(): void {
    this.longSinceMs = 0;
    this.duties &= ~Duty.timing;
  }

  /** What the server over this region should be doing. */
  get state(): RegionState {
    return Atomics.load(this.words, REGION_STATE) as RegionState;
  }

  set state(state: RegionState) {
    Atomics.store(this.words, REGION_STATE, state);
  }
}
