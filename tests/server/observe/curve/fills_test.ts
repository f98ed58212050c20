// Which puts are fills of what was missed, and how many misses are filled.

import { assert, assertEquals } from "@std/assert";
import { Fills } from "../../../../server/observe/curve/fills.ts";

const NOW_MS = 1000;

Deno.test("Fills knows a put soon after a miss, once, and no other use between them", () => {
  const fills = new Fills();
  assertEquals(fills.take(1, true, NOW_MS), false);
  fills.missed(1, true, NOW_MS);
  assertEquals([fills.take(1, true, NOW_MS), fills.take(1, true, NOW_MS)], [true, false]);
  fills.missed(1, true, NOW_MS);
  assertEquals([fills.take(1, false, NOW_MS), fills.take(1, true, NOW_MS)], [true, false]);
  fills.missed(1, true, NOW_MS);
  assertEquals(fills.take(1, true, NOW_MS + 5001), false);
  fills.missed(1, true, NOW_MS);
  fills.clear();
  assertEquals(fills.take(1, true, NOW_MS), false);
});

Deno.test("Fills learns from keys that were there once how many come back, and forgets it slowly", () => {
  const fills = new Fills();
  const hashes = Array.from({ length: 2000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  const comesBack = () => hashes.filter((hash) => fills.isFilled(hash)).length;
  assertEquals(comesBack(), 2000);
  // What was never there is missed for ever, and says nothing.
  for (const hash of hashes) fills.missed(hash, false, NOW_MS);
  assertEquals(comesBack(), 2000);
  for (const [i, hash] of hashes.entries()) {
    fills.missed(hash, true, NOW_MS);
    if (i % 2 === 0) fills.take(hash, true, NOW_MS + 1);
  }
  const half = comesBack();
  assert(half > 900 && half < 1100, String(half));
  // A put long after the miss is somebody else's.
  for (const hash of hashes) {
    fills.missed(hash, true, NOW_MS);
    fills.take(hash, true, NOW_MS + 60_000);
  }
  assert(comesBack() < 650, String(comesBack()));
  fills.fade(0.5);
  assert(comesBack() < 650);
  fills.fade(0);
  assertEquals(comesBack(), 2000);
});
