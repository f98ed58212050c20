// What it costs to lock the shards of several keys: nothing is done under the locks, and nobody else
// wants them. It may not depend on how many shards there are.

import { type Cache, type LockedWork } from "../../cache/mod.ts";
import { makeCache } from "./fill.ts";
import { atMost, plain, type Row } from "../report.ts";
import { Random } from "../workload.ts";

/** Bytes of regions with 8, 64 and 512 shards. Almost nothing of them is touched. */
export const LOCK_REGIONS: readonly number[] = [64 * 2 ** 20, 1.4 * 2 ** 30, 10 * 2 ** 30];
const KEY_COUNTS = [1, 10, 100];
/** Hashes of each number of keys: commands about different keys. */
const SETS = 64;
const ROUNDS = 7;
/** The most that a key may cost more than in a region of 8 shards. Other shards are other memory. */
const MOST_TIMES = 2;

const NOTHING: LockedWork = { runLocked() {} };

/** Nanoseconds that {@linkcode Cache.withShards} takes for `keys` keys; the best of some rounds. */
function lockNs(cache: Cache, keys: number, calls: number): number {
  const random = new Random(keys);
  const sets = Array.from(
    { length: SETS },
    () => Int32Array.from({ length: keys }, () => random.nextU32() | 0),
  );
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let i = 0; i < calls; i++) {
      if (!cache.withShards(sets[i % SETS]!, keys, NOTHING)) {
        throw new Error("Cannot lock shards that nobody else uses");
      }
    }
    best = Math.min(best, (performance.now() - startMs) * 1e6 / calls);
  }
  return best;
}

/** Rows for all numbers of keys in regions of these sizes. A region that cannot be had is left out. */
export function lockRows(regions: readonly number[], calls: number): Row[] {
  const first = new Map<number, number>();
  return regions.flatMap((memoryBytes) => {
    const cache = makeCache(memoryBytes);
    const shards = cache.shards.length;
    return KEY_COUNTS.map((keys) => {
      const ns = lockNs(cache, keys, Math.ceil(calls / keys));
      const what = `locks of ${keys} key${keys === 1 ? "" : "s"}, ${shards} shards`;
      const limit = first.get(keys);
      if (limit !== undefined && keys === 1) {
        return atMost(what, ns, Math.ceil(MOST_TIMES * limit), "ns", 0);
      }
      if (limit === undefined) first.set(keys, ns);
      return plain(what, ns, "ns", 0);
    });
  });
}
