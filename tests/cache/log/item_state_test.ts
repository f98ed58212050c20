// What clients of memcached know of an item besides its value comes back from the log and from snapshots: flags and state,
// also where the item has got another deadline since.

import { assertEquals } from "@std/assert";
import {
  type Cache,
  clientFlagsOf,
  ITEM_STALE,
  ITEM_WON,
  PutRequest,
  stateOf,
} from "../../../cache/mod.ts";
import { bytesOf, find } from "../fixture.ts";
import { LoggedCache, restore, takeSnapshot } from "./fixture.ts";

const MEMORY_BYTES = 512 * 1024;

/** Stores "v" under a key with these flags and this state. */
function store(cache: Cache, key: string, flags: number, state: number): void {
  const put = new PutRequest();
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  put.setKey(hash, bytes, 0, bytes.length);
  put.setValue(bytesOf("v"), 0, 1);
  put.setTerms(0, undefined, undefined, flags);
  put.state = state;
  cache.withShard(hash, { runLocked: () => void cache.shardOf(hash).putLocked(put) });
}

function factsOf(cache: Cache, key: string): number[] {
  const { shard: { memory }, address } = find(cache, key);
  return [clientFlagsOf(memory, address), stateOf(memory, address)];
}

Deno.test("Restore brings back flags and state of items, and keeps them with another deadline", () => {
  const logged = new LoggedCache(MEMORY_BYTES);
  const { cache, clock } = logged;
  store(cache, "a", 7, ITEM_STALE);
  store(cache, "b", -1, ITEM_WON);
  store(cache, "c", 0, ITEM_STALE | ITEM_WON);
  store(cache, "d", 5, 0);
  const snapshot = takeSnapshot(logged);
  for (const [i, key] of ["a", "b", "c", "d"].entries()) {
    const { shard, address, hash } = find(cache, key);
    const runLocked = () => shard.setDeadlineLocked(address, clock.nowMs + 9000, i % 2 === 0);
    cache.withShard(hash, { runLocked });
  }
  logged.drain();
  for (const from of [null, snapshot]) {
    const restored = restore(logged, from, MEMORY_BYTES);
    const facts = ["a", "b", "c", "d"].map((key) => factsOf(restored, key));
    assertEquals(facts, [[7, ITEM_STALE], [-1, ITEM_WON], [0, ITEM_STALE | ITEM_WON], [5, 0]]);
  }
});
