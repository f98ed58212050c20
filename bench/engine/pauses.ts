// The worst put: one of a large value into a shard full of tiny items that are in use. It has to evict
// thousands of them under the lock. How long that takes, and how long readers in other threads wait.

import { Cache, readStats, Region, ValueBuffer } from "../../cache/mod.ts";
import { atMost, plain, type Row } from "../report.ts";
import { makeValue, mustPut, NumberedKey } from "./fill.ts";
import type { PauseReaderOptions, PauseReaderResult } from "./pause_worker.ts";

/** Bytes of key and of value of the tiny items. */
const TINY_BYTES = 16;
/** How often each of them was hit, which is as often as is counted. */
const HITS = 3;
const LARGE_BYTES = 2 ** 20;
const READERS = 2;
/** Words of the buffer that starts and ends readers: how many are ready, and whether to end. */
const READY = 0;
const END = 1;

/** Fills a region with tiny items, all of them hit. Returns how many there are; keys have numbers from 0. */
function fillHot(cache: Cache): number {
  const key = new NumberedKey(TINY_BYTES);
  const value = makeValue(TINY_BYTES);
  let next = 0;
  // All shards have to be full, not one.
  for (let full = false; !full;) {
    for (let i = 0; i < 10_000; i++) mustPut(cache, key.set(next++), value);
    const { evictions, items } = readStats(cache);
    full = evictions > items / 10;
  }
  hitAll(cache, next);
  return next;
}

/** Hits all tiny items as often as is counted. */
function hitAll(cache: Cache, keys: number): void {
  const key = new NumberedKey(TINY_BYTES);
  const into = new ValueBuffer();
  for (let round = 0; round < HITS; round++) {
    for (let id = 0; id < keys; id++) cache.get(key.set(id), into);
  }
}

/**
 * Milliseconds of each of `count` puts of new large items. Each is hit thereafter, or it would make way for
 * the next one in place of tiny items.
 */
function putLarge(cache: Cache, count: number, salt: number, bytes: number): number[] {
  const key = new NumberedKey(TINY_BYTES, salt);
  const value = makeValue(bytes);
  const into = new ValueBuffer();
  return Array.from({ length: count }, (_, id) => {
    const from = performance.now();
    mustPut(cache, key.set(id), value);
    const took = performance.now() - from;
    for (let round = 0; round < HITS; round++) cache.get(key.bytes, into);
    return took;
  });
}

function startReader(
  options: PauseReaderOptions,
): { worker: Worker; result: Promise<PauseReaderResult> } {
  const worker = new Worker(new URL("./pause_worker.ts", import.meta.url), { type: "module" });
  const result = new Promise<PauseReaderResult>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage(options);
  return { worker, result };
}

/** Puts while readers ask for tiny items. Returns what they waited, and the puts took. */
async function putBesideReaders(cache: Cache, keys: number, count: number, bytes: number) {
  const signal = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const readers = Array.from({ length: READERS }, (_, i) => {
    const { buffer } = cache.region;
    return startReader({
      buffer,
      actor: i + 1,
      keys,
      keyBytes: TINY_BYTES,
      signal: signal.buffer,
      ready: READY,
      end: END,
    });
  });
  try {
    while (Atomics.load(signal, READY) < READERS) {
      await Atomics.waitAsync(signal, READY, Atomics.load(signal, READY), 100).value;
    }
    const took = putLarge(cache, count, 2, bytes);
    Atomics.store(signal, END, 1);
    return { took, results: await Promise.all(readers.map(({ result }) => result)) };
  } finally {
    for (const { worker } of readers) worker.terminate();
  }
}

/** Large puts alone, then beside readers, in a region of `memoryBytes`. */
export async function pauseRows(memoryBytes: number, puts: number): Promise<Row[]> {
  const region = Region.create({ memoryBytes, actorCount: READERS + 1 });
  const cache = new Cache(region, 0);
  const keys = fillHot(cache);
  const bytes = Math.min(LARGE_BYTES, cache.maxItemBytes - TINY_BYTES);
  const before = readStats(cache).evictions;
  const alone = putLarge(cache, puts, 1, bytes);
  const evicted = (readStats(cache).evictions - before) / puts;
  const fresh = new Cache(Region.create({ memoryBytes, actorCount: READERS + 1 }), 0);
  fillHot(fresh);
  const { took, results } = await putBesideReaders(fresh, keys, puts, bytes);
  const waited = Math.max(...results.map(({ longestMs }) => longestMs));
  const timeouts = results.reduce((sum, { busy }) => sum + busy, 0);
  return [
    plain("tiny items evicted for one large put", evicted, "", 0),
    atMost("longest of the large puts", Math.max(...alone), 15, "ms"),
    plain("median of the large puts", alone.sort((a, b) => a - b)[puts >> 1]!, "ms"),
    plain("longest of the large puts beside readers", Math.max(...took), "ms"),
    atMost("longest wait of a reader, preemption included", waited, 20, "ms"),
    atMost("gets that gave up waiting", timeouts, 0, "", 0),
  ];
}
