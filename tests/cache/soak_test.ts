// The long form of the model and threads tests, with more seeds and steps. Runs only when asked:
// SLABKV_SOAK=1 deno test -A tests/cache/soak_test.ts

import { assertEquals } from "@std/assert";
import { hammerAll } from "./hammer.ts";
import { checkAll, Walk } from "./model.ts";

const ignore = Deno.env.get("SLABKV_SOAK") !== "1";

for (let seed = 1000; seed < 1020; seed++) {
  Deno.test({
    name: `Cache answers what a Map holds, soak, seed ${seed}`,
    ignore,
    fn() {
      const memoryBytes = [450_000, 1_000_000, 5_000_000, 40_000_000][seed % 4]!;
      const maxValueBytes = [200, 3_000, 9_000][seed % 3]!;
      const steps = 1_000_000;
      const sizes = { memoryBytes, keys: 5_000, maxValueBytes, databases: 1 + (seed >> 2) % 5 };
      new Walk({ seed, steps, ...sizes, checkEvery: 50_000 }).run();
    },
  });
}

for (const keys of [2, 10, 200]) {
  Deno.test({
    name: `Cache gives four threads whole values, soak, ${keys} keys`,
    ignore,
    async fn() {
      const { cache, wrong } = await hammerAll(4, 40_000_000, keys, keys);
      assertEquals(wrong, 0);
      checkAll(cache);
    },
  });
}
