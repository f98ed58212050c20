// Runs several threads over one region, puts together what each has seen, and judges it key by key. A key
// may be missing only as often as its shard has counted an eviction.

import { assert } from "@std/assert";
import { Cache, Region } from "../../cache/mod.ts";
import { readCounter } from "../../cache/counters.ts";
import { SHARD_EVICTIONS } from "../../cache/layout.ts";
import { besideFilters } from "../cache/fixture.ts";
import {
  type HistoryOptions,
  keyBytes,
  type KeyOperation,
  type ThreadHistory,
} from "./history_worker.ts";
import { judge, type Operation } from "./linearizability.ts";

/** What the threads have done, all of them together. */
export interface SharedHistory extends ThreadHistory {
  readonly cache: Cache;
}

/** How many threads, and what each does. */
export interface SharedOptions {
  readonly threads: number;
  readonly memoryBytes: number;
  readonly operations: number;
  readonly keys: number;
  readonly maxValueBytes: number;
  readonly seed: number;
  /** Bytes of a log ring, which `drain` reads; none unless given. */
  readonly logBytes?: number;
  /** Called while the threads are at work, again and again with a turn between, and once more at their end. */
  readonly drain?: (cache: Cache) => void;
}

/** Lets all threads run to their end. */
export async function runThreads(options: SharedOptions): Promise<SharedHistory> {
  const { threads, seed, logBytes = 0, drain, ...sizes } = options;
  const actorCount = threads + 1;
  const memoryBytes = besideFilters(sizes.memoryBytes, actorCount) + logBytes;
  const region = Region.create({ memoryBytes, actorCount, logBytes });
  const cache = new Cache(region, 0);
  const clock = new Int32Array(new SharedArrayBuffer(8));
  clock[1] = threads;
  const url = new URL("./history_worker.ts", import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(url, { type: "module" }));
  let isDone = false;
  const draining = drainAll(() => isDone, () => drain?.(cache));
  try {
    const histories = await Promise.all(workers.map((worker, i) => {
      const { promise, resolve, reject } = Promise.withResolvers<ThreadHistory>();
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      const { buffer } = region;
      const order: HistoryOptions = { ...sizes, buffer, clock, actor: i + 1, seed: seed + i };
      worker.postMessage(order);
      return promise;
    }));
    return {
      cache,
      operations: histories.flatMap(({ operations }) => operations),
      unlocked: histories.reduce((sum, { unlocked }) => sum + unlocked, 0),
      busy: histories.reduce((sum, { busy }) => sum + busy, 0),
    };
  } finally {
    isDone = true;
    await draining;
    for (const worker of workers) worker.terminate();
  }
}

async function drainAll(isDone: () => boolean, drain: () => void): Promise<void> {
  while (!isDone()) {
    drain();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  drain();
}

/** The operations on each key. */
export function byKey(operations: readonly KeyOperation[]): Map<number, Operation[]> {
  const keys = new Map<number, Operation[]>();
  for (const operation of operations) {
    const known = keys.get(operation.key);
    if (known === undefined) keys.set(operation.key, [operation]);
    else known.push(operation);
  }
  return keys;
}

/** The fewest losses of a key's history; an error says which answer nothing explains, and what was around it. */
export function lossesOf(key: number, history: readonly Operation[]): number {
  const { losses, stuckAt } = judge(history);
  if (stuckAt === undefined) return losses;
  const near = history.filter(({ called, answered }) =>
    answered > stuckAt.called - 40 && called <= stuckAt.answered
  ).sort((a, b) => a.called - b.called);
  const text = (one: Operation) =>
    `${one.called}-${one.answered} ${JSON.stringify(one.action).slice(0, 100)}`;
  throw new Error(
    `Nothing explains ${text(stuckAt)} of key ${key}, after\n${near.map(text).join("\n")}`,
  );
}

/** Judges every key. Returns how many losses there were at the least. */
export function judgeKeys({ cache, operations }: SharedHistory): number {
  const ofShards = new Array<number>(cache.shards.length).fill(0);
  for (const [key, history] of byKey(operations)) {
    const bytes = keyBytes(key);
    ofShards[cache.shardOf(cache.hash(bytes, 0, bytes.length)).index]! += lossesOf(key, history);
  }
  for (const [i, { memory: { words } }] of cache.shards.entries()) {
    const evictions = readCounter(words, SHARD_EVICTIONS);
    assert(ofShards[i]! <= evictions, `shard ${i}: ${ofShards[i]} losses, ${evictions} evictions`);
  }
  return ofShards.reduce((sum, losses) => sum + losses, 0);
}
