// One key that several threads get at once: two get through more than one does, since they need no lock for it.

import { Cache, Region } from "../../cache/mod.ts";
import { makeValue, mustPut, NumberedKey } from "./fill.ts";
import type { HotKeyOptions, HotKeyResult } from "./hot_key_worker.ts";
import { atLeast, plain, type Row } from "../report.ts";

const KEY_BYTES = 16;
const VALUE_BYTES = 64;
const MEMORY_BYTES = 64 * 2 ** 20;
const ROUNDS = 5;
const MIN_GAIN = 1.6;

/** Gets a second, in millions, of all threads together, and the share of them that took the lock. */
async function measure(region: Region, threads: number, gets: number) {
  const url = new URL("./hot_key_worker.ts", import.meta.url);
  const start = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: threads }, () => new Worker(url, { type: "module" }));
  try {
    const results = await Promise.all(workers.map((worker, i) => {
      const options: HotKeyOptions = {
        buffer: region.buffer,
        actor: i + 1,
        threads,
        gets,
        start,
        keyBytes: KEY_BYTES,
        valueBytes: VALUE_BYTES,
      };
      return new Promise<HotKeyResult>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(options);
      });
    }));
    const fromMs = Math.min(...results.map((result) => result.fromMs));
    const toMs = Math.max(...results.map((result) => result.toMs));
    const locked = results.reduce((sum, result) => sum + result.locked, 0);
    return {
      perSecond: threads * gets / (toMs - fromMs) / 1000,
      lockedShare: locked / (threads * gets),
    };
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** One thread beside two, in turns; the best of some rounds each. */
export async function hotKeyRows(gets: number): Promise<Row[]> {
  const region = Region.create({ memoryBytes: MEMORY_BYTES, actorCount: 3 });
  mustPut(new Cache(region, 0), new NumberedKey(KEY_BYTES).set(1), makeValue(VALUE_BYTES));
  let [one, two, lockedShare] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    one = Math.max(one, (await measure(region, 1, gets)).perSecond);
    const both = await measure(region, 2, gets);
    if (both.perSecond > two) [two, lockedShare] = [both.perSecond, both.lockedShare];
  }
  return [
    plain("gets of one hot key, 1 thread", one, "M/s"),
    plain("gets of one hot key, 2 threads", two, "M/s"),
    atLeast("2 threads beside 1", two / one, MIN_GAIN, "times"),
    plain("gets of 2 threads that took the lock", 100 * lockedShare, "%"),
  ];
}
