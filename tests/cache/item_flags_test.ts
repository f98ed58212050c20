// Flags that clients of memcached store with values: they come through whatever happens to the item, and cost others nothing.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../bench/workload.ts";
import {
  addState,
  type Cache,
  checkShardLocked,
  clientFlagsOf,
  ITEM_STALE,
  ITEM_WON,
  KEEP_DEADLINE,
  Outcome,
  readStats,
  stateOf,
} from "../../cache/mod.ts";
import { headerBytes } from "../../cache/item_header.ts";
import { bytesOf, find, get, makeFixture, valueOf } from "./fixture.ts";

function flagsOf(cache: Cache, key: string): number {
  const { shard, address } = find(cache, key);
  return clientFlagsOf(shard.memory, address);
}

Deno.test("an item's flags and value come through any puts and deadlines, in pieces of any length", () => {
  const { cache, clock } = makeFixture(512 * 1024);
  const random = new Random(5);
  const known = new Map<string, { value: Uint8Array; flags: number; deadlineMs: number }>();
  for (let i = 0; i < 12_000; i++) cache.put(bytesOf(`q${i}`), valueOf(4));
  for (let i = 0; i < 12_000; i += 2) cache.delete(bytesOf(`q${i}`));
  for (let i = 0; i < 30_000; i++) {
    const key = `k${random.below(200)}`.padEnd(random.below(20) === 0 ? 400 : 1, "x");
    const before = known.get(key);
    const isThere = get(cache, key) !== null;
    if (before !== undefined && isThere && random.below(3) === 0) {
      const { shard, address } = find(cache, key);
      before.deadlineMs = random.below(2) * (clock.nowMs + 1 + random.below(1_000_000));
      shard.setDeadlineLocked(address, before.deadlineMs, random.below(2) === 0);
    } else {
      const keeps = isThere && random.below(3) === 0;
      const value = valueOf(random.below(random.below(10) === 0 ? 4000 : 120), i);
      const flags = keeps ? before!.flags : random.below(2) * (random.nextU32() | 0);
      const deadlineMs = keeps ? before!.deadlineMs : random.below(2) * (clock.nowMs + 1_000_000);
      const options = keeps ? { deadlineMs: KEEP_DEADLINE } : { deadlineMs, clientFlags: flags };
      assertEquals(cache.put(bytesOf(key), value, options), Outcome.stored);
      known.set(key, { value, flags, deadlineMs });
    }
    const now = known.get(key)!;
    assertEquals(flagsOf(cache, key), now.flags);
    assertEquals(get(cache, key), now.value);
    const { shard, address } = find(cache, key);
    assertEquals(shard.deadlineLocked(address), now.deadlineMs);
    if (i % 500 === 0) { for (const { memory } of cache.shards) checkShardLocked(memory); }
  }
  assert(readStats(cache).evictions > 0);
  for (const [key, { value, flags }] of known) {
    if (get(cache, key) === null) continue;
    assertEquals([get(cache, key), flagsOf(cache, key)], [value, flags]);
  }
});

Deno.test("an item without flags has no word for them", () => {
  const { cache } = makeFixture();
  cache.put(bytesOf("a"), valueOf(5), { clientFlags: 7 });
  cache.put(bytesOf("a"), valueOf(5));
  cache.put(bytesOf("b"), valueOf(5));
  const headers = ["a", "b"].map((key) => {
    const { shard: { memory }, address } = find(cache, key);
    return headerBytes(memory.words[address << 3]!);
  });
  assertEquals(headers, [20, 20]);
});

Deno.test("an item's state stays with another deadline, and goes with another value", () => {
  const { cache, clock } = makeFixture();
  cache.put(bytesOf("a"), valueOf(5), { clientFlags: -1 });
  const { shard, address } = find(cache, "a");
  addState(shard.memory, address, ITEM_STALE | ITEM_WON);
  const version = shard.versionLocked(address);
  shard.setDeadlineLocked(address, clock.nowMs + 1000, true);
  assertEquals(stateOf(shard.memory, address), ITEM_STALE | ITEM_WON);
  assertEquals(shard.versionLocked(address), version);
  assertEquals(flagsOf(cache, "a"), -1);
  cache.put(bytesOf("a"), valueOf(5));
  assertEquals(stateOf(shard.memory, address), 0);
  assert(shard.versionLocked(address) > version);
});
