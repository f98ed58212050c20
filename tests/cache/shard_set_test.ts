// The set of shards that an operation needs: each once, in ascending order, and empty afterwards.

import { assertEquals } from "@std/assert";
import { Random } from "../../bench/workload.ts";
import { ShardSet } from "../../cache/shard_set.ts";

Deno.test("ShardSet.take() hands out each member once, lowest first, and leaves the set empty", () => {
  const random = new Random(1);
  for (const count of [8, 32, 64, 512, 1024, 2048]) {
    const set = new ShardSet(count);
    const members = () => [...set.list.subarray(0, set.take())];
    for (let round = 0; round < 200; round++) {
      const added = Array.from({ length: random.below(2 * count) }, () => random.below(count));
      for (const index of added) set.add(index);
      assertEquals(members(), [...new Set(added)].sort((a, b) => a - b));
      assertEquals(members(), []);
    }
    const all = Array.from({ length: count }, (_, i) => i);
    for (const index of all.toReversed()) set.add(index);
    assertEquals(members(), all);
  }
});
