// Real threads over one region: what they see is linearizable, key by key.

import { assert, assertEquals } from "@std/assert";
import { readStats } from "../../cache/mod.ts";
import { checkAll } from "../cache/model.ts";
import { byKey, judgeKeys, runThreads } from "./history.ts";

for (const seed of [1, 2]) {
  Deno.test(`Cache: what 4 threads see of 8 keys is linearizable, and nothing is lost, seed ${seed}`, async () => {
    const options = { memoryBytes: 4 * 2 ** 20, keys: 8, maxValueBytes: 600 };
    const found = await runThreads({ ...options, threads: 4, operations: 30_000, seed: 10 * seed });
    assertEquals(readStats(found.cache).evictions, 0);
    assertEquals(judgeKeys(found), 0);
    checkAll(found.cache);
    const overlaps = [...byKey(found.operations).values()].map((history) => {
      history.sort((a, b) => a.called - b.called);
      return history.filter(({ called }, i) => i > 0 && called < history[i - 1]!.answered).length;
    });
    const overlapping = overlaps.reduce((sum, count) => sum + count);
    assert(overlapping > 200, `${overlapping} operations met another one on their key`);
    assert(found.unlocked > 100, `${found.unlocked} gets without a lock`);
  });

  Deno.test(`Cache: what 4 threads see of a full cache is linearizable but for evictions, seed ${seed}`, async () => {
    const options = { memoryBytes: 512 * 1024, keys: 3_000, maxValueBytes: 2_000 };
    const found = await runThreads({ ...options, threads: 4, operations: 15_000, seed: 50 * seed });
    const losses = judgeKeys(found);
    assert(losses > 100, `${losses} losses: the memory never got full`);
    checkAll(found.cache);
  });
}
