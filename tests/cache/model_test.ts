// The engine against a Map: several seeds, sizes from ample to very tight.

import { assert, assertEquals } from "@std/assert";
import { Walk } from "./model.ts";

const base = { steps: 60_000, keys: 3_000, maxValueBytes: 3_000, checkEvery: 5_000 };

for (const seed of [1, 2, 3]) {
  Deno.test(`Cache answers what a Map holds while there is space, seed ${seed}`, () => {
    const walk = new Walk({ ...base, seed, memoryBytes: 16 * 2 ** 20 });
    walk.run();
    assertEquals(walk.cache.region.total("lockTimeouts"), 0);
  });

  Deno.test(`Cache answers what a Map holds in full memory, seed ${seed}`, () => {
    const walk = new Walk({ ...base, seed: seed + 100, memoryBytes: 640 * 1024 });
    assert(walk.run() > 0, "the memory never got full: the test has lost its point");
  });
}

for (const databases of [2, 16]) {
  Deno.test(`Cache answers what ${databases} Maps hold, one for each database`, () => {
    new Walk({ ...base, databases, seed: databases, memoryBytes: 16 * 2 ** 20 }).run();
  });

  Deno.test(`Cache answers what ${databases} Maps hold in full memory`, () => {
    const options = { ...base, keys: Math.ceil(6_000 / databases), databases };
    const walk = new Walk({ ...options, seed: 50 + databases, memoryBytes: 640 * 1024 });
    assert(walk.run() > 0, "the memory never got full: the test has lost its point");
  });
}

Deno.test("Cache keeps its invariants with values near the largest in full memory", () => {
  new Walk({
    seed: 7,
    steps: 30_000,
    memoryBytes: 640 * 1024,
    keys: 200,
    maxValueBytes: 14_000,
    checkEvery: 1_000,
  }).run();
});
