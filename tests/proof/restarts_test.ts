// A data dir over many lives equals a model: with what the log must have at each end, and never with half a record,
// an order of its own, or a value of before. The machine's disk forgets what was not synced. With more seeds:
// SLABKV_SOAK=1 deno test -A tests/proof/restarts_test.ts

import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../server/config/config.ts";
import { seedsOf } from "./model.ts";
import { type Ending, type Found, type RestartOptions, Restarts } from "./restarts.ts";

const ENDINGS: readonly Ending[] = [
  "process crash",
  "machine crash",
  "machine crash",
  "stop",
  "process crash",
  "machine crash",
];
const AMPLE_BYTES = 4 * 2 ** 20;

async function live(options: Partial<RestartOptions>): Promise<Found[]> {
  const restarts = new Restarts({
    seed: 1,
    fsync: "everysec",
    endings: ENDINGS,
    memoryBytes: () => AMPLE_BYTES,
    keys: 150,
    maxValueBytes: 6_000,
    maxOperations: 2_500,
    ...options,
  });
  await restarts.run();
  for (const { ending, owedByte, writtenByte, foundByte } of restarts.found) {
    assert(foundByte >= owedByte, `${ending}: the log ends at ${foundByte}, owed is ${owedByte}`);
    assert(foundByte <= writtenByte, `${ending}: the log ends at ${foundByte} of ${writtenByte}`);
  }
  return restarts.found;
}

const POLICIES = { always: seedsOf(1), everysec: seedsOf(1, 2), no: seedsOf(2) };

for (const [fsync, seeds] of Object.entries(POLICIES) as [Config["fsync"], number[]][]) {
  for (const seed of seeds) {
    Deno.test(`a data dir over six lives has what its log has, --fsync ${fsync}, seed ${seed}`, async () => {
      for (const { ending, missing, evicted } of await live({ fsync, seed })) {
        assertEquals([missing, evicted], [0, 0], ending);
      }
    });
  }
}

for (const seed of seedsOf(3)) {
  Deno.test(`a data dir over six lives in full memory loses what was evicted, and nothing else, seed ${seed}`, async () => {
    const found = await live({ seed, memoryBytes: () => 640 * 1024, keys: 1_500 });
    assert(found.at(-1)!.evicted > 300, "the memory never got full");
    for (const { ending, missing, evicted, items } of found) {
      assert(missing <= evicted, `${ending}: ${missing} missing, ${evicted} evicted`);
      assert(items > 300, `${ending}: ${items} items are left`);
    }
  });

  Deno.test(`a data dir over six lives of a region that shrinks and grows, seed ${seed}`, async () => {
    const memoryBytes = (life: number) => life % 2 === 0 ? AMPLE_BYTES : 1024 * 1024;
    const found = await live({ seed, memoryBytes, keys: 1_500, maxValueBytes: 3_000 });
    for (const { ending, missing, evicted } of found) {
      assert(missing <= evicted, `${ending}: ${missing} missing, ${evicted} evicted`);
    }
  });

  Deno.test(`a data dir over six lives of regions with other shards, seed ${seed}`, async () => {
    const memoryBytes = (life: number) => life % 3 === 1 ? 300 * 2 ** 20 : AMPLE_BYTES;
    for (const { ending, missing } of await live({ seed, memoryBytes, keys: 600 })) {
      assertEquals(missing, 0, ending);
    }
  });
}
