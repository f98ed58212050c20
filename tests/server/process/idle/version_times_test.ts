// When versions came, as far as that is remembered: never too early, and not much too late.

import { assert, assertEquals } from "@std/assert";
import { VersionTimes } from "../../../../server/process/idle/version_times.ts";
import { newCache } from "../../fixture.ts";

const KEY = new Uint8Array([1]);

Deno.test("VersionTimes tells for how long a version is there, to a sixth of that", () => {
  const cache = newCache();
  let nowMs = 5000;
  const times = new VersionTimes(cache.shards, () => nowMs);
  const hash = cache.hash(KEY, 0, 1);
  const shard = cache.shardOf(hash);
  const stored: [version: number, atMs: number][] = [];
  for (let step = 0; step < 20_000; step++) {
    cache.put(KEY, KEY);
    const address = shard.peekLocked(hash, KEY, 0, 1);
    if (step % 500 === 0) stored.push([shard.versionLocked(address), nowMs]);
    nowMs += 250;
    times.tick();
  }
  for (const [version, atMs] of stored) {
    const [age, told] = [nowMs - atMs, times.ageMs(shard.index, version)];
    assert(told <= age && told >= age * 5 / 6 - 1250, `${told} of ${age}`);
  }
  // What has come since the last look is new.
  cache.put(KEY, KEY);
  const address = shard.peekLocked(hash, KEY, 0, 1);
  assertEquals(times.ageMs(shard.index, shard.versionLocked(address)), 0);
});
