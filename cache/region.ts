// The region: the one SharedArrayBuffer with everything that clients store, plus the words through
// which threads see each other. Creates and attaches; knows no keys and no protocol.

import {
  ACTOR_BLOCK_BYTES,
  ACTOR_BODY_BYTES,
  ACTOR_COUNTERS,
  ACTOR_HEARTBEAT,
  ACTOR_IN_FLIGHT,
  ACTOR_RESP_CLIENTS,
  ACTOR_STATE,
  ACTOR_TEXT_CLIENTS,
  ACTOR_WEBSOCKETS,
  COUNTER_WORDS,
  LAYOUT_VERSION,
  MAGIC,
  MAX_KEY_BYTES,
  planRegion,
  REGION_ACTORS,
  REGION_AVERAGE_ITEM,
  REGION_CLIENTS,
  REGION_HEADER_BYTES,
  REGION_LAYOUT,
  REGION_MAGIC,
  REGION_SHARD_BYTES,
  REGION_SHARD_COUNT,
  REGION_STATE,
  type RegionGeometry,
  SHARD_BUMP,
  SHARD_FREE_QUARTERS,
  SLOT_QUARTERS,
} from "./layout.ts";
import { readCounter } from "./counters.ts";

/** What a server over this region should be doing. */
export const RegionState = { loading: 0, ready: 1, draining: 2 } as const;
/** One of the values of the constant of the same name. */
export type RegionState = typeof RegionState[keyof typeof RegionState];

/** Counters that every actor keeps for itself, so that no cache line is shared by writers. */
export const ACTOR_COUNTER_NAMES = [
  "hits",
  "misses",
  "puts",
  "deletes",
  "requests",
  "errors",
  "lockWaits",
  "lockTimeouts",
  "overloads",
  "clientsRefused",
  "clientsSlow",
] as const;
/** Name of a counter that every actor keeps. */
export type ActorCounter = typeof ACTOR_COUNTER_NAMES[number];

/** Words that every actor keeps up to date about itself and anybody may read. */
const ACTOR_GAUGES: Readonly<Record<ActorGauge, number>> = {
  /** Goes up as long as the actor lives. */
  heartbeat: ACTOR_HEARTBEAT,
  /** 1 while the actor serves. */
  serving: ACTOR_STATE,
  /** Requests whose body is being read. */
  inFlight: ACTOR_IN_FLIGHT,
  /** Bytes set aside for those bodies, and for large answers that are on their way. */
  bodyBytes: ACTOR_BODY_BYTES,
  /** Connections of the Redis protocol. */
  respClients: ACTOR_RESP_CLIENTS,
  /** Connections of the text protocol. */
  textClients: ACTOR_TEXT_CLIENTS,
  /** WebSockets that are open. */
  websockets: ACTOR_WEBSOCKETS,
};
/** Name of a word that every actor keeps about itself. */
export type ActorGauge =
  | "heartbeat"
  | "serving"
  | "inFlight"
  | "bodyBytes"
  | "respClients"
  | "textClients"
  | "websockets";

/** How to make a region. */
export interface RegionOptions {
  /** Bytes of the whole region, everything included. */
  readonly memoryBytes: number;
  /** Expected average of an item's header, key and value, in bytes; sizes the index. */
  readonly averageItemBytes?: number;
  /** Threads that may use the region: main and the workers. */
  readonly actorCount?: number;
}

/** A region as one thread sees it. */
export class Region {
  /** The memory itself; what another thread needs to attach. */
  readonly buffer: SharedArrayBuffer;
  /** What lies where. */
  readonly geometry: RegionGeometry;
  /** The header page and the actor blocks as words. */
  readonly words: Int32Array;
  /** The same memory as bytes. */
  readonly wordBytes: Uint8Array;
  /** Who makes the changes that this thread publishes, if somebody wants to know; or 0. */
  changedBy = 0;
  /** Room for the key of an item whose change is being published. */
  readonly eventKey: Uint8Array = new Uint8Array(MAX_KEY_BYTES);

