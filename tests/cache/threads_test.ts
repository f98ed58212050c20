// Real threads on few keys of one region: no value may be torn or another key's.

import { assert, assertEquals } from "@std/assert";
import { hammerAll } from "./hammer.ts";
import { checkAll } from "./model.ts";

Deno.test("Cache gives three threads whole values of the right keys, 10 million operations", async () => {
  const operations = 10_000_000;
  const { cache, hits, stored, unlocked, busy, wrong } = await hammerAll(3, operations, 40, 1);
  assertEquals(wrong, 0);
  assert(hits > operations / 4 && stored > operations / 5, `${hits} hits, ${stored} stored`);
  assert(unlocked > operations / 50, `${unlocked} hits without a lock`);
  assert(busy < operations / 1000, `${busy} operations found a lock busy`);
  assertEquals(cache.region.total("hits"), hits);
  assertEquals(cache.region.total("puts"), stored);
  checkAll(cache);
});
