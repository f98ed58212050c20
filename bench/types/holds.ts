/**
 * How long a lock is held when a large collection goes: deleted, expired, evicted or overwritten, and while the sweep frees
 * what it owned. In process, without a server. `deno run -A bench/types/holds.ts`.
 *
 * @module
 */

import { Cache, PutRequest, Region, type Shard, SortedSetView } from "../../cache/mod.ts";
import { atMost, type Row, rowTable } from "../report.ts";

const MEMBERS = 150_000;
const ROUNDS = 5;
const TARGET_MS = 2;
const encoder = new TextEncoder();

/** One way for a collection to go. */
type Going = "deleted" | "expired" | "evicted" | "overwritten";

/** A cache with one sorted set of `members` members, and its shard. */
function fill(members: number) {
  let nowMs = 1_000_000;
  const region = Region.create({ memoryBytes: 300 * 2 ** 20, actorCount: 2 });
  const cache = new Cache(region, 1, () => nowMs);
  const key = encoder.encode("large");
  const hash = cache.hash(key, 0, key.length);
  const shard = cache.shardOf(hash);
  const view = new SortedSetView();
  cache.withShard(hash, {
    runLocked() {
      view.open(shard, 0, hash, key, 0, key.length, false);
      for (let i = 0; i < members; i++) {
        const member = encoder.encode(`member:${i * 7919 % 1_000_003}`);
        view.put(member, 0, member.length, i * 31 % 1009);
      }
      view.close();
    },
  });
  return { cache, key, hash, shard, pass: () => nowMs += 1_000_000 };
}

/** Runs `work` under the lock. Returns how long it took in milliseconds. */
function timed(cache: Cache, hash: number, work: () => void): number {
  let tookMs = 0;
  cache.withShard(hash, {
    runLocked() {
      const fromMs = performance.now();
      work();
      tookMs = performance.now() - fromMs;
    },
  });
  return tookMs;
}

/** Fills the shard until nothing of the collection is left. Returns the longest put. */
function evict(cache: Cache, shard: Shard, isThere: () => boolean): number {
  const put = new PutRequest();
  const value = new Uint8Array(1000);
  let longestMs = 0;
  for (let i = 0; isThere(); i++) {
    const key = encoder.encode(`other:${i}`);
    const hash = cache.hash(key, 0, key.length);
    if (cache.shardOf(hash) !== shard) continue;
    put.setKey(hash, key, 0, key.length);
    put.setValue(value, 0, value.length);
    put.setTerms(0);
    longestMs = Math.max(longestMs, timed(cache, hash, () => shard.putLocked(put)));
  }
  return longestMs;
}

/** The longest that the lock is held while a collection goes, and while the sweep frees what is left. */
function measure(going: Going, members: number): { goneMs: number; sweptMs: number } {
  const { cache, key, hash, shard, pass } = fill(members);
  const address = () => shard.peekLocked(hash, key, 0, key.length);
  let goneMs = 0;
  if (going === "deleted") {
    goneMs = timed(cache, hash, () => shard.deleteLocked(hash, key, 0, key.length));
  } else if (going === "expired") {
    timed(cache, hash, () => shard.setDeadlineLocked(address(), 1_500_000));
    pass();
    goneMs = timed(cache, hash, address);
  } else if (going === "overwritten") {
    const put = new PutRequest();
    put.setKey(hash, key, 0, key.length);
    put.setValue(key, 0, key.length);
    put.setTerms(0);
    goneMs = timed(cache, hash, () => shard.putLocked(put));
  } else goneMs = evict(cache, shard, () => address() !== 0);
  let sweptMs = 0;
  for (let isDone = false; !isDone;) {
    const fromMs = performance.now();
    isDone = cache.sweep(shard.index, 1024);
    sweptMs = Math.max(sweptMs, performance.now() - fromMs);
  }
  return { goneMs, sweptMs };
}

/** The longest holds, in the quietest of some runs: others on the machine make them longer, never shorter. */
export function holdRows(members: number, rounds: number): Row[] {
  return (["deleted", "expired", "evicted", "overwritten"] as const).flatMap((going) => {
    const runs = Array.from({ length: rounds }, () => measure(going, members));
    const goneMs = Math.min(...runs.map((run) => run.goneMs));
    const sweptMs = Math.min(...runs.map((run) => run.sweptMs));
    return [
      atMost(`a sorted set of ${members} members is ${going}`, goneMs, TARGET_MS, "ms"),
      atMost("a step of the sweep behind it", sweptMs, TARGET_MS, "ms"),
    ];
  });
}

if (import.meta.main) console.log(rowTable(holdRows(MEMBERS, ROUNDS)));
