// Views on collections against plain arrays: random steps in memory from ample to very tight, and short lists of steps
// that fast-check cuts down where one fails.

import { assert } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../../bench/workload.ts";
import { ACTIONS, KEYS, Model, randomStep } from "./model.ts";

/** Many more with SLABKV_SOAK=1. */
const SEEDS = Deno.env.get("SLABKV_SOAK") === "1"
  ? Array.from({ length: 40 }, (_, i) => 100 + i)
  : [1, 2];

function walk(seed: number, steps: number, memoryBytes: number): Model {
  const model = Model.inShard(memoryBytes);
  const random = new Random(seed);
  for (let i = 0; i < steps; i++) {
    const step = randomStep(random);
    try {
      model.take(step);
    } catch (error) {
      throw new Error(`Step ${i} of seed ${seed}, ${JSON.stringify(step)}`, { cause: error });
    }
  }
  model.end();
  return model;
}

for (const seed of SEEDS) {
  Deno.test(`collections hold what plain arrays hold while there is space, seed ${seed}`, () => {
    const model = walk(seed, 1000, 8 * 2 ** 20);
    assert(model.largest > 250, `${model.largest} entries at most`);
  });

  for (const kibibytes of [640, 1024]) {
    const name = `collections hold what plain arrays hold in ${kibibytes} KiB, seed ${seed}`;
    Deno.test(name, () => {
      const { lost } = walk(seed, 1500, kibibytes * 1024);
      assert(lost > 0, "nothing was evicted: the test has lost its point");
    });
  }
}

const STEP = fc.record({
  action: fc.constantFrom(...ACTIONS),
  key: fc.nat(KEYS - 1),
  id: fc.nat(499),
  count: fc.oneof(fc.nat(5), fc.nat(300)),
  at: fc.nat(999),
});

for (const [title, memoryBytes] of [["little", 640 * 1024], ["ample", 8 * 2 ** 20]] as const) {
  Deno.test(`collections hold what plain arrays hold after any steps with ${title} memory`, () => {
    const property = fc.property(fc.array(STEP, { maxLength: 40, size: "max" }), (steps) => {
      const model = Model.inShard(memoryBytes);
      for (const step of steps) model.take(step);
      model.end();
    });
    fc.assert(property, { seed: 7171, numRuns: 30 * SEEDS.length / 2 });
  });
}
