// Runs several hammer workers over one region and adds up what they found.
// Shared by the threads test and the soak test.

import { besideFilters } from "./fixture.ts";
import { Cache, Region } from "../../cache/mod.ts";
import type { HammerOptions, HammerResult } from "./hammer_worker.ts";

/** The sum of all workers' results, and the cache as they left it. */
export interface HammerTotal extends HammerResult {
  readonly cache: Cache;
}

/** Lets `threads` workers do `operations` operations in total on `keys` keys. */
export async function hammerAll(
  threads: number,
  operations: number,
  keys: number,
  seed: number,
): Promise<HammerTotal> {
  const region = Region.create({
    memoryBytes: besideFilters(512 * 1024, threads + 1),
    actorCount: threads + 1,
  });
  const url = new URL("./hammer_worker.ts", import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(url, { type: "module" }));
  try {
    const results = await Promise.all(workers.map((worker, i) => {
      const options: HammerOptions = {
        buffer: region.buffer,
        actor: i + 1,
        operations: Math.ceil(operations / threads),
        keys,
        seed: seed + i,
      };
      return new Promise<HammerResult>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(options);
      });
    }));
    const sum = (of: (result: HammerResult) => number) =>
      results.reduce((total, result) => total + of(result), 0);
    return {
      cache: new Cache(region, 0),
      hits: sum(({ hits }) => hits),
      stored: sum(({ stored }) => stored),
      unlocked: sum(({ unlocked }) => unlocked),
      busy: sum(({ busy }) => busy),
      wrong: sum(({ wrong }) => wrong),
    };
  } finally {
    for (const worker of workers) worker.terminate();
  }
}
