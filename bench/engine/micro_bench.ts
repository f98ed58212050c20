// Micro-benchmarks of the engine for `deno bench`: 16-byte keys, 64-byte values.

import { Micro, MICRO_SIZES } from "./micro.ts";

for (const count of MICRO_SIZES) {
  const group = `among ${count.toLocaleString("en-US")} items`;
  // Filled here: a slow first call would make Deno time each call by itself, clock included.
  const micro = new Micro(count);
  Deno.bench("get", { group }, () => micro.get());
  Deno.bench("miss", { group }, () => micro.miss());
  Deno.bench("overwrite", { group }, () => micro.overwrite());
  Deno.bench("delete and insert", { group }, () => micro.deleteAndInsert());
  Deno.bench("insert", { group }, () => micro.insert());
}
