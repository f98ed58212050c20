// Items that get a deadline later: key and value come through whole, whatever pieces they lie in.

import { assert, assertEquals } from "@std/assert";
import { type Cache, checkShardLocked, readStats } from "../../cache/mod.ts";
import { itemEighths } from "../../cache/item_size.ts";
import { FURTHER_SWEEP_STEPS, MAX_SWEEP_STEPS, SHARD_FREE_EIGHTHS } from "../../cache/layout.ts";
import { takePieceLocked } from "../../cache/slab.ts";
import { bytesOf, find, get, makeFixture, put, valueOf } from "./fixture.ts";

/** Puts keys and values of many lengths, and gives each a deadline and takes it away again. */
function setAndClear(cache: Cache, nowMs: number): void {
  for (let length = 0; length <= 1300; length++) {
    const key = "k".repeat(length % 5 === 0 ? 1 + length % 600 : 1 + length % 40);
    const value = valueOf(length, length);
    put(cache, key, value);
    const { shard, address } = find(cache, key);
    const before = itemEighths(shard.memory, address);
    for (const deadlineMs of [nowMs + 9000, 0, nowMs + 12_000]) {
      shard.setDeadlineLocked(address, deadlineMs);
      assertEquals(shard.deadlineLocked(address), deadlineMs);
      assertEquals(find(cache, key).address, address);
      assertEquals(get(cache, key), value);
      const after = itemEighths(shard.memory, address);
      assert(after === before || after === before + 1, `${before} eighths became ${after}`);
    }
    checkShardLocked(shard.memory);
    // A put that keeps the deadline, and one that does not, move the value again.
    put(cache, key, value, nowMs + 1000);
    assertEquals(get(cache, key), value);
    put(cache, key, value);
    assertEquals(get(cache, key), value);
    checkShardLocked(shard.memory);
    cache.delete(bytesOf(key));
  }
}

Deno.test("addDeadlinePlaceLocked() moves keys and values of every length on by a word", () => {
  const { cache, clock } = makeFixture();
  setAndClear(cache, clock.nowMs);
});

Deno.test("addDeadlinePlaceLocked() does so among the shortest of pieces, and evicts where none is free", () => {
  const { cache, clock } = makeFixture(512 * 1024);
  // Items of one eighth everywhere, then every other deleted: only single eighths are free.
  for (let i = 0; i < 12_000; i++) put(cache, `q${i}`, valueOf(4));
  for (let i = 0; i < 12_000; i += 2) cache.delete(bytesOf(`q${i}`));
  setAndClear(cache, clock.nowMs);
  for (let i = 0; i < 20_000; i++) put(cache, `r${i}`, valueOf(4));
  setAndClear(cache, clock.nowMs);
  assert(readStats(cache).evictions > 0);
  for (const { memory } of cache.shards) checkShardLocked(memory);
});

Deno.test("Shard.setDeadlineLocked() evicts in as few steps as a put, whatever the put before it had left", () => {
  const { cache, clock } = makeFixture(512 * 1024);
  for (let i = 0; i < 12_000; i++) put(cache, `q${i}`, valueOf(4 + i % 6));
  const { evictions } = readStats(cache);
  // Overwrites take what the reserve had left, so that to grow an item is to evict another.
  for (let i = 11_000; i < 12_000; i++) {
    const { shard, address } = find(cache, `q${i}`);
    if (address === 0) continue;
    shard.memory.sweepSteps = 1_000_000;
    while (shard.memory.words[SHARD_FREE_EIGHTHS]! > 0) takePieceLocked(shard.memory, 1);
    shard.setDeadlineLocked(address, clock.nowMs + 1000);
    assert(shard.memory.sweepSteps <= MAX_SWEEP_STEPS + FURTHER_SWEEP_STEPS);
  }
  assert(readStats(cache).evictions > evictions);
});
