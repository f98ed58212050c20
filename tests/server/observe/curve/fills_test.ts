// Which puts are fills of what was missed, and how many misses are filled.

import { assert, assertEquals } from "@std/assert";
import { Fills } from "../../../../server/observe/curve/fills.ts";

Deno.test("Fills knows a put after a miss, once, and no other use between them", () => {
  const fills = new Fills();
  assertEquals(fills.take(1, true), false);
  fills.missed(1, true);
  assertEquals([fills.take(1, true), fills.take(1, true)], [true, false]);
  fills.missed(1, true);
  assertEquals([fills.take(1, false), fills.take(1, true)], [true, false]);
  fills.missed(1, true);
  fills.clear();
  assertEquals(fills.take(1, true), false);
});

Deno.test("Fills learns from keys that were there once how many come back, and forgets it slowly", () => {
  const fills = new Fills();
  const hashes = Array.from({ length: 2000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  const comesBack = () => hashes.filter((hash) => fills.isFilled(hash)).length;
  assertEquals(comesBack(), 2000);
  // What was never there is missed for ever, and says nothing.
  for (const hash of hashes) fills.missed(hash, false);
  assertEquals(comesBack(), 2000);
  for (const [i, hash] of hashes.entries()) {
    fills.missed(hash, true);
    if (i % 2 === 0) fills.take(hash, true);
  }
  const half = comesBack();
  assert(half > 900 && half < 1100, String(half));
  fills.fade(0.5);
  assert(Math.abs(comesBack() - half) < 50);
  fills.fade(0);
  assertEquals(comesBack(), 2000);
});
