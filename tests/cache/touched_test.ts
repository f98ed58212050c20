// What of a region may be resident: it goes up with what is stored and never down.

import { assert, assertEquals } from "@std/assert";
import { Cache, Region, regionTouched } from "../../cache/mod.ts";

const MIB = 1024 * 1024;

Deno.test("regionTouched() goes up with the slots that were ever used, to no more than the region", () => {
  const region = Region.create({ memoryBytes: 64 * MIB });
  const cache = new Cache(region, 0);
  const touched = new Int32Array(cache.shards.length);
  const empty = regionTouched(cache, touched);
  assert(empty < 20 * MIB, `${empty}`);
  const value = new Uint8Array(60_000);
  const key = new TextEncoder().encode("00000");
  let latest = empty;
  for (let i = 0; i < 2000; i++) {
    new TextEncoder().encodeInto(String(i).padStart(5, "0"), key);
    cache.put(key, value);
    const now = regionTouched(cache, touched);
    assert(now >= latest);
    latest = now;
  }
  assert(latest > 60 * MIB && latest <= region.buffer.byteLength, `${latest}`);
  assertEquals(regionTouched(new Cache(region, 0), touched), latest);
});
