// Pools: what was given back is used again, and no more is kept than was said.

import { assertEquals } from "@std/assert";
import { Pool } from "../../../server/contract/pool.ts";

Deno.test("Pool.take() makes what it does not have, and keeps as many as it may", () => {
  let made = 0;
  const pool = new Pool(2, () => ({ id: ++made }));
  const taken = Array.from({ length: 3 }, () => pool.take());
  for (const one of taken) pool.give(one);
  assertEquals(Array.from({ length: 3 }, () => pool.take().id), [2, 1, 4]);
});
