/// <reference lib="deno.worker" />
// A thread of hot_key.ts: gets one key again and again, as the server's dispatcher would.

import { Cache, type LockedWork, NOT_READ, Region, type Shard } from "../../cache/mod.ts";
import { NumberedKey } from "./fill.ts";

/** What to do. Word 0 of `start` counts the threads that are ready. */
export interface HotKeyOptions {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  readonly threads: number;
  readonly gets: number;
  readonly start: Int32Array;
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** When it began and ended, by a clock that all threads have, and how often it took the lock. */
export interface HotKeyResult {
  readonly fromMs: number;
  readonly toMs: number;
  readonly locked: number;
}

/** Looks the key up and copies its value, under the lock. */
class Getting implements LockedWork {
  readonly #key: Uint8Array;
  readonly #hash: number;
  readonly #shard: Shard;
  readonly into: Uint8Array;
  length = 0;
  locked = 0;

  constructor(key: Uint8Array, hash: number, shard: Shard, valueBytes: number) {
    this.#key = key;
    this.#hash = hash;
    this.#shard = shard;
    this.into = new Uint8Array(valueBytes);
  }

  runLocked(): void {
    const address = this.#shard.getLocked(this.#hash, this.#key, 0, this.#key.length);
    if (address === 0) throw new Error("Cannot find the key");
    this.length = this.#shard.valueBytesLocked(address);
    this.#shard.readValueLocked(address, this.into, 0);
    this.locked++;
  }
}

function run({ buffer, actor, threads, gets, start, keyBytes, valueBytes }: HotKeyOptions) {
  const cache = new Cache(Region.attach(buffer), actor);
  const { hotReads } = cache;
  const key = new NumberedKey(keyBytes).set(1);
  const own = cache.hash(key, 0, keyBytes);
  const getting = new Getting(key, own, cache.shardOf(own), valueBytes);
  const getMany = (count: number) => {
    for (let i = 0; i < count; i++) {
      const hash = cache.hash(key, 0, keyBytes);
      let length = hotReads.isHot(hash) ? cache.readHot(hash, key, 0, keyBytes) : NOT_READ;
      if (length !== NOT_READ) hotReads.countHit();
      else if (cache.withShard(hash, getting)) length = getting.length;
      if (length !== valueBytes) throw new Error(`Read ${length} bytes, not ${valueBytes}`);
    }
  };
  getMany(Math.ceil(gets / 5));
  Atomics.add(start, 0, 1);
  while (Atomics.load(start, 0) < threads);
  getting.locked = 0;
  const fromMs = performance.timeOrigin + performance.now();
  getMany(gets);
  const toMs = performance.timeOrigin + performance.now();
  const result: HotKeyResult = { fromMs, toMs, locked: getting.locked };
  self.postMessage(result);
}

self.onmessage = ({ data }: MessageEvent<HotKeyOptions>) => run(data);
