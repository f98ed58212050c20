// Fills a region twice over from two threads: no put may fail, none may wait long for a lock.

import { Cache, readStats, Region } from "../../cache/mod.ts";
import { insertMany, type InsertResult } from "./insert_many.ts";
import { atMost, plain, type Row } from "../report.ts";

/** Items of 256 + 256 bytes, with header. */
const ITEM_BYTES = 544;

/** Inserts twice as many items as fit in `memoryBytes`, half of them from a worker. */
export async function refillRows(memoryBytes: number): Promise<Row[]> {
  const region = Region.create({ memoryBytes, actorCount: 2 });
  const cache = new Cache(region, 0);
  const count = Math.floor(memoryBytes / ITEM_BYTES);
  const options = { count, keyBytes: 256, valueBytes: 256 };
  const worker = new Worker(new URL("./refill_worker.ts", import.meta.url), { type: "module" });
  try {
    const other = new Promise<InsertResult>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    worker.postMessage({ ...options, salt: 2, buffer: region.buffer, actor: 1 });
    const mine = insertMany(cache, { ...options, salt: 1 });
    const theirs = await other;
    const { items, evictions } = readStats(cache);
    return [
      atMost("puts that failed", mine.errors + theirs.errors, 0, "", 0),
      atMost("waits for a lock over 50 ms", region.total("lockTimeouts"), 0, "", 0),
      plain("waits for a lock", region.total("lockWaits"), "", 0),
      plain("longest put, preemption included", Math.max(mine.longestMs, theirs.longestMs), "ms"),
      plain("puts, items held, evictions", `${2 * count}, ${items}, ${evictions}`),
    ];
  } finally {
    worker.terminate();
  }
}