  private constructor(buffer: SharedArrayBuffer, geometry: RegionGeometry) {
    this.buffer = buffer;
    this.geometry = geometry;
    this.words = new Int32Array(buffer, 0, geometry.shardsByte / 4);
    this.wordBytes = new Uint8Array(buffer, 0, geometry.shardsByte);
  }

  /** Makes a region. Throws RangeError when `memoryBytes` is too small or cannot be had. */
  static create(options: RegionOptions): Region {
    const average = options.averageItemBytes ?? 128;
    const geometry = planRegion(options.memoryBytes, average, options.actorCount ?? 2);
    const region = new Region(new SharedArrayBuffer(geometry.regionBytes), geometry);
    const words = region.words;
    words[REGION_MAGIC] = MAGIC;
    words[REGION_LAYOUT] = LAYOUT_VERSION;
    words[REGION_SHARD_COUNT] = geometry.shardCount;
    words[REGION_SHARD_BYTES] = geometry.shard.shardBytes;
    words[REGION_AVERAGE_ITEM] = geometry.averageItemBytes;
    words[REGION_ACTORS] = geometry.actorCount;
    for (let i = 0; i < geometry.shardCount; i++) formatShard(region, i);
    return region;
  }

  /** Attaches to a region that another thread made. Throws Error when it is none. */
  static attach(buffer: SharedArrayBuffer): Region {
    const words = new Int32Array(buffer, 0, Math.min(buffer.byteLength, REGION_HEADER_BYTES) >> 2);
    if (words[REGION_MAGIC] !== MAGIC || words[REGION_LAYOUT] !== LAYOUT_VERSION) {
      throw new Error("Cannot attach to region: it was made by another version or is no region");
    }
    const geometry = planRegion(
      buffer.byteLength,
      words[REGION_AVERAGE_ITEM]!,
      words[REGION_ACTORS]!,
    );
    return new Region(buffer, geometry);
  }

  /** Where shard `index` starts, in bytes. */
  shardByte(index: number): number {
    return this.geometry.shardsByte + index * this.geometry.shard.shardBytes;
  }

  /** First word of actor `actor`'s block. Actor 0 is main, workers count from 1. */
  actorWord(actor: number): number {
    return (REGION_HEADER_BYTES + actor * ACTOR_BLOCK_BYTES) / 4;
  }

  /** First word of one of an actor's counters. */
  counterWord(actor: number, name: ActorCounter): number {
    const index = ACTOR_COUNTER_NAMES.indexOf(name);
    return this.actorWord(actor) + ACTOR_COUNTERS + index * COUNTER_WORDS;
  }

  /** One actor's counter, from any thread. */
  counter(actor: number, name: ActorCounter): number {
    return readCounter(this.words, this.counterWord(actor, name));
  }

  /** The sum of a counter over all actors. */
  total(name: ActorCounter): number {
    let sum = 0;
    for (let actor = 0; actor < this.geometry.actorCount; actor++) sum += this.counter(actor, name);
    return sum;
  }

  /** Word of one of an actor's gauges. */
  gaugeWord(actor: number, name: ActorGauge): number {
    return this.actorWord(actor) + ACTOR_GAUGES[name];
  }

  /** One actor's gauge, from any thread. */
  gauge(actor: number, name: ActorGauge): number {
    return Atomics.load(this.words, this.gaugeWord(actor, name)) >>> 0;
  }

  /** A number for a client that no other client of this region has had. */
  nextClient(): number {
    return (Atomics.add(this.words, REGION_CLIENTS, 1) + 1) >>> 0;
  }

  /** What the server over this region should be doing. */
  get state(): RegionState {
    return Atomics.load(this.words, REGION_STATE) as RegionState;
  }

  set state(state: RegionState) {
    Atomics.store(this.words, REGION_STATE, state);
  }
}

/** Writes the few words that make zeroed memory an empty shard; all else is zero already. */
function formatShard(region: Region, index: number): void {
  const { shard } = region.geometry;
  const words = new Int32Array(region.buffer, region.shardByte(index), shard.statesByte / 4);
  words[SHARD_BUMP] = shard.slabAddress;
  words[SHARD_FREE_QUARTERS] = shard.slotCount * SLOT_QUARTERS;
}
